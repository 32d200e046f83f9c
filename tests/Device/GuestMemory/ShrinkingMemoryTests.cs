using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Device.Tests.GuestMemory;

public sealed class ShrinkingMemoryTests
{
    private const int FileBytes = 1 << 16;
    private static readonly MemoryRegion Region = new(0x1000, FileBytes, 0x9000_0000, 0);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What the device cannot seal is here a file whose seals are sealed.
    private readonly string _name = $"shrink-{Guid.NewGuid():N}";

    [Fact]
    public void A_file_that_lets_us_is_sealed_so_that_nobody_can_shrink_it_any_more()
    {
        using var file = MemoryFile.Create(_name, FileBytes, MemorySeals.None);
        var table = MemoryTable.Create([Region], [file.Descriptor], new MemoryLimits { RequireSealedSize = true });
        Assert.Equal(MemorySeals.Shrink, file.Seals);
        Assert.Contains("not permitted", Assert.ThrowsAny<Exception>(() => Resize(file, 0)).ToString(), StringComparison.OrdinalIgnoreCase);
        Resize(file, 2 * FileBytes);
        table.Retire();
    }

    [Fact]
    public void A_file_that_cannot_be_sealed_is_refused_where_that_is_demanded()
    {
        using var loose = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        using var firm = MemoryFile.Create("firm", FileBytes);
        var strict = new MemoryLimits { RequireSealedSize = true };
        var refused = Assert.Throws<GuestMemoryException>(() => MemoryTable.Create([Region], [loose.Descriptor], strict));
        Assert.Contains("seal it with F_SEAL_SHRINK (QEMU:", refused.Message, StringComparison.Ordinal);
        MemoryTable.Create([Region], [firm.Descriptor], strict).Retire();
        Assert.Equal(1, DescriptorsOf(_name));
    }

    [Fact]
    public void Memory_that_was_shrunk_away_reads_as_zeros_and_its_owner_is_told_by_how_much()
    {
        using var file = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        using var told = new ManualResetEventSlim();
        var reason = "";
        var table = MemoryTable.Create([Region], [file.Descriptor], new MemoryLimits(), why =>
        {
            reason = why;
            told.Set();
        });
        Assert.Null(table.DescribeLoss());
        Assert.Equal("", table.Unguarded);
        Resize(file, 4096);

        Assert.True(table.TryTranslate(0x3000, 1, out var range, out _));
        range.Writable[0] = 1;

        Assert.StartsWith($"{Region}: its memory file was shrunk from 65536 to 4096 bytes while mapped", table.DescribeLoss(), StringComparison.Ordinal);
        Assert.True(told.Wait(Patience), "the owner is not told");
        Assert.Equal(table.DescribeLoss(), reason);
        Assert.Equal(2, DescriptorsOf(_name));
        table.Retire();
        Assert.Equal(1, DescriptorsOf(_name));
        Assert.Contains("was shrunk while mapped", table.DescribeLoss(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_shrunk_and_grown_again_does_not_pass_for_whole()
    {
        using var file = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        var table = MemoryTable.Create([Region], [file.Descriptor], new MemoryLimits());
        Assert.True(table.TryTranslate(0x1000, FileBytes, out var range, out _));
        Resize(file, 0);
        range.Writable[0] = 1;
        Resize(file, FileBytes);
        Assert.Contains("shrunk and grown again", table.DescribeLoss(), StringComparison.Ordinal);
        table.Retire();
    }

    [Fact]
    public void A_region_that_stays_in_the_next_table_stays_watched()
    {
        using var file = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        using var told = new ManualResetEventSlim();
        var first = MemoryTable.Create([Region], [file.Descriptor], new MemoryLimits(), _ => told.Set());
        var second = first.With(Region with { GuestAddress = 1 << 20, FrontendAddress = 1 << 20 }, file.Descriptor, new MemoryLimits());
        first.Retire();
        Resize(file, 0);
        Assert.True(second.TryTranslate(0x1000, 1, out var range, out _));
        Assert.Equal(0, range.Readable[0]);
        Assert.True(told.Wait(Patience), "the owner is not told");
        second.Retire();
    }

    [Fact]
    public void When_all_places_are_taken_what_cannot_be_sealed_is_refused_and_what_is_sealed_is_mapped()
    {
        var limits = new MemoryLimits { Guard = new MemoryGuard(1) };
        using var loose = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        using var firm = MemoryFile.Create("firm", FileBytes);
        var taken = MemoryTable.Create([Region], [loose.Descriptor], limits);
        MemoryTable.Create([Region], [firm.Descriptor], limits).Retire();
        var refused = Assert.Throws<GuestMemoryException>(() => MemoryTable.Create([Region], [loose.Descriptor], limits));
        Assert.Contains("all 1 places for such memory are taken", refused.Message, StringComparison.Ordinal);
        taken.Retire();
        MemoryTable.Create([Region], [loose.Descriptor], limits).Retire();
        Assert.Equal(1, DescriptorsOf(_name));
    }

    [Fact]
    public void Where_nothing_can_guard_the_table_says_so_of_what_is_not_sealed()
    {
        var limits = new MemoryLimits { Guard = MemoryGuard.None("nothing may be run here") };
        using var loose = MemoryFile.Create(_name, FileBytes, MemorySeals.Seal);
        using var firm = MemoryFile.Create("firm", FileBytes);
        var bare = MemoryTable.Create([Region], [loose.Descriptor], limits);
        var safe = MemoryTable.Create([Region], [firm.Descriptor], limits);
        Assert.Equal($"{Region}: nothing may be run here", bare.Unguarded);
        Assert.Equal("", safe.Unguarded);
        bare.Retire();
        safe.Retire();
    }

    private static void Resize(MemoryFile file, long bytes)
    {
        using var handle = new SafeFileHandle(file.Descriptor.Number, ownsHandle: false);
        RandomAccess.SetLength(handle, bytes);
    }

    private static int DescriptorsOf(string name) => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(entry =>
    {
        try
        {
            return entry.LinkTarget?.Contains(name, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // closed by another test just now
        }
    });
}
