using System.Diagnostics;

namespace CameraFabric.Platform.Tests.Memory;

public sealed class MemoryGuardTests
{
    private const int Page = 4096;
    private const int Size = 256 * Page;
    private static readonly byte[] Pixels = [.. Enumerable.Repeat((byte)7, Size)];

    [Fact]
    public void This_system_can_guard() => Assert.Equal("", MemoryGuard.Shared.Unavailable);

    [Theory]
    [InlineData("memfd")]
    [InlineData("/dev/shm")]
    [InlineData("/tmp")]
    public void An_access_behind_the_new_end_finds_zeros_and_the_owner_is_told(string kind)
    {
        using var file = new ShrinkableFile(kind, Size);
        using var told = new ManualResetEventSlim();
        using var map = file.Map(MemoryGuard.Shared, told.Set);
        Pixels.CopyTo(map.Write(0, Size));
        file.Resize(Page);
        Assert.True(map.IsGuarded);
        Assert.False(map.IsLost);
        Assert.Equal(7, map.Read(0, 1)[0]);

        Assert.Equal(0, map.Read(Page, 1)[0]);

        Assert.True(map.IsLost);
        Assert.True(told.Wait(OpenDescriptors.Patience), "the owner is not told");
        Assert.Equal(-1, map.Read(0, Size).IndexOfAnyExcept((byte)0));
        map.Write(Size - 1, 1)[0] = 9;
        Assert.Equal(9, map.Read(Size - 1, 1)[0]);
    }

    [Fact]
    public void Also_what_is_mapped_for_reading_alone_is_guarded()
    {
        using var file = new ShrinkableFile("memfd", Size);
        using var map = file.Map(MemoryGuard.Shared, access: MapAccess.ReadOnly);
        file.Resize(0);
        Assert.Equal(-1, map.Read(0, Size).IndexOfAnyExcept((byte)0));
        Assert.True(map.IsLost);
        Assert.Throws<InvalidOperationException>(() => map.Write(0, 1).Length);
    }

    [Fact]
    public void A_loss_leaves_every_other_mapping_as_it_is()
    {
        using var file = new ShrinkableFile("memfd", Size);
        using var other = new ShrinkableFile("memfd", Size);
        using var before = other.Map(MemoryGuard.Shared);
        using var map = file.Map(MemoryGuard.Shared);
        using var behind = other.Map(MemoryGuard.Shared);
        Pixels.CopyTo(before.Write(0, Size));
        file.Resize(0);
        map.Write(0, 1)[0] = 1;
        Assert.True(map.IsLost);
        Assert.False(before.IsLost || behind.IsLost);
        Assert.Equal(-1, behind.Read(0, Size).IndexOfAnyExcept((byte)7));
    }

    [Fact]
    public void Threads_in_the_middle_of_copies_go_on_and_the_owner_is_told_once()
    {
        const int copiers = 4;
        using var file = new ShrinkableFile("memfd", Size);
        using var told = new SemaphoreSlim(0);
        using var map = file.Map(MemoryGuard.Shared, () => told.Release());
        using var busy = new CountdownEvent(copiers);
        var threads = Enumerable.Range(0, copiers).Select(index => new RealThread<int>(() =>
        {
            // Each copies until it has seen the loss, and once more: half write past the cache as frames are written.
            var rounds = 0;
            for (var last = false; !last; rounds++)
            {
                last = map.IsLost;
                FrameCopy.ToOne(Pixels, map.Write(0, Size), nonTemporal: index % 2 == 0);
                FrameCopy.Fence();
                if (rounds == 0) busy.Signal();
            }

            return rounds;
        })).ToArray();
        Assert.True(busy.Wait(OpenDescriptors.Patience), "nobody copies");

        file.Resize(Page);

        Assert.All(threads, thread => Assert.True(thread.Result() > 1));
        Assert.True(told.Wait(OpenDescriptors.Patience), "the owner is not told");
        using var next = new ShrinkableFile("memfd", Page);
        using var later = new ManualResetEventSlim();
        using var second = next.Map(MemoryGuard.Shared, later.Set);
        next.Resize(0);
        Assert.Equal(0, second.Read(0, 1)[0]);
        Assert.True(later.Wait(OpenDescriptors.Patience));
        Assert.Equal(0, told.CurrentCount); // whoever is told later was looked up after the first
    }

