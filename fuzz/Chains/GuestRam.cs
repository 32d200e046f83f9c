using System.Buffers.Binary;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;

namespace CameraFabric.Fuzz.Chains;

/// <summary>
/// The guest's memory: three regions of one file, with bytes of the file between and around them that belong to no region. The guest
/// writes through a mapping of its own and keeps a copy of all; what differs afterwards was written by the device.
/// </summary>
internal sealed class GuestRam : IDisposable
{
    /// <summary>Bytes of the file; the last page is not full.</summary>
    public const int Bytes = 0x5c00;

    /// <summary>Where the rings are: one every <see cref="RingBytes"/> from here.</summary>
    public const int Rings = 0x400;

    /// <summary>Room for a ring of <see cref="MaximumRingSize"/>.</summary>
    public const int RingBytes = 0x400;

    public const int MaximumRingSize = 16;

    /// <summary>Where messages are put, with their indirect tables.</summary>
    public const int Messages = 0x1400;

    /// <summary>Where frames may go.</summary>
    public const int Frames = 0x3800;

    private readonly MemoryFile _file;
    private readonly MappedMemory _memory;
    private readonly byte[] _copy = new byte[Bytes];
    private readonly byte[] _fresh = new byte[Bytes];

    public GuestRam(string name = "guest")
    {
        _file = MemoryFile.Create(name, Bytes);
        _memory = _file.Map(MapAccess.ReadWrite, populate: true);
        _fresh.AsSpan().Fill(0xc5);
        foreach (var region in Regions) _fresh.AsSpan((int)region.MappingOffset, (int)region.Size).Clear();
        Table = NewTable();
    }

    /// <summary>One long region that a second one follows in guest addresses, but not in the file; and one far away.</summary>
    public static MemoryRegion[] Regions { get; } =
    [
        new(0x4000_0000, 0x4400, 0x7f00_0000_0000, 0x400),
        new(0x4000_4400, 0x400, 0x7f00_1000_0000, 0x4c00),
        new(0x1_0000_0000, 0x400, 0x7f00_2000_0000, 0x5400),
    ];

    public MemoryTable Table { get; private set; }

    public FileDescriptor File => _file.Descriptor;

    /// <summary>The memory as it is now, whoever wrote it.</summary>
    public ReadOnlySpan<byte> Now => _memory.Read(0, Bytes);

    public static ulong AddressOf(int place)
    {
        foreach (var region in Regions)
        {
            if ((ulong)place - region.MappingOffset < region.Size) return region.GuestAddress + (ulong)place - region.MappingOffset;
        }

        return 0xdead_0000 + (ulong)place;
    }

    public static ulong FrontendAddressOf(int place) => Regions[0].FrontendAddress + (ulong)place - Regions[0].MappingOffset;

    /// <summary>Where a guest address lies in the file, and how much of the region is left there; false if it is in none.</summary>
    public static bool TryPlace(ulong address, out int place, out int left)
    {
        foreach (var region in Regions)
        {
            if (address < region.GuestAddress || address - region.GuestAddress >= region.Size) continue;
            place = (int)(address - region.GuestAddress + region.MappingOffset);
            left = (int)(region.Size - (address - region.GuestAddress));
            return true;
        }

        place = left = 0;
        return false;
    }

    /// <summary>As in the beginning: regions all zero, the rest a pattern.</summary>
    public void Clear()
    {
        _fresh.CopyTo(_memory.Write(0, Bytes));
        _fresh.CopyTo(_copy, 0);
    }

    /// <summary>The guest writes; what does not lie inside its regions is left out.</summary>
    public void Write(int place, ReadOnlySpan<byte> bytes)
    {
        if ((uint)place >= Bytes) return;
        if (!TryPlace(AddressOf(place), out _, out var left)) return;
        bytes = bytes[..Math.Min(bytes.Length, left)];
        bytes.CopyTo(_memory.Write(place, bytes.Length));
        bytes.CopyTo(_copy.AsSpan(place));
    }

    public void Write(int place, ulong value, int width)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Write(place, bytes[..width]);
    }

    public ushort Word(int place) => BinaryPrimitives.ReadUInt16LittleEndian(Now[place..]);

    /// <summary>
    /// Visits what the device has written since the last time. <paramref name="mayWrite"/> says to which end a place may be written by it,
    /// or the place itself if it may not.
    /// </summary>
    /// <returns>The first place that it should not have written; -1 if there is none.</returns>
    public int Settle(Func<int, int> mayWrite)
    {
        var now = Now;
        var at = 0;
        while (true)
        {
            at += now[at..].CommonPrefixLength(_copy.AsSpan(at));
            if (at == Bytes) return -1;
            var end = mayWrite(at);
            if (end <= at) return at;
            now[at..end].CopyTo(_copy.AsSpan(at));
            at = end;
        }
    }

    /// <summary>Gives the table up and makes another; false if somebody still uses the old one.</summary>
    public bool Renew()
    {
        Table.Retire();
        var isReleased = Table.IsReleased;
        Table = NewTable();
        return isReleased;
    }

    public void Dispose()
    {
        Table.Retire();
        _memory.Dispose();
        _file.Dispose();
    }

    private MemoryTable NewTable() =>
        MemoryTable.Create(Regions, [_file.Descriptor, _file.Descriptor, _file.Descriptor], new MemoryLimits { RequireSealedSize = true });
}
