using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// A shared memory region as its front-end holds it: what the back-end has asked to map into it. What the back-end asks is judged like
/// anything else that comes from the other side. Thread-safe; a piece that is being read is unmapped when its last reader has left.
/// </summary>
public sealed class SharedMemoryWindow : IDisposable
{
    /// <summary>Pieces that may be mapped at once: as many as a virtual machine has places for, in practice.</summary>
    public const int MaximumPieces = 256;

    private readonly Lock _gate = new();
    private readonly List<Piece> _pieces = [];
    private bool _isDisposed;

    /// <summary>An empty region.</summary>
    /// <param name="bytes">Its size, a multiple of <see cref="SharedMapping.PageBytes"/>, above 0.</param>
    public SharedMemoryWindow(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes % SharedMapping.PageBytes, 0, nameof(bytes));
        Bytes = bytes;
    }

    /// <summary>Reads the bytes of a piece; they may change meanwhile.</summary>
    /// <typeparam name="TState">What it needs.</typeparam>
    /// <param name="bytes">The bytes.</param>
    /// <param name="state">What it needs.</param>
    public delegate void Reader<in TState>(ReadOnlySpan<byte> bytes, TState state);

    /// <summary>Its size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>What is mapped now, by rising offset.</summary>
    public IReadOnlyList<SharedMapping> Mappings
    {
        get
        {
            lock (_gate) return [.. _pieces.Select(static piece => piece.Mapping).OrderBy(static mapping => mapping.Offset)];
        }
    }

    /// <summary>Lets somebody read bytes of the region, if all of them lie in one piece.</summary>
    /// <typeparam name="TState">What the reader needs.</typeparam>
    /// <param name="offset">Where in the region, in bytes.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="reader">Who reads. The bytes stay mapped until it returns.</param>
    /// <param name="state">What it needs.</param>
    /// <returns>False, and nobody was called, if they are not mapped.</returns>
    public bool TryRead<TState>(long offset, int length, Reader<TState> reader, TState state)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (Enter(offset, length) is not { } piece) return false;
        try
        {
            reader(piece.Memory.Read(offset - piece.Mapping.Offset, length), state);
            return true;
        }
        finally
        {
            Leave(piece);
        }
    }

    /// <summary>Writes bytes of the region, if all of them lie in one piece that may be written.</summary>
    /// <param name="offset">Where in the region, in bytes.</param>
    /// <param name="bytes">What.</param>
    /// <returns>False, and nothing was written, if they do not.</returns>
    public bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        if (Enter(offset, bytes.Length) is not { } piece) return false;
        try
        {
            if (!piece.Mapping.IsWritable) return false;
            bytes.CopyTo(piece.Memory.Write(offset - piece.Mapping.Offset, bytes.Length));
            return true;
        }
        finally
        {
            Leave(piece);
        }
    }

    /// <summary>Takes everything away, as at a reset of the device.</summary>
    public void UnmapAll()
    {
        lock (_gate)
        {
            foreach (var piece in _pieces) Release(piece);
            _pieces.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        UnmapAll();
    }

    /// <summary>SHMEM_MAP; the descriptor stays the caller's.</summary>
    /// <returns>What is wrong with it; empty if it is done.</returns>
    internal string Map(in SharedMapping mapping, FileDescriptor file)
    {
        if (Judge(mapping) is { Length: > 0 } wrong) return wrong;
        lock (_gate)
        {
            if (_isDisposed) return "the region is gone";
            if (_pieces.Count == MaximumPieces) return $"{MaximumPieces} pieces are mapped already, which is all that can be";
            foreach (var piece in _pieces)
            {
                if (mapping.Offset < piece.Mapping.Offset + piece.Mapping.Length && piece.Mapping.Offset < mapping.Offset + mapping.Length)
                {
                    return $"{mapping} overlaps {piece.Mapping}";
                }
            }

            try
            {
                var access = mapping.IsWritable ? MapAccess.ReadWrite : MapAccess.ReadOnly;
                _pieces.Add(new Piece(mapping, MappedMemory.Map(file, mapping.FileOffset, mapping.Length, access)));
                return "";
            }
            catch (Exception e) when (e is LinuxException or ArgumentException)
            {
                return $"{mapping}: {e.Message}";
            }
        }
    }

    /// <summary>SHMEM_UNMAP.</summary>
    /// <returns>What is wrong with it; empty if it is done.</returns>
    internal string Unmap(in SharedMapping mapping)
    {
        lock (_gate)
        {
            var (offset, length) = (mapping.Offset, mapping.Length);
            var index = _pieces.FindIndex(piece => piece.Mapping.Offset == offset && piece.Mapping.Length == length);
            if (index < 0) return $"{mapping} is not what was mapped";
            Release(_pieces[index]);
            _pieces.RemoveAt(index);
            return "";
        }
    }

    private string Judge(in SharedMapping mapping)
    {
        if (((mapping.Offset | mapping.FileOffset | mapping.Length) & (SharedMapping.PageBytes - 1)) != 0)
        {
            return $"{mapping}, from 0x{mapping.FileOffset:x} of its file: all must be multiples of {SharedMapping.PageBytes}";
        }

        return mapping is { Offset: >= 0, FileOffset: >= 0, Length: > 0 } && mapping.Length <= Bytes && mapping.Offset <= Bytes - mapping.Length
            ? ""
            : $"{mapping} is not inside the region, which has 0x{Bytes:x} bytes";
    }

    private Piece? Enter(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        lock (_gate)
        {
            foreach (var piece in _pieces)
            {
                var inside = offset - piece.Mapping.Offset;
                if (inside < 0 || inside >= piece.Mapping.Length || length > piece.Mapping.Length - inside) continue;
                piece.Users++;
                return piece;
            }
        }

        return null;
    }

    private void Leave(Piece piece)
    {
        lock (_gate)
        {
            if (--piece.Users == 0 && piece.IsReleased) piece.Memory.Dispose();
        }
    }

    private static void Release(Piece piece)
    {
        piece.IsReleased = true;
        if (piece.Users == 0) piece.Memory.Dispose();
    }

    private sealed class Piece(in SharedMapping mapping, MappedMemory memory)
    {
        public SharedMapping Mapping { get; } = mapping;

        public MappedMemory Memory { get; } = memory;

        public int Users { get; set; }

        public bool IsReleased { get; set; }
    }
}
