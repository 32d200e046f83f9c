using System.Diagnostics.CodeAnalysis;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// A piece of a file mapped into memory and shared with everybody who maps it (mmap(2), MAP_SHARED). Every access is checked against its
/// bounds. Reading and writing are thread-safe as far as the shared content goes; <see cref="Dispose"/> must not race with any
/// use, nor with the use of a span that was handed out: the owner counts its users and disposes after the last.
/// </summary>
/// <remarks>
/// There is deliberately no finalizer: a span does not keep this object alive, so a mapping that a collector took away could still be in
/// use. A forgotten mapping is a leak of address space; one taken away too early would end the process.
/// </remarks>
public sealed unsafe class MappedMemory : IDisposable
{
    private readonly nuint _mappedLength;
    private readonly nuint _lead;
    private readonly nuint _guard;
    private nint _start;
    private GuardedRange? _guarded;

    private MappedMemory(byte* start, nuint lead, nuint mappedLength, nuint guard, long length, bool isReadOnly)
    {
        _guard = guard;
        _start = (nint)start;
        _lead = lead;
        _mappedLength = mappedLength;
        Length = length;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Whether it is for reading alone.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Whether it is unmapped.</summary>
    public bool IsDisposed => Volatile.Read(ref _start) == 0;

    /// <summary>Whether a <see cref="MemoryGuard"/> watches it.</summary>
    public bool IsGuarded => _guarded is not null;

    /// <summary>
    /// Whether an access has found its page gone, e.g. because the file was shrunk: it then reads as zeros, and nobody else sees what is
    /// written. Never true of what is not guarded, where such an access ends the process. Also after <see cref="Dispose"/>.
    /// </summary>
    public bool IsLost => _guarded is { IsHit: true };

    /// <summary>
    /// Maps a piece of a file that somebody else can change: as <see cref="Map"/>, fenced, and guarded, if the guard takes it. To be used
    /// for every file that came from another process.
    /// </summary>
    /// <param name="file">What to map.</param>
    /// <param name="offset">Where the piece begins, in bytes.</param>
    /// <param name="length">Bytes, above 0.</param>
    /// <param name="access">What for.</param>
    /// <param name="guard">Who is to guard it. If it cannot, <see cref="IsGuarded"/> is false; the caller judges.</param>
    /// <param name="lost">Called once after it was lost, on the guard's thread; must not block or throw.</param>
    /// <exception cref="ArgumentOutOfRangeException">As of <see cref="Map"/>.</exception>
    /// <exception cref="LinuxException">As of <see cref="Map"/>.</exception>
    public static MappedMemory MapForeign(
        FileDescriptor file, long offset, long length, MapAccess access, MemoryGuard guard, Action lost)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(lost);
        var memory = Map(file, offset, length, access, fenced: true);
        memory._guarded = guard.TryAdd((byte*)memory._start - memory._lead, memory._mappedLength, lost);
        return memory;
    }

    /// <summary>Maps a piece of a file; the descriptor may be closed afterwards.</summary>
    /// <param name="file">What to map. A regular file, or memory file, must reach at least to the end of the piece.</param>
    /// <param name="offset">Where the piece begins, in bytes; need not be aligned to pages.</param>
    /// <param name="length">Bytes, above 0.</param>
    /// <param name="access">What for.</param>
    /// <param name="populate">Whether to take all pages from the system now, so that no later access has to.</param>
    /// <param name="fenced">Whether nothing else shall ever lie next to it: a page that nobody can touch is kept on either side.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or beyond the largest file, or beyond the end of this one.</exception>
    /// <exception cref="LinuxException">The kernel refuses, e.g. for lack of permission (EACCES) or address space (ENOMEM).</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is not 64-bit little-endian: the shared structures are.</exception>
    public static MappedMemory Map(
        FileDescriptor file, long offset, long length, MapAccess access, bool populate = false, bool fenced = false)
    {
        if (!BitConverter.IsLittleEndian || sizeof(nint) != 8)
        {
            throw new PlatformNotSupportedException("shared memory needs a 64-bit little-endian machine");
        }

        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, long.MaxValue - offset);

