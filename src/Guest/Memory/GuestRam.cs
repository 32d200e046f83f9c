using CameraFabric.Platform;

namespace CameraFabric.Guest.Memory;

/// <summary>
/// A guest's whole memory: one sealed memory file, mapped here and handed to the device with the memory table (vhost-user SET_MEM_TABLE).
/// Addresses are guest physical. Allocation is by page; the driver frees everything with the guest.
/// </summary>
/// <remarks>
/// Thread-safe, except that <see cref="Dispose"/> must not race with other use. The device writes into this memory whenever it likes:
/// what a driver reads here it copies once and then checks.
/// </remarks>
public sealed class GuestRam : IDisposable
{
    /// <summary>Bytes of a page: the unit of allocation.</summary>
    public const int PageBytes = 4096;

    private readonly Lock _gate = new();
    private readonly PageAllocator _pages;
    private readonly MappedMemory _memory;

    private GuestRam(MemoryFile file, MappedMemory memory, long size, GuestRamOptions options)
    {
        File = file;
        _memory = memory;
        Size = size;
        GuestAddress = options.GuestAddress;
        FrontendAddress = options.FrontendAddress;
        MappingOffset = options.MappingOffset;
        _pages = new PageAllocator(checked((int)(size / PageBytes)));
    }

    /// <summary>
    /// The memory file to send with the memory table. Unless the options say otherwise it cannot be shrunk: the device's mapping stays valid.
    /// </summary>
    public MemoryFile File { get; }

    /// <summary>Bytes of guest memory, a multiple of the page size.</summary>
    public long Size { get; }

    /// <summary>Guest physical address of the first byte.</summary>
    public ulong GuestAddress { get; }

    /// <summary>Front-end address of the first byte.</summary>
    public ulong FrontendAddress { get; }

    /// <summary>Offset of the first byte in <see cref="File"/>.</summary>
    public long MappingOffset { get; }

    /// <summary>Bytes not allocated.</summary>
    public long Free
    {
        get
        {
            lock (_gate) return (long)_pages.Free * PageBytes;
        }
    }