    [Fact]
    public void Ranges_come_and_go_while_others_fault()
    {
        const int rounds = 300;
        var guard = new MemoryGuard(8);
        var threads = Enumerable.Range(0, 4).Select(index => new RealThread<int>(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                // Every other one never faults, and must never look lost.
                var pages = 1 + ((index + round) % 5);
                using var file = new ShrinkableFile("memfd", pages * Page);
                using var map = file.Map(guard);
                Assert.True(map.IsGuarded);
                map.Write(0, pages * Page).Fill((byte)(index + 1));
                if (round % 2 == 0) file.Resize(0);
                var expected = round % 2 == 0 ? 0 : index + 1;
                if (map.Read((pages - 1) * Page, 1)[0] != expected || map.IsLost != (expected == 0)) return round;
            }

            return rounds;
        })).ToArray();
        Assert.All(threads, thread => Assert.Equal(rounds, thread.Result()));
    }

    [Fact]
    public void Many_losses_at_once_are_all_told()
    {
        const int ranges = 40;
        using var file = new ShrinkableFile("memfd", Size);
        using var told = new CountdownEvent(ranges);
        var maps = Enumerable.Range(0, ranges).Select(_ => file.Map(MemoryGuard.Shared, () => told.Signal())).ToArray();
        file.Resize(0);
        var threads = maps.Select(map => new RealThread<byte>(() => map.Read(Size - 1, 1)[0])).ToArray();
        Assert.All(threads, thread => Assert.Equal(0, thread.Result()));
        Assert.True(told.Wait(OpenDescriptors.Patience), $"{told.CurrentCount} are not told");
        foreach (var map in maps) map.Dispose();
    }

    [Fact]
    public void A_full_table_takes_nothing_more_until_something_goes()
    {
        var guard = new MemoryGuard(2);
        using var file = new ShrinkableFile("memfd", Size);
        using var first = file.Map(guard);
        var second = file.Map(guard);
        using (var third = file.Map(guard)) Assert.False(third.IsGuarded);
        second.Dispose();
        using var fourth = file.Map(guard);
        Assert.True(first.IsGuarded && fourth.IsGuarded);
        file.Resize(0);
        Assert.Equal(0, fourth.Read(0, 1)[0]);
        Assert.True(fourth.IsLost);
        Assert.False(first.IsLost);
    }

    [Fact]
    public void What_was_lost_is_known_also_after_it_is_unmapped()
    {
        using var file = new ShrinkableFile("memfd", Size);
        var lost = file.Map(MemoryGuard.Shared);
        var kept = file.Map(MemoryGuard.Shared);
        file.Resize(0);
        Assert.Equal(0, lost.Read(0, 1)[0]);
        lost.Dispose();
        kept.Dispose();
        Assert.True(lost.IsLost);
        Assert.False(kept.IsLost);
    }

    [Fact]
    public void A_guard_that_cannot_be_says_why_and_guards_nothing()
    {
        var none = MemoryGuard.None("no way");
        using var file = new ShrinkableFile("memfd", Size);
        using var map = file.Map(none);
        Assert.Equal("no way", none.Unavailable);
        Assert.False(map.IsGuarded);
        Assert.False(map.IsLost);
    }

    [Fact]
    public void A_fault_that_is_not_ours_ends_the_process_as_it_does_without_a_guard()
    {
        var without = Child("unguarded");
        var with = Child("guarded");
        Assert.Contains("survived a fault of its own", with.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("survived", without.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("went on", with.Output + without.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, without.Code);
        Assert.Equal(without.Code, with.Code);
    }

    [Fact]
    public void The_handlers_bytes_are_what_their_sources_assemble_to()
    {
        // Says itself what cannot be compared here, for lack of an assembler.
        var (code, output) = Run(Path.Combine(Root(), "eng", "fault-handler"));
        Assert.True(code == 0, output);
    }

    private static (int Code, string Output) Child(string mode)
    {
        var dotnet = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return Run("/bin/sh", "-c", "ulimit -c 0; exec \"$0\" exec \"$1\" \"$2\"", dotnet, typeof(FaultChild).Assembly.Location, mode);
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CameraFabric.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}