        // Touching a page behind the end of a file raises SIGBUS.
        var status = Libc.StatusOf(file);
        if (status.Type == Libc.TypeRegular && (ulong)(offset + length) > status.Size)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"the file has {status.Size} bytes; the piece would reach from {offset} to {offset + length}");
        }

        var page = (nuint)PageSizeOf(file);
        var lead = (nuint)offset % page;
        var total = ((nuint)length + lead + page - 1) / page * page;
        var protection = access == MapAccess.ReadWrite ? Libc.ProtectRead | Libc.ProtectWrite : Libc.ProtectRead;
        var flags = populate ? Libc.MapShared | Libc.MapPopulate : Libc.MapShared;
        var wanted = fenced ? GuardPages.Reserve(total, page) : null;
        var mapped = Libc.Map(wanted, total, protection, fenced ? flags | Libc.MapFixed : flags, file, offset - (long)lead);
        if (mapped == (void*)-1)
        {
            var error = Libc.LastError;
            if (fenced) GuardPages.Release(wanted, total, page);
            throw LinuxException.For(error, $"mmap of {length} bytes at {offset}");
        }

        return new MappedMemory((byte*)mapped + lead, lead, total, fenced ? page : 0, length, access == MapAccess.ReadOnly);
    }

    /// <summary>
    /// Orders everything before it ahead of everything after it, as between publishing a used index and reading the driver's event index.
    /// </summary>
    public static void FullFence() => Interlocked.MemoryBarrier();

    /// <summary>Bytes to read. Others may change them at any time: copy before judging.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public ReadOnlySpan<byte> Read(long offset, int length) => new(At(offset, length), length);

    /// <summary>Bytes to write.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="InvalidOperationException">It is for reading alone.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public Span<byte> Write(long offset, int length) => new(WritableAt(offset, length), length);

    /// <summary>Reads a little-endian word in one access; nothing after it happens before it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 2.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public ushort ReadUInt16Acquire(long offset) => Volatile.Read(ref *(ushort*)Aligned(At(offset, sizeof(ushort)), sizeof(ushort)));

    /// <summary>Writes a little-endian word in one access; nothing before it happens after it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 2.</param>
    /// <param name="value">What.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="InvalidOperationException">It is for reading alone.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public void WriteUInt16Release(long offset, ushort value) =>
        Volatile.Write(ref *(ushort*)Aligned(WritableAt(offset, sizeof(ushort)), sizeof(ushort)), value);

    /// <summary>Reads a little-endian word in one access; nothing after it happens before it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 4.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public uint ReadUInt32Acquire(long offset) => Volatile.Read(ref *(uint*)Aligned(At(offset, sizeof(uint)), sizeof(uint)));

    /// <summary>Writes a little-endian word in one access; nothing before it happens after it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 4.</param>
    /// <param name="value">What.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="InvalidOperationException">It is for reading alone.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public void WriteUInt32Release(long offset, uint value) =>
        Volatile.Write(ref *(uint*)Aligned(WritableAt(offset, sizeof(uint)), sizeof(uint)), value);

    /// <summary>Reads a little-endian word in one access; nothing after it happens before it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 8.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public ulong ReadUInt64Acquire(long offset) => Volatile.Read(ref *(ulong*)Aligned(At(offset, sizeof(ulong)), sizeof(ulong)));

    /// <summary>Writes a little-endian word in one access; nothing before it happens after it.</summary>
    /// <param name="offset">Where; its address must be a multiple of 8.</param>
    /// <param name="value">What.</param>
    /// <exception cref="ArgumentException">Not aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not wholly inside.</exception>
    /// <exception cref="InvalidOperationException">It is for reading alone.</exception>
    /// <exception cref="ObjectDisposedException">It is unmapped.</exception>
    public void WriteUInt64Release(long offset, ulong value) =>
        Volatile.Write(ref *(ulong*)Aligned(WritableAt(offset, sizeof(ulong)), sizeof(ulong)), value);

    /// <summary>Unmaps it. Spans handed out before must not be touched any more.</summary>
    public void Dispose()
    {
        var start = Interlocked.Exchange(ref _start, 0);
        if (start == 0) return;
        _guarded?.Dispose();
        GuardPages.Release((byte*)start - _lead, _mappedLength, _guard);
    }

    private byte* At(long offset, int length)
    {
        var start = Volatile.Read(ref _start);
        if (start == 0) ThrowDisposed();

        // A negative number becomes a huge one; the subtraction cannot wrap once the offset is known to be inside.
        if ((ulong)offset > (ulong)Length || (ulong)(long)length > (ulong)(Length - offset)) ThrowOutside(offset, length);
        return (byte*)start + offset;
    }

    private byte* WritableAt(long offset, int length)
    {
        if (IsReadOnly) ThrowReadOnly();
        return At(offset, length);
    }

    private static byte* Aligned(byte* address, int size)
    {
        if (((nuint)address & (nuint)(size - 1)) != 0) ThrowMisaligned(size);
        return address;
    }

    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException(nameof(MappedMemory));

    [DoesNotReturn]
    private static void ThrowReadOnly() => throw new InvalidOperationException("the memory is mapped for reading alone");

    [DoesNotReturn]
    private static void ThrowMisaligned(int size) =>
        throw new ArgumentException($"a word of {size} bytes must lie at a multiple of {size}", "offset");

    [DoesNotReturn]
    private void ThrowOutside(long offset, int length) =>
        throw new ArgumentOutOfRangeException(
            nameof(offset), offset, $"{length} bytes from there are not inside the {Length} that are mapped");

    // Huge pages must be mapped at, and unmapped by, multiples of their own size, which may be larger than the system's page.
    private static long PageSizeOf(FileDescriptor file)
    {
        Libc.FileSystemStatus status;
        var isHuge = Libc.FileSystemOf(file, &status) == 0 && status.Type == Libc.HugePageFileSystem && status.BlockSize > 0;
        return isHuge ? status.BlockSize : Environment.SystemPageSize;
    }
}