    /// <summary>Makes a guest's memory; <paramref name="bytes"/> is rounded up to pages.</summary>
    /// <exception cref="ArgumentException">An address or the size is not usable; the message names it.</exception>
    public static GuestRam Create(long bytes, GuestRamOptions? options = null)
    {
        options ??= new GuestRamOptions();
        if (bytes <= 0 || bytes > (long)int.MaxValue * PageBytes)
            throw new ArgumentException($"guest memory of {bytes} bytes: needs 1 byte to {(long)int.MaxValue * PageBytes} bytes",
                nameof(bytes));
        Aligned(options.GuestAddress, nameof(options.GuestAddress));
        Aligned(options.FrontendAddress, nameof(options.FrontendAddress));
        if (options.MappingOffset < 0) throw new ArgumentException($"mapping offset {options.MappingOffset} is negative", nameof(options));
        Aligned((ulong)options.MappingOffset, nameof(options.MappingOffset));
        var size = (bytes + PageBytes - 1) / PageBytes * PageBytes;
        if (ulong.MaxValue - options.GuestAddress < (ulong)size || ulong.MaxValue - options.FrontendAddress < (ulong)size)
            throw new ArgumentException($"guest memory of {size} bytes would pass the end of the address space", nameof(options));

        var file = MemoryFile.Create(options.Name, options.MappingOffset + size, options.Seals);
        try
        {
            // Guarded: where the options let the file be shrunk, that is the device's trouble, and not the end of the driver.
            var memory = MappedMemory.MapForeign(
                file.Descriptor, options.MappingOffset, size, MapAccess.ReadWrite, MemoryGuard.Shared, static () => { });
            return new GuestRam(file, memory, size, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes zeroed, physically contiguous pages that hold at least <paramref name="bytes"/>.</summary>
    /// <param name="bytes">1 or more.</param>
    /// <param name="alignment">Alignment of the guest physical address in bytes: a power of two; less than a page counts as a page.</param>
    /// <returns>The guest physical address.</returns>
    /// <exception cref="InsufficientMemoryException">No gap is large enough; the message says how much was free.</exception>
    public ulong Allocate(long bytes, int alignment = PageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0)
            throw new ArgumentException($"alignment {alignment} is not a power of two", nameof(alignment));
        var pages = (bytes + PageBytes - 1) / PageBytes;
        var step = Math.Max(alignment / PageBytes, 1);
        lock (_gate)
        {
            // Page numbers are relative to the base; an alignment beyond a page therefore holds only for a base that is aligned as well.
            if (step > 1 && GuestAddress % (ulong)alignment != 0)
                throw new ArgumentException($"alignment {alignment} is coarser than that of the memory's base 0x{GuestAddress:x}",
                    nameof(alignment));
            if (pages > _pages.Total || !_pages.TryAllocate((int)pages, step, out var first))
            {
                throw new InsufficientMemoryException(
                    $"guest memory: no {pages} neighbouring pages for {bytes} bytes ({_pages.Free} of {_pages.Total} pages are free)");
            }

            var offset = (long)first * PageBytes;
            Clear(offset, pages * PageBytes);
            return GuestAddress + (ulong)offset;
        }
    }

    /// <summary>Gives an allocation back, named by the address that <see cref="Allocate"/> returned.</summary>
    /// <exception cref="ArgumentException">No allocation begins there.</exception>
    public void Release(ulong address)
    {
        var offset = Offset(address, PageBytes);
        if (offset % PageBytes != 0) throw new ArgumentException($"address 0x{address:x} does not begin a page", nameof(address));
        lock (_gate) _pages.Release((int)(offset / PageBytes));
    }

    /// <summary>The front-end address of a guest physical address: how vhost-user names rings (SET_VRING_ADDR).</summary>
    public ulong ToFrontend(ulong address) => FrontendAddress + (ulong)Offset(address, 1);

    /// <summary>Memory to read. The device may change it under the reader.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not inside guest memory.</exception>
    public ReadOnlySpan<byte> Read(ulong address, int length) => _memory.Read(Offset(address, length), length);

    /// <summary>Memory to write.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not inside guest memory.</exception>
    public Span<byte> Write(ulong address, int length) => _memory.Write(Offset(address, length), length);

    /// <summary>Reads 16 bits with acquire order; <paramref name="address"/> is even.</summary>
    public ushort ReadUInt16(ulong address) => _memory.ReadUInt16Acquire(Offset(address, sizeof(ushort)));

    /// <summary>Writes 16 bits with release order; <paramref name="address"/> is even.</summary>
    public void WriteUInt16(ulong address, ushort value) => _memory.WriteUInt16Release(Offset(address, sizeof(ushort)), value);

    /// <summary>Reads 32 bits with acquire order; <paramref name="address"/> is a multiple of 4.</summary>
    public uint ReadUInt32(ulong address) => _memory.ReadUInt32Acquire(Offset(address, sizeof(uint)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        File.Dispose();
    }

    private long Offset(ulong address, int length)
    {
        var offset = address - GuestAddress;
        if (address < GuestAddress || length < 0 || offset > (ulong)(Size - length))
        {
            throw new ArgumentOutOfRangeException(nameof(address),
                $"{length} bytes at 0x{address:x} are not inside guest memory 0x{GuestAddress:x}..0x{GuestAddress + (ulong)Size:x}");
        }

        return (long)offset;
    }

    private void Clear(long offset, long bytes)
    {
        const int Piece = 1 << 20;
        for (var done = 0L; done < bytes; done += Piece) _memory.Write(offset + done, (int)Math.Min(Piece, bytes - done)).Clear();
    }

    private static void Aligned(ulong value, string what)
    {
        if (value % PageBytes != 0) throw new ArgumentException($"{what} 0x{value:x} is not a multiple of {PageBytes}", what);
    }
}
