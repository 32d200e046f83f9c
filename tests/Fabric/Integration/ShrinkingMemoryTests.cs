using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Memory;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class ShrinkingMemoryTests
{
    private readonly string _name = $"ram-{Guid.NewGuid():N}";

    // What the fabric cannot seal: the seals are sealed.
    private GuestRamOptions Shrinkable => new() { Seals = MemorySeals.Seal, Name = _name };

    [Theory]
    [InlineData(0)] // the rings are gone as well
    [InlineData(4)] // only frame buffers are gone
    public async Task A_guest_whose_memory_is_shrunk_while_it_streams_is_quarantined_and_the_others_get_every_frame(int megabytesLeft)
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("bad", "front"), RunningFabric.Guest("good", "front")]);
        using var bad = await TestDriver.ConnectAsync(fabric, "bad", "front", Shrinkable);
        bad.Configure(buffers: 16);
        bad.Start();
        var streaming = Task.Run(() => StreamToTheEnd(bad));
        var good = fabric.RunAsync(fabric.Options("good", "front", frames: 120) with { Reconnect = true });
        await fabric.WaitAsync(now => now.Guests.All(guest => guest.Delivered > 10), "a guest gets nothing");

        Shrink((long)megabytesLeft << 20);

        var quarantined = await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Quarantined, "the guest is not quarantined");
        Assert.Contains("its memory file was shrunk from", quarantined.Guests[0].Reason, StringComparison.Ordinal);
        Assert.Contains($"to {(long)megabytesLeft << 20} bytes while mapped", quarantined.Guests[0].Reason, StringComparison.Ordinal);
        var report = await good;
        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.Equal(120, report.Frames.Delivered);
        await streaming;
        await fabric.WaitAsync(_ => DescriptorsOf(_name) == 1, "the fabric still has the file");

        // It may come again, with memory that stays.
        bad.Dispose();
        using (var again = await TestDriver.ConnectAsync(fabric, "bad", "front"))
        {
            again.Configure();
            again.Start();
            again.Submit();
            Assert.Equal(CameraStatus.Ok, again.Next().Status);
        }

        await fabric.StopAsync();
        Assert.Equal(0, DescriptorsOf(_name));
    }

    [Fact]
    public async Task A_node_that_demands_sealed_memory_refuses_the_guest_and_says_what_would_be_right()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("vision", "front")], RunningFabric.Patient with { RequireSealedMemory = true });
        await Assert.ThrowsAnyAsync<Exception>(() => TestDriver.ConnectAsync(fabric, "vision", "front", Shrinkable));
        await fabric.WaitAsync(
            _ => fabric.Loggers.Lines.Any(line => line.Contains("cannot be sealed from here; seal it with F_SEAL_SHRINK", StringComparison.Ordinal)),
            "the refusal is not told");
        using var sealedGuest = await TestDriver.ConnectAsync(fabric, "vision", "front");
        await fabric.StopAsync();
    }

    private static void StreamToTheEnd(TestDriver driver)
    {
        try
        {
            while (driver.Driver.Failure is null)
            {
                while (driver.CanSubmit) driver.Submit();
                if (!driver.TryNext(out _)) Thread.Yield();
            }
        }
        catch (CameraDriverException)
        {
            // The connection has ended in between.
        }
    }

    // As somebody who has the file, but none of this process's ways to it.
    private void Shrink(long bytes)
    {
        var descriptor = LinksTo(_name)[0];
        using var handle = File.OpenHandle(descriptor, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, bytes);
    }

    private static int DescriptorsOf(string name) => LinksTo(name).Count;

    private static List<string> LinksTo(string name) =>
        [.. new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Where(entry => IsLinkTo(entry, name)).Select(entry => entry.FullName)];

    private static bool IsLinkTo(FileSystemInfo entry, string name)
    {
        try
        {
            return entry.LinkTarget?.Contains(name, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // closed just now
        }
    }
}
