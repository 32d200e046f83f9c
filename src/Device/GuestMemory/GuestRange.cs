using CameraFabric.Platform;

namespace CameraFabric.Device.GuestMemory;

/// <summary>
/// A piece of guest memory that was checked against the table and lies in one mapping. It may be touched only while its table is entered
/// (see <see cref="MemoryTable.TryEnter"/>), or while a chain that holds the table is held and its queue runs.
/// </summary>
/// <param name="Memory">The mapping that it lies in.</param>
/// <param name="Offset">Where it begins in the mapping, in bytes.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct GuestRange(MappedMemory Memory, long Offset, int Length)
{
    /// <summary>The bytes, to write. The guest may change them at any time.</summary>
    /// <exception cref="ObjectDisposedException">The table is unmapped.</exception>
    public Span<byte> Writable => Length == 0 ? default : Memory.Write(Offset, Length);

    /// <summary>The bytes, to read. The guest may change them at any time: copy once, then judge the copy.</summary>
    /// <exception cref="ObjectDisposedException">The table is unmapped.</exception>
    public ReadOnlySpan<byte> Readable => Length == 0 ? default : Memory.Read(Offset, Length);

    /// <summary>A part of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not wholly inside.</exception>
    public GuestRange Slice(int start, int length)
    {
        if ((uint)start > (uint)Length || (uint)length > (uint)(Length - start))
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{length} bytes from there are not inside the range of {Length}");
        }

        return new GuestRange(Memory, Offset + start, length);
    }
}
