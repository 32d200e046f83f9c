using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>What a front-end lets a back-end map into a shared memory region.</summary>
public sealed class SharedMemoryWindowTests : IDisposable
{
    private const int Page = SharedMapping.PageBytes;
    private readonly MemoryFile _file = MemoryFile.Create("shared", 8 * Page);
    private readonly SharedMemoryWindow _window = new(16 * Page);

    public SharedMemoryWindowTests()
    {
        using var memory = _file.Map(MapAccess.ReadWrite);
        for (var i = 0; i < 8; i++) memory.Write(i * Page, 1)[0] = (byte)(i + 1);
    }

    public void Dispose()
    {
        _window.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void What_is_mapped_can_be_read_and_only_that()
    {
        Assert.Equal("", Map(offset: 2, file: 3, pages: 2));
        Assert.Equal((4, 5), (FirstByteAt(2 * Page), FirstByteAt(3 * Page)));
        Assert.Null(FirstByteAt(Page));
        Assert.Null(FirstByteAt(4 * Page));
        Assert.False(_window.TryRead(3 * Page, Page + 1, static (_, _) => { }, 0));
    }

    [Fact]
    public void What_is_mapped_for_reading_alone_cannot_be_written()
    {
        Map(offset: 0, file: 0, pages: 1);
        Map(offset: 1, file: 1, pages: 1, isWritable: true);
        Assert.False(_window.TryWrite(0, [9]));
        Assert.True(_window.TryWrite(Page, [9]));
        Assert.Equal((1, 9), (FirstByteAt(0), FirstByteAt(Page)));
    }

    [Theory]
    [InlineData(1, 0, Page, "multiples of 4096")]
    [InlineData(0, 1, Page, "multiples of 4096")]
    [InlineData(0, 0, Page + 1, "multiples of 4096")]
    [InlineData(0, 0, 0, "not inside")]
    [InlineData(16 * Page, 0, Page, "not inside")]
    [InlineData(15 * Page, 0, 2 * Page, "not inside")]
    [InlineData(long.MaxValue - Page + 1, 0, 2 * Page, "not inside")]
    [InlineData(-Page, 0, 2 * Page, "not inside")]
    [InlineData(0, 8 * Page, Page, "bytes")]
    [InlineData(0, 0, 9 * Page, "bytes")]
    public void What_is_misaligned_or_not_inside_its_region_or_its_file_is_refused(long offset, long file, long length, string why)
    {
        Assert.Contains(why, _window.Map(new SharedMapping(0, offset, file, length, false), _file.Descriptor), StringComparison.Ordinal);
        Assert.Empty(_window.Mappings);
    }

    [Fact]
    public void A_descriptor_that_cannot_be_mapped_is_refused()
    {
        using var signal = EventFd.Create();
        Assert.NotEqual("", _window.Map(new SharedMapping(0, 0, 0, Page, false), signal.Descriptor));
        Assert.Empty(_window.Mappings);
    }

    [Fact]
    public void There_is_an_end_to_the_pieces()
    {
        using var window = new SharedMemoryWindow((SharedMemoryWindow.MaximumPieces + 1L) * Page);
        for (var i = 0; i < SharedMemoryWindow.MaximumPieces; i++)
        {
            Assert.Equal("", window.Map(new SharedMapping(0, i * (long)Page, 0, Page, false), _file.Descriptor));
        }

        Assert.Contains("all that can be",
            window.Map(new SharedMapping(0, SharedMemoryWindow.MaximumPieces * (long)Page, 0, Page, false), _file.Descriptor),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_unmapped_while_it_is_read_stays_until_the_reader_has_left()
    {
        Map(offset: 0, file: 2, pages: 1);
        Assert.True(_window.TryRead(0, 1, (bytes, window) =>
        {
            Assert.Equal("", window.Unmap(new SharedMapping(0, 0, 0, Page, false)));
            Assert.Equal(3, bytes[0]);
        }, _window));
        Assert.Null(FirstByteAt(0));
    }

    [Fact]
    public void Whatever_is_mapped_and_unmapped_pieces_never_overlap_and_each_is_taken_away_once()
    {
        var step = from offset in Gen.Choose(0, 15)
                   from pages in Gen.Choose(1, 4)
                   from kind in Gen.Choose(0, 9)
                   select (offset, pages, kind);
        Prop.ForAll(Gen.ListOf(step).ToArbitrary(), steps =>
        {
            using var window = new SharedMemoryWindow(16 * Page);
            var owners = new int[16]; // by page: which piece, 0 for none
            var pieces = new Dictionary<int, (int Offset, int Pages)>();
            var next = 1;
            foreach (var (offset, pages, kind) in steps)
            {
                var mapping = new SharedMapping(0, offset * (long)Page, 0, pages * (long)Page, false);
                if (kind == 0)
                {
                    window.UnmapAll();
                    Array.Clear(owners);
                    pieces.Clear();
                }
                else if (kind < 6)
                {
                    var fits = offset + pages <= 16 && owners.AsSpan(offset, pages).IndexOfAnyExcept(0) < 0;
                    Assert.Equal(fits, window.Map(mapping, _file.Descriptor).Length == 0);
                    if (!fits) continue;
                    owners.AsSpan(offset, pages).Fill(next);
                    pieces[next++] = (offset, pages);
                }
                else
                {
                    var owner = owners[offset];
                    var matches = owner != 0 && pieces[owner] == (offset, pages);
                    Assert.Equal(matches, window.Unmap(mapping).Length == 0);
                    if (!matches) continue;
                    owners.AsSpan(offset, pages).Clear();
                    pieces.Remove(owner);
                }

                var expected = pieces.Values.OrderBy(static piece => piece.Offset);
                Assert.Equal(expected, window.Mappings.Select(static m => ((int)(m.Offset / Page), (int)(m.Length / Page))));
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private string Map(int offset, int file, int pages, bool isWritable = false) => _window.Map(
        new SharedMapping(0, offset * (long)Page, file * (long)Page, pages * (long)Page, isWritable), _file.Descriptor);

    private int? FirstByteAt(long offset)
    {
        var found = new int[1];
        return _window.TryRead(offset, 1, static (bytes, found) => found[0] = bytes[0], found) ? found[0] : null;
    }
}
