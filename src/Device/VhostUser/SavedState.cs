using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// Bytes that the front-end keeps for the device beside the in-flight memory (vhost-user, "Inflight I/O tracking"): they outlive this
/// process. What stands in them may have been written by anybody: copy, then judge. Any thread, at any time: once the connection has
/// ended every access does nothing and says so.
/// </summary>
/// <remarks>
/// A process that is killed stops between two stores: what must be seen whole or not at all needs a word that is written last.
/// </remarks>
public sealed class SavedState
{
    private readonly Lock _gate = new();
    private readonly long _offset;
    private MappedMemory? _memory;

    internal SavedState(MappedMemory memory, long offset, int length)
    {
        _memory = memory;
        _offset = offset;
        Length = length;
    }

    /// <summary>Bytes: as many as <see cref="IVhostUserDevice.SavedStateBytes"/> said.</summary>
    public int Length { get; }

    /// <summary>Copies out of it.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="target">As many bytes as are wanted.</param>
    /// <returns>False, and nothing is copied, once the connection has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    public bool TryRead(int offset, Span<byte> target)
    {
        Check(offset, target.Length);
        lock (_gate)
        {
            if (_memory is not { } memory) return false;
            memory.Read(_offset + offset, target.Length).CopyTo(target);
            return true;
        }
    }

    /// <summary>Copies into it; in no certain order of bytes.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="source">What.</param>
    /// <returns>False, and nothing is copied, once the connection has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    public bool TryWrite(int offset, ReadOnlySpan<byte> source)
    {
        Check(offset, source.Length);
        lock (_gate)
        {
            if (_memory is not { } memory) return false;
            source.CopyTo(memory.Write(_offset + offset, source.Length));
            return true;
        }
    }

    /// <summary>Reads a little-endian word in one access; nothing after it happens before it.</summary>
    /// <param name="offset">Where, in bytes; a multiple of 8.</param>
    /// <param name="value">The word.</param>
    /// <returns>False once the connection has ended.</returns>
    /// <exception cref="ArgumentException">Not wholly inside, or not a multiple of 8.</exception>
    public bool TryReadWord(int offset, out ulong value)
    {
        Check(offset, sizeof(ulong));
        value = 0;
        lock (_gate)
        {
            if (_memory is not { } memory) return false;
            value = memory.ReadUInt64Acquire(_offset + offset);
            return true;
        }
    }

    /// <summary>Writes a little-endian word in one access, after all that was written before: the commit of what it stands for.</summary>
    /// <param name="offset">Where, in bytes; a multiple of 8.</param>
    /// <param name="value">The word.</param>
    /// <returns>False once the connection has ended.</returns>
    /// <exception cref="ArgumentException">Not wholly inside, or not a multiple of 8.</exception>
    public bool TryWriteWord(int offset, ulong value)
    {
        Check(offset, sizeof(ulong));
        lock (_gate)
        {
            if (_memory is not { } memory) return false;
            memory.WriteUInt64Release(_offset + offset, value);
            return true;
        }
    }

    /// <summary>Sets all bytes to zero.</summary>
    internal void Clear()
    {
        lock (_gate) _memory?.Write(_offset, Length).Clear();
    }

    /// <summary>The connection has ended: from now on nothing is touched.</summary>
    internal void End()
    {
        lock (_gate) _memory = null;
    }

    private void Check(int offset, int length)
    {
        if ((uint)offset > (uint)Length || length > Length - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"{length} bytes from there are not inside the {Length} of the saved state");
        }
    }
}
