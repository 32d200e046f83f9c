using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class SharingTests
{
    private static readonly FabricOptions Patient = RunningFabric.Patient with { ControlsChangedInterval = TimeSpan.Zero };

    [Fact]
    public async Task An_observer_sees_what_the_owner_changes()
    {
        var sensors = new StepSensors();
        await using var fabric = Shared(sensors);
        using var owner = await TestDriver.ConnectAsync(fabric, "owner", "front");
        using var observer = await TestDriver.ConnectAsync(fabric, "observer", "front");
        foreach (var driver in new[] { owner, observer })
        {
            driver.Configure();
            driver.Start();
        }

        // The first frame only says where things stand.
        observer.Submit();
        Assert.Equal(CameraStatus.Ok, observer.Next(sensors).Status);
        owner.Submit(exposure: 3_000_000);
        var result = owner.Next(sensors);
        var (occurred, controls) = observer.NextEvent(CameraEventType.ControlChanged);
        Assert.Equal(CameraStatus.Ok, result.Status);
        Assert.Equal(result.Frame, occurred.FrameNumber);
        Assert.Equal(3_000_000, Assert.Single(controls).Value.AsInt64());
        await fabric.StopAsync();
    }

    [Fact]
    public async Task An_observers_wish_changes_nothing_and_it_is_told_so()
    {
        var sensors = new StepSensors();
        await using var fabric = Shared(sensors);
        using var observer = await TestDriver.ConnectAsync(fabric, "observer", "front");
        observer.Configure();
        observer.Start();

        observer.Submit(exposure: 3_000_000);
        Assert.Equal((CameraStatus.Ok, true),
            (observer.Next(sensors) is var plain ? plain.Status : default, plain.Flags.HasFlag(ResultFlags.Ignored)));
        observer.Submit(exposure: 3_000_000, strict: true);
        Assert.Equal(CameraStatus.NotOwner, observer.Next().Status);
        await fabric.StopAsync();
    }

    [Fact]
    public async Task An_observer_gets_the_frame_that_it_asks_for_by_number()
    {
        var sensors = new StepSensors();
        await using var fabric = Shared(sensors);
        using var observer = await TestDriver.ConnectAsync(fabric, "observer", "front");
        observer.Configure();
        observer.Start();
        observer.Submit(target: 5);
        await fabric.WaitAsync(now => now.Guests.Any(guest => guest.RequestsWaiting == 1), "the request does not arrive");

        sensors.Expose(6);

        var result = observer.Next();
        Assert.Equal((CameraStatus.Ok, 5UL), (result.Status, result.Frame));
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Ownership_is_handed_over_by_force_and_given_back()
    {
        var sensors = new StepSensors();
        await using var fabric = Shared(sensors);
        using var owner = await TestDriver.ConnectAsync(fabric, "owner", "front");
        using var observer = await TestDriver.ConnectAsync(fabric, "observer", "front");
        owner.Configure();
        owner.Start();
        owner.Submit(exposure: 3_000_000);

        Assert.Throws<CameraDriverException>(() => observer.AcquireOwner());
        observer.AcquireOwner(force: true);

        owner.NextEvent(CameraEventType.Owner, (uint)OwnerEvent.Forced);
        Assert.Contains(owner.Next().Status, new[] { CameraStatus.NotOwner, CameraStatus.Cancelled });
        Assert.Equal("observer", (await fabric.Node.StatusAsync()).Cameras[0].Owner);
        observer.Driver.ReleaseOwner();
        owner.AcquireOwner();
        owner.NextEvent(CameraEventType.Owner, (uint)OwnerEvent.Gained);
        owner.Submit(exposure: 5_000_000);
        Assert.Equal(5_000_000, owner.Next(sensors).Exposure!.Value.Value.AsInt64());
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Only_the_owners_configuration_counts_and_those_who_stream_another_are_told()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")],
                [RunningFabric.Guest("owner", "front", SessionRole.Owner), RunningFabric.Guest("observer", "front")]);
        using var owner = await TestDriver.ConnectAsync(fabric, "owner", "front");
        using var observer = await TestDriver.ConnectAsync(fabric, "observer", "front");
        var before = observer.Configure(RunningFabric.Small with { Width = 1280, Height = 720 });
        Assert.Equal((640, 480), (before.Configuration.Width, before.Configuration.Height));
        observer.Start();
        observer.Submit();
        Assert.Equal(CameraStatus.Ok, observer.Next().Status);

        var after = owner.Configure(RunningFabric.Small with { Width = 320, Height = 240 });
        Assert.Equal((320, 240), (after.Configuration.Width, after.Configuration.Height));
        observer.NextEvent(CameraEventType.Source, (uint)SourceEvent.Changed);
        observer.Submit();
        Assert.Equal(CameraStatus.Stale, observer.Next().Status);

        var followed = observer.Configure(RunningFabric.Small);
        Assert.Equal((320, 240), (followed.Configuration.Width, followed.Configuration.Height));
        observer.Start();
        observer.Submit();
        Assert.Equal(CameraStatus.Ok, observer.Next().Status);
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Guests_that_take_turns_get_only_their_own_exposure()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", interleaved: true)],
            [RunningFabric.Guest("short", "front", SessionRole.Interleaved),
                RunningFabric.Guest("long", "front", SessionRole.Interleaved)]);

        // Each until both have had their frames: one that is done before the other begins takes no turns.
        using var enough = new CancellationTokenSource();
        var running = Task.WhenAll(
            fabric.RunAsync(fabric.Options("short", "front", frames: 0) with { Exposure = ExposureScript.Alternate(1_000_000),
                Strict = true, BuffersInFlight = 6 }, enough.Token),
            fabric.RunAsync(fabric.Options("long", "front", frames: 0) with { Exposure = ExposureScript.Alternate(9_000_000),
                Strict = true, BuffersInFlight = 6 }, enough.Token));
        await fabric.WaitAsync(
            static now => now.Guests.All(static guest => guest is { Delivered: >= 30, OtherGuest: > 0 }), "they do not take turns");
        await enough.CancelAsync();
        var reports = await running;
        var status = await fabric.StopAsync();

        Assert.All(reports, report => Assert.True(report.Completed && report.Verification.Failures == 0, report.ToJson() + fabric.Loggers));
        Assert.All(reports, report => Assert.True(report.Controls.Applied >= 30, report.ToJson()));
        Assert.All(status.Guests, guest => Assert.True(guest.OtherGuest > 0));
    }

    [Fact]
    public async Task A_camera_of_the_classical_kind_says_that_it_ignores_settings_for_single_frames()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", perFrame: false)], [RunningFabric.Guest("owner", "front", SessionRole.Owner)]);
        using var owner = await TestDriver.ConnectAsync(fabric, "owner", "front");
        owner.Configure();
        owner.Start();

        owner.Submit(exposure: 2_000_000);
        var plain = owner.Next();
        owner.Submit(exposure: 2_000_000, strict: true);
        var strict = owner.Next();

        Assert.Equal((CameraStatus.Ok, true), (plain.Status, plain.Flags.HasFlag(ResultFlags.Ignored)));
        Assert.Equal(CameraStatus.Unsupported, strict.Status);
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_snapshot_of_an_idle_camera_starts_it_for_one_frame()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], []);

        var frame = await fabric.Node.SnapshotAsync("front").WaitAsync(RunningFabric.Patience);
        await fabric.WaitAsync(now => now.Cameras[0].State == Status.CameraState.Idle, "the camera goes on");

        Assert.Equal((640, 480), (frame.Layout.Width, frame.Layout.Height));
        Assert.Equal(frame.Checksum, Platform.Crc32C.Compute(frame.Pixels));
        Assert.Contains(frame.Applied, entry => entry.Id == ControlCatalogue.ExposureTime.Id);
        await Assert.ThrowsAsync<ArgumentException>(() => fabric.Node.SnapshotAsync("rear"));
        await fabric.StopAsync();
    }

    private static RunningFabric Shared(StepSensors sensors) => RunningFabric.Start(
        [RunningFabric.Camera("front", sensor: sensors.Open)],
        [RunningFabric.Guest("owner", "front", SessionRole.Owner), RunningFabric.Guest("observer", "front", mayAcquire: true)],
        Patient);
}
