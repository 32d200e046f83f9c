using System.Runtime.InteropServices;
using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// The three areas of one split ring in mapped memory, checked once against the table. Knows where each word lies and how it must be
/// accessed; knows no rules. Indexes are 16-bit words accessed whole, with acquire and release order.
/// </summary>
internal sealed class SplitRing
{
    private readonly GuestRange _descriptors;
    private readonly GuestRange _available;
    private readonly GuestRange _used;
    private readonly int _size;
    private readonly int _mask;

    private SplitRing(GuestRange descriptors, GuestRange available, GuestRange used, int size)
    {
        _descriptors = descriptors;
        _available = available;
        _used = used;
        _size = size;
        _mask = size - 1;
    }

    /// <summary>The driver's index: how many heads it has made available, modulo 2^16.</summary>
    public ushort AvailableIndex => _available.Memory.ReadUInt16Acquire(_available.Offset + SplitRingLayout.IndexOffset);

    public ushort AvailableFlags => _available.Memory.ReadUInt16Acquire(_available.Offset + SplitRingLayout.FlagsOffset);

    public ushort UsedEvent => _available.Memory.ReadUInt16Acquire(_available.Offset + SplitRingLayout.UsedEventOffset(_size));

    /// <summary>The device's own index, as it stands in memory. Read at start only: the guest can write there too.</summary>
    public ushort UsedIndex => _used.Memory.ReadUInt16Acquire(_used.Offset + SplitRingLayout.IndexOffset);

    /// <summary>Checks and maps the areas; null and what is wrong if they will not do.</summary>
    public static SplitRing? TryMap(in RingAddresses addresses, int size, bool eventIndex, MemoryTable memory, out string error)
    {
        var descriptorBytes = SplitRingLayout.DescriptorAreaBytes(size);
        var availableBytes = SplitRingLayout.AvailableAreaBytes(size, eventIndex);
        var usedBytes = SplitRingLayout.UsedAreaBytes(size, eventIndex);
        error = "";
        if (!TryArea(memory, "descriptor", addresses.Descriptors, descriptorBytes, 16, out var descriptors, ref error) ||
            !TryArea(memory, "available", addresses.Available, availableBytes, 2, out var available, ref error) ||
            !TryArea(memory, "used", addresses.Used, usedBytes, 4, out var used, ref error))
        {
            return null;
        }

        if (Overlap(addresses.Descriptors, descriptorBytes, addresses.Available, availableBytes) ||
            Overlap(addresses.Descriptors, descriptorBytes, addresses.Used, usedBytes) ||
            Overlap(addresses.Available, availableBytes, addresses.Used, usedBytes))
        {
            error = $"the areas overlap: descriptors 0x{addresses.Descriptors:x}+{descriptorBytes}, "
                + $"available 0x{addresses.Available:x}+{availableBytes}, used 0x{addresses.Used:x}+{usedBytes}";
            return null;
        }

        return new SplitRing(descriptors, available, used, size);
    }

    public ushort AvailableEntry(ushort index) =>
        _available.Memory.ReadUInt16Acquire(_available.Offset + SplitRingLayout.RingOffset + (2 * (index & _mask)));

    /// <summary>One descriptor, copied once: the guest may change it the moment after.</summary>
    public Descriptor Descriptor(int index) => ReadDescriptor(_descriptors, index);

    /// <summary>One descriptor of a table, copied once.</summary>
    public static Descriptor ReadDescriptor(in GuestRange table, int index)
    {
        // Two volatile loads would need an alignment that an indirect table need not have; a copy through a buffer of our own is single,
        // too.
        Span<byte> copy = stackalloc byte[SplitRingLayout.DescriptorBytes];
        table.Memory.Read(table.Offset + ((long)index * SplitRingLayout.DescriptorBytes), SplitRingLayout.DescriptorBytes).CopyTo(copy);
        return MemoryMarshal.Read<Descriptor>(copy);
    }

    /// <summary>Asks for a kick as soon as the driver passes this index.</summary>
    public void SetAvailableEvent(ushort index) =>
        _used.Memory.WriteUInt16Release(_used.Offset + SplitRingLayout.AvailableEventOffset(_size), index);

    public void SetUsedFlags(ushort flags) => _used.Memory.WriteUInt16Release(_used.Offset + SplitRingLayout.FlagsOffset, flags);

    /// <summary>Fills one entry of the used ring; not visible to the driver before <see cref="PublishUsed"/>.</summary>
    public void WriteUsed(ushort index, ushort head, uint written)
    {
        var entry = _used.Offset + SplitRingLayout.RingOffset + (SplitRingLayout.UsedElementBytes * (long)(index & _mask));
        _used.Memory.WriteUInt32Release(entry, head);
        _used.Memory.WriteUInt32Release(entry + 4, written);
    }

    /// <summary>Makes everything written so far visible to the driver, then the entries up to this index.</summary>
    public void PublishUsed(ushort index) => _used.Memory.WriteUInt16Release(_used.Offset + SplitRingLayout.IndexOffset, index);

    private static bool TryArea(
        MemoryTable memory, string name, ulong address, int bytes, int alignment, out GuestRange range, ref string error)
    {
        range = default;
        if (address % (ulong)alignment != 0)
        {
            error = $"the {name} area at 0x{address:x} must be a multiple of {alignment}";
            return false;
        }

        if (!memory.TryTranslateFrontend(address, (ulong)bytes, out range))
        {
            error = $"the {name} area 0x{address:x}+{bytes} is not inside one memory region: there are "
                + (memory.Regions.Count == 0 ? "none" : string.Join(", ", memory.Regions));
            return false;
        }

        // A region whose file offset is odd would make every word of the ring straddle: no front-end does that in good faith.
        if (!IsAligned(range, alignment == 16 ? 8 : alignment))
        {
            error = $"the {name} area at 0x{address:x} is not aligned to {alignment} in the file that it lies in";
            return false;
        }

        return true;
    }

    private static bool IsAligned(in GuestRange range, int alignment)
    {
        try
        {
            _ = alignment switch
            {
                2 => range.Memory.ReadUInt16Acquire(range.Offset),
                4 => range.Memory.ReadUInt32Acquire(range.Offset),
                _ => range.Memory.ReadUInt64Acquire(range.Offset),
            };
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Overlap(ulong first, int firstBytes, ulong second, int secondBytes) =>
        first < second ? second - first < (ulong)firstBytes : first - second < (ulong)secondBytes;
}
