using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.GuestMemory;

public sealed class MemoryTableTests : IDisposable
{
    private const int FileBytes = 1 << 16;
    private readonly MemoryFile _file = MemoryFile.Create("guest", FileBytes);
    private readonly MemoryLimits _limits = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Finds_a_range_inside_a_region_by_guest_and_by_frontend_address()
    {
        var table = Create(new MemoryRegion(0x1000, 0x2000, 0x9000_0000, 0x1000));
        using var whole = _file.Map(MapAccess.ReadWrite);
        whole.Write(0x1000 + 0x10, 4).Fill(7);

        Assert.True(table.TryTranslate(0x1010, 4, out var byGuest, out var error), error);
        Assert.True(table.TryTranslateFrontend(0x9000_0010, 4, out var byFrontend));
        Assert.Equal([7, 7, 7, 7], byGuest.Readable.ToArray());
        Assert.Equal(byGuest, byFrontend);
        byGuest.Writable[0] = 9;
        Assert.Equal(9, whole.Read(0x1010, 1)[0]);
        table.Retire();
    }

    [Theory]
    [InlineData(0xfffUL, 1UL, "no memory at guest address 0xfff")]
    [InlineData(0x3000UL, 1UL, "no memory at guest address 0x3000")]
    [InlineData(0x2fffUL, 2UL, "beyond the end of its region")]
    [InlineData(0x1000UL, 0UL, "is empty")]
    [InlineData(0x1000UL, 0x8000_0000UL, "at most 2147483647")]
    [InlineData(0x2000UL, ulong.MaxValue, "at most 2147483647")]
    [InlineData(ulong.MaxValue, 2UL, "no memory at guest address 0xffffffffffffffff")]
    public void Refuses_a_range_that_is_not_wholly_inside(ulong address, ulong length, string why)
    {
        var table = Create(new MemoryRegion(0x1000, 0x2000, 0x1000, 0));
        Assert.False(table.TryTranslate(address, length, out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.False(table.TryTranslateFrontend(address, length, out _));
        table.Retire();
    }

    [Fact]
    public void Refuses_a_range_that_starts_in_one_region_and_ends_in_the_next()
    {
        var table = Create(new MemoryRegion(0x1000, 0x1000, 0x1000, 0), new MemoryRegion(0x2000, 0x1000, 0x2000, 0x4000));
        Assert.False(table.TryTranslate(0x1ff0, 0x20, out _, out _));
        Assert.True(table.TryTranslatePrefix(0x1ff0, 0x20, out var first));
        Assert.Equal(0x10, first.Length);
        Assert.True(table.TryTranslatePrefix(0x2000, 0x10, out var second));
        Assert.NotSame(first.Memory, second.Memory);
        table.Retire();
    }

    public static TheoryData<string, ulong, ulong, ulong, ulong> BadRegions => new()
    {
        { "is empty", 0x1000, 0, 0x1000, 0 },
        { "guest addresses wrap", ulong.MaxValue - 0xfff, 0x1001, 0x1000, 0 },
        { "front-end addresses wrap", 0x1000, 0x2000, ulong.MaxValue - 0xfff, 0 },
        { "pass 2^63", 0x1000, 0x1000, 0x1000, ulong.MaxValue - 0xfff },
        { "pass 2^63", 0x1000, 0x1000, 0x1000, long.MaxValue },
        { "its file has only 0x10000 bytes", 0x1000, FileBytes + 1, 0x1000, 0 },
        { "its file has only 0x10000 bytes", 0x1000, FileBytes, 0x1000, 1 },
        { "at most", 0x1000, 65UL << 30, 0x1000, 0 },
    };

    [Theory]
    [MemberData(nameof(BadRegions))]
    public void Refuses_a_region_that_cannot_be(string why, ulong guest, ulong size, ulong frontend, ulong offset)
    {
        var refused = Assert.Throws<GuestMemoryException>(() => Create(new MemoryRegion(guest, size, frontend, offset)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_a_region_that_ends_with_the_last_address()
    {
        var table = Create(new MemoryRegion(ulong.MaxValue - 0xfff, 0x1000, ulong.MaxValue - 0xfff, 0));
        Assert.True(table.TryTranslate(ulong.MaxValue, 1, out _, out _));
        Assert.True(table.TryTranslateFrontend(ulong.MaxValue, 1, out _));
        Assert.False(table.TryTranslate(ulong.MaxValue, 2, out _, out _));
        table.Retire();
    }

    [Theory]
    [InlineData(0x1800UL, 0x9000UL, "guest addresses")]
    [InlineData(0x1000UL, 0x9000UL, "guest addresses")]
    [InlineData(0x9000UL, 0x1fffUL, "front-end addresses")]
    public void Refuses_regions_that_overlap(ulong guest, ulong frontend, string where)
    {
        var refused = Assert.Throws<GuestMemoryException>(
            () => Create(new MemoryRegion(0x1000, 0x1000, 0x1000, 0), new MemoryRegion(guest, 0x1000, frontend, 0)));
        Assert.Contains($"overlaps region 0x1000", refused.Message, StringComparison.Ordinal);
        Assert.Contains(where, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_more_regions_or_bytes_than_the_limits()
    {
        var limits = new MemoryLimits { MaximumRegions = 1, MaximumBytes = 0x1000 };
        var one = new MemoryRegion(0x1000, 0x1000, 0x1000, 0);
        var table = MemoryTable.Create([one], [_file.Descriptor], limits);
        var another = one with { GuestAddress = 0x2000, FrontendAddress = 0x2000 };
        var tooMany = Assert.Throws<GuestMemoryException>(() => table.With(another, _file.Descriptor, limits));
        Assert.Contains("at most 1", tooMany.Message, StringComparison.Ordinal);
        var tooLarge = Assert.Throws<GuestMemoryException>(
            () => MemoryTable.Create([one with { Size = 0x1001 }], [_file.Descriptor], limits));
        Assert.Contains("at most 4096", tooLarge.Message, StringComparison.Ordinal);
        table.Retire();
    }

    [Fact]
    public void Refuses_a_descriptor_that_is_no_memory()
    {
        using var signal = EventFd.Create();
        Assert.Throws<GuestMemoryException>(
            () => MemoryTable.Create([new MemoryRegion(0x1000, 0x1000, 0x1000, 0)], [signal.Descriptor], _limits));
    }

    [Fact]
    public void Stays_mapped_for_those_inside_when_it_is_retired()
    {
        var table = Create(new MemoryRegion(0x1000, 0x1000, 0x1000, 0));
        Assert.True(table.TryTranslate(0x1000, 1, out var range, out _));
        Assert.True(table.TryEnter());
        table.Retire();
        Assert.False(table.TryEnter());
        Assert.False(table.IsReleased);
        Assert.Equal(0, range.Readable[0]);
        table.Leave();
        Assert.True(table.IsReleased);
        Assert.True(range.Memory.IsDisposed);
        Assert.Throws<InvalidOperationException>(table.Leave);
    }

    [Fact]
    public void Shares_with_its_successor_the_mappings_that_stay()
    {
        var stays = new MemoryRegion(0x1000, 0x1000, 0x1000, 0);
        var goes = new MemoryRegion(0x2000, 0x1000, 0x2000, 0x1000);
        var first = Create(stays, goes);
        Assert.True(first.TryTranslate(0x1000, 1, out var kept, out _));
        Assert.True(first.TryTranslate(0x2000, 1, out var removed, out _));
        Assert.True(first.TryEnter());

        // The file offset does not count when a region is removed.
        var second = first.Without(goes with { MappingOffset = 77 });
        first.Retire();
        Assert.False(removed.Memory.IsDisposed);
        first.Leave();
        Assert.True(removed.Memory.IsDisposed);
        Assert.False(kept.Memory.IsDisposed);
        Assert.True(second.TryTranslate(0x1000, 1, out var same, out _));
        Assert.Same(kept.Memory, same.Memory);

        var third = second.With(goes, _file.Descriptor, _limits);
        second.Retire();
        Assert.Equal([stays, goes], third.Regions);
        third.Retire();
        Assert.True(kept.Memory.IsDisposed);
    }

    [Fact]
    public void Refuses_to_remove_what_is_not_there()
    {
        var table = Create(new MemoryRegion(0x1000, 0x1000, 0x1000, 0));
        Assert.Throws<GuestMemoryException>(() => table.Without(new MemoryRegion(0x1000, 0x800, 0x1000, 0)));
        table.Retire();
    }

    [Fact]
    public void Leaves_nothing_mapped_when_a_later_region_is_refused()
    {
        var before = MapsOf("memfd:guest");
        Assert.Throws<GuestMemoryException>(
            () => Create(new MemoryRegion(0x1000, 0x1000, 0x1000, 0), new MemoryRegion(0x2000, FileBytes, 0x2000, 1)));
        Assert.Equal(before, MapsOf("memfd:guest"));

        // Only this test's own file counts: other tests map theirs at the same time.
        int MapsOf(string name) => System.IO.File.ReadLines("/proc/self/maps")
            .Count(l => l.Contains(name, StringComparison.Ordinal) && l.Contains($" {Inode()} ", StringComparison.Ordinal));
    }

    [Fact]
    public void Finds_exactly_what_a_search_through_all_regions_finds()
    {
        // Eight regions of various sizes with gaps; any address and length is judged like a plain model judges it.
        var regions = Enumerable.Range(0, 8)
            .Select(i => (ulong)i)
            .Select(i => new MemoryRegion((i * 0x3000) + 0x1000, 0x400 * (i + 1), (8 - i) * 0x10000, i * 0x1000))
            .ToArray();
        var table = Create(regions);
        var cases = Gen.Choose(0, 0x1a000)
            .SelectMany(a => Gen.Choose(0, 0x3000).Select(l => (Address: (ulong)a, Length: (ulong)l)))
            .ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(cases, c =>
        {
            var expected = c.Length > 0 && regions.Any(r => c.Address >= r.GuestAddress && c.Address + c.Length <= r.GuestAddress + r.Size);
            var found = table.TryTranslate(c.Address, c.Length, out var range, out var error);
            return found == expected && found == (error.Length == 0)
                && (!found || (range.Length == (int)c.Length && range.Readable.Length == (int)c.Length));
        }));
        table.Retire();
    }

    private MemoryTable Create(params MemoryRegion[] regions) =>
        MemoryTable.Create(regions, [.. Enumerable.Repeat(_file.Descriptor, regions.Length)], _limits);

    private string Inode()
    {
        // A mapping of our own names the inode of this file.
        using var probe = _file.Map(MapAccess.ReadOnly);
        var link = $"/proc/self/fdinfo/{_file.Descriptor.Number}";
        return System.IO.File.ReadLines(link).First(l => l.StartsWith("ino:", StringComparison.Ordinal))[4..].Trim();
    }
}
