using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Platform;
using CameraFabric.Sensors.Faults;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>Guests that read frames where they are, in the camera's own memory, over a real connection.</summary>
public sealed class ZeroCopyTests
{
    [Fact]
    public async Task A_guest_with_leases_reads_every_frame_in_place_and_finds_nothing_wrong()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [Holder("cluster", leases: 4)]);

        var report = await fabric.RunAsync(fabric.Options("cluster", "front", frames: 60) with { ZeroCopy = true });
        var status = await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.Equal((60, 60), (report.Frames.Delivered, report.Frames.InPlace));
        Assert.Equal(60, report.Verification.Checksums);
        Assert.True(status.Guests[0].Delivered >= 60);
    }

    [Fact]
    public async Task An_owner_in_place_gets_exactly_the_exposure_that_it_asked_for()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [Holder("vision", leases: 8, SessionRole.Owner)]);

        var report = await fabric.RunAsync(fabric.Options("vision", "front", frames: 60) with
        {
            ZeroCopy = true, Exposure = ExposureScript.Alternate(2_000_000, 8_000_000), Strict = true, BuffersInFlight = 6,
        });
        await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.Equal(report.Frames.Delivered, report.Frames.InPlace);
    }

    [Fact]
    public async Task Guests_with_and_without_leases_share_a_camera_and_none_waits_for_another()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [Holder("a", leases: 3), Holder("b", leases: 3), RunningFabric.Guest("c", "front")]);

        var reports = await Task.WhenAll(new[] { "a", "b", "c" }.Select(
            guest => fabric.RunAsync(fabric.Options(guest, "front", frames: 60) with { ZeroCopy = true })));
        await fabric.StopAsync();

        Assert.All(reports, report => Assert.True(report.Good, report.ToJson() + fabric.Loggers));
        Assert.Equal([60L, 60L, 0L], reports.Select(static report => report.Frames.InPlace));
        Assert.All(reports, report => Assert.False(report.Requests.ByStatus.ContainsKey(nameof(CameraStatus.Timeout)), report.ToJson()));
    }

    [Fact]
    public async Task A_guest_that_never_gives_back_gets_no_more_and_takes_nothing_from_the_others()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [Holder("greedy", leases: 2), RunningFabric.Guest("modest", "front")]);
        using var greedy = await TestDriver.ConnectAsync(fabric, "greedy", "front", shareMemory: true);
        greedy.Configure(buffers: 1);
        Assert.Equal(2, greedy.MapPool()!.MaximumLeases);
        greedy.Start();
        for (var i = 0; i < 4; i++) Ask(greedy);
        CameraRequest[] kept = [greedy.NextKept(), greedy.NextKept()];
        await fabric.WaitAsync(
            status => status.Guests[0].Dropped.Any(static drop => drop is { Reason: "LeasesHeld", Count: > 10 }), "it is given more");

        var report = await fabric.RunAsync(fabric.Options("modest", "front", frames: 120));
        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        var status = await fabric.WaitAsync(static _ => true, "");

        // A machine that is busy may cost the modest guest a frame; the greedy one may not.
        Assert.DoesNotContain(status.Guests[1].Dropped, static drop => drop.Reason is "NoFreeSlot" or "LeasesHeld");
        Assert.Equal(2, status.Guests[0].Delivered);
        Assert.DoesNotContain(status.Cameras[0].Lost, static loss => loss.Reason == "NoFreeSlot");
        _ = greedy.NextEvent(CameraEventType.FrameDrop, (uint)DropReason.Leases);

        // What it holds is still the very frame that it was given, though the camera has written some hundred others.
        Assert.All(kept, request => Assert.Equal(request.Checksum, ChecksumInPlace(greedy, request)));

        // One given back: one more frame comes.
        greedy.Driver.GiveBack(kept[0]);
        Assert.Equal(CameraStatus.Ok, greedy.NextKept().Status);

        // A guest that goes without a word leaves nothing held.
        greedy.Dispose();
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Frames_that_are_held_end_with_the_configuration_and_not_with_the_stream()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [Holder("cluster", leases: 2)]);
        using var driver = await TestDriver.ConnectAsync(fabric, "cluster", "front", shareMemory: true);
        for (var round = 0; round < 3; round++)
        {
            driver.Configure(buffers: 1);
            Assert.NotNull(driver.MapPool());
            driver.Start();
            Ask(driver);
            Ask(driver);
            CameraRequest[] kept = [driver.NextKept(), driver.NextKept()];
            driver.Driver.Stop();
            Assert.All(kept, request => Assert.Equal(request.Checksum, ChecksumInPlace(driver, request)));

            // Not given back: what CONFIGURE or RELEASE ends need not be.
            foreach (var request in kept) driver.Driver.Return(request);
        }

        Assert.Empty(driver.Violations);
        driver.Dispose();
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Where_the_connection_shares_no_memory_or_the_guest_has_no_leases_it_gets_copies()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [Holder("a", leases: 3), RunningFabric.Guest("b", "front")]);

        var unshared = await fabric.RunAsync(fabric.Options("a", "front", frames: 10));
        var unleased = await fabric.RunAsync(fabric.Options("b", "front", frames: 10) with { ZeroCopy = true });
        await fabric.StopAsync();

        Assert.All([unshared, unleased], report => Assert.True(report.Good, report.ToJson()));
        Assert.Equal((0, 0), (unshared.Frames.InPlace, unleased.Frames.InPlace));
    }

    [Fact]
    public async Task A_camera_that_gets_another_configuration_gets_another_pool_and_its_observers_follow()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [Holder("watcher", leases: 3), Holder("owner", leases: 3, SessionRole.Owner)]);
        using var enough = new CancellationTokenSource();
        var watching = fabric.RunAsync(fabric.Options("watcher", "front", frames: 0) with { ZeroCopy = true }, enough.Token);
        await fabric.WaitAsync(static status => status.Guests[0].Delivered > 20, "no frames come");

        var owner = await fabric.RunAsync(
            fabric.Options("owner", "front", frames: 30) with { ZeroCopy = true, Width = 320, Height = 240 });
        var before = (await fabric.WaitAsync(static _ => true, "")).Guests[0].Delivered;
        await fabric.WaitAsync(status => status.Guests[0].Delivered > before + 20, "the observer does not follow");
        enough.Cancel();
        var watcher = await watching;
        await fabric.StopAsync();

        Assert.True(owner.Good, owner.ToJson());
        Assert.Equal(0, watcher.Verification.Failures);
        Assert.Equal(watcher.Frames.Delivered, watcher.Frames.InPlace);
    }

    [Fact]
    public async Task A_sensor_that_hangs_takes_its_pool_with_it_and_guests_map_the_next_one()
    {
        var faults = FaultScript.Parse("hang@30");
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: faults.Around(static context => new SyntheticSensor(context, new SyntheticOptions())))],
            [Holder("cluster", leases: 3)],
            RunningFabric.Patient with
            {
                WatchdogFloor = TimeSpan.FromMilliseconds(100), SensorStopTimeout = TimeSpan.FromMilliseconds(50), RestartDelay = TimeSpan.FromMilliseconds(1),
            });
        using var enough = new CancellationTokenSource();
        var running = fabric.RunAsync(fabric.Options("cluster", "front", frames: 0) with { ZeroCopy = true }, enough.Token);
        await fabric.WaitAsync(static status => status.Cameras[0].Faults.Any(static fault => fault.Reason == "Hung"), "it did not hang");
        var before = (await fabric.WaitAsync(static _ => true, "")).Guests[0].Delivered;
        await fabric.WaitAsync(status => status.Guests[0].Delivered > before + 20, "no frames come any more");
        enough.Cancel();
        var report = await running;
        faults.Release();

        Assert.Equal(0, report.Verification.Failures);
        Assert.Equal(report.Frames.Delivered, report.Frames.InPlace);
    }

    private static void Ask(TestDriver guest)
    {
        Assert.True(guest.Driver.TryRent(out var request));
        request.InPlace = true;
        request.TimeoutNanoseconds = 60_000_000_000;
        guest.Driver.Submit(request);
    }

    private static uint ChecksumInPlace(TestDriver guest, CameraRequest request)
    {
        var found = new uint[1];
        Assert.True(guest.Driver.TryReadInPlace(request, static (bytes, found) => found[0] = Crc32C.Compute(bytes), found));
        return found[0];
    }

    private static GuestRig Holder(string name, int leases, SessionRole role = SessionRole.Observer) => new()
    {
        Name = name, Cameras = [new GuestCameraRig { Camera = "front", Role = role, Leases = leases }],
    };
}
