using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class FailureTests
{
    [Fact]
    public async Task A_slow_guest_hurts_only_itself()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("quick", "front"), RunningFabric.Guest("slow", "front")]);
        using var slow = await TestDriver.ConnectAsync(fabric, "slow", "front");
        slow.Configure();
        slow.Start();

        var report = await fabric.RunAsync(fabric.Options("quick", "front", frames: 60));
        var status = await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson());
        var slowReport = status.Guests.Single(guest => guest.Guest == "slow");
        Assert.Equal(0, slowReport.Delivered);
        Assert.Contains(slowReport.Dropped, drop => drop.Reason == "NoRequest" && drop.Count >= 60);
    }

    [Fact]
    public async Task A_guest_that_vanishes_leaves_nothing_behind_and_may_come_back()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")],
                [RunningFabric.Guest("vision", "front", SessionRole.Owner), RunningFabric.Guest("cluster", "front")]);
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        cluster.Configure();
        cluster.Start();
        for (var i = 0; i < 3; i++)
        {
            using var vision = await TestDriver.ConnectAsync(fabric, "vision", "front");
            vision.Configure();
            vision.Start();
            while (vision.CanSubmit) vision.Submit(exposure: 1_000_000);
            Assert.Equal(CameraStatus.Ok, vision.NextExposed(exposure: 1_000_000).Status);
            vision.Driver.Dispose();
            await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Waiting, "the connection does not end");
        }

        cluster.Submit();
        Assert.Equal(CameraStatus.Ok, cluster.Next().Status);
        var status = await fabric.StopAsync();
        Assert.Equal(3, status.Guests[0].Connections);
        Assert.Equal(0, status.Cameras[0].LeakedSlots);
    }

    [Fact]
    public async Task A_sensor_that_fails_is_restarted_and_guests_see_it_go_and_come_back()
    {
        var sensors = new StepSensors();
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: sensors.Open)], [RunningFabric.Guest("vision", "front", SessionRole.Owner)]);
        using var vision = await TestDriver.ConnectAsync(fabric, "vision", "front");
        vision.Configure();
        vision.Start();
        vision.Submit();
        Assert.Equal(CameraStatus.Ok, vision.Next(sensors).Status);

        // No frame is left over for the requests that are to find the source lost.
        await fabric.WaitAsync(now => now.Cameras[0].FannedOut == sensors.Exposed, "a frame does not arrive");
        vision.Submit();
        vision.Submit();
        await fabric.WaitAsync(now => now.Guests[0].RequestsWaiting == 2, "the requests do not arrive");
        sensors.Fail();

        Assert.Equal([CameraStatus.NoSource, CameraStatus.NoSource], [vision.Next().Status, vision.Next().Status]);
        vision.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        sensors.Expose(3);
        vision.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);
        vision.Submit();
        Assert.Equal(CameraStatus.Ok, vision.Next(sensors).Status);
        var status = await fabric.StopAsync();

        Assert.False(vision.Gone.Task.IsCompletedSuccessfully && vision.Violations.Count > 0);
        Assert.Equal(1, status.Guests[0].Connections);
        Assert.Equal(1, status.Cameras[0].Restarts);
        Assert.Equal((2, 2), (sensors.Opened, sensors.Disposed));
        Assert.Empty(sensors.Faults);
    }

    [Fact]
    public async Task A_stream_that_stays_without_frames_is_told_to_its_guest_before_the_source_is_lost()
    {
        var sensors = new StepSensors();
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: sensors.Open)], [RunningFabric.Guest("cluster", "front")],
            RunningFabric.Patient with { WatchdogFloor = TimeSpan.FromMilliseconds(100), FirstFrameAllowance = TimeSpan.FromMilliseconds(100) });
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        cluster.Configure();
        cluster.Start();

        cluster.NextEvent(CameraEventType.Stream, (uint)StreamEvent.Timeout);
        cluster.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);

        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_node_stops_although_a_sensor_s_driver_holds_up_an_actor()
    {
        using var stuck = new StuckSensor();
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: _ => stuck)],
            [RunningFabric.Guest("vision", "front")],
            RunningFabric.Patient with { StopTimeout = TimeSpan.FromMilliseconds(100) });
        await fabric.WaitAsync(_ => stuck.IsAsked, "the sensor is not asked");

        var status = await fabric.Node.StopAsync().WaitAsync(RunningFabric.Patience);

        Assert.True(status.Balanced);
        Assert.Contains(fabric.Loggers.Lines, static line => line.Contains("left behind", StringComparison.Ordinal));
        stuck.Release();
    }

    [Fact]
    public async Task A_recording_that_ends_is_lost_and_begins_anew_with_the_next_start()
    {
        var sensors = new StepSensors();
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: sensors.Open)], [RunningFabric.Guest("cluster", "front")]);
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        cluster.Configure();
        cluster.Start();
        cluster.Submit();
        await fabric.WaitAsync(now => now.Guests[0].RequestsWaiting == 1, "the request does not arrive");
        sensors.End();

        Assert.Equal(CameraStatus.NoSource, cluster.Next().Status);
        await fabric.WaitAsync(now => now.Cameras[0].State == CameraState.Ended, "the camera has not ended");
        cluster.Driver.Stop();
        cluster.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);
        cluster.Start();
        cluster.Submit();
        Assert.Equal(CameraStatus.Ok, cluster.Next(sensors).Status);
        Assert.Equal(0, (await fabric.StopAsync()).Cameras[0].Restarts);
    }

    [Fact]
    public async Task A_front_end_that_breaks_the_protocol_is_quarantined_with_its_reason_until_it_connects_anew()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("vision", "front"), RunningFabric.Guest("cluster", "front")]);
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        await fabric.ListensAsync(fabric.Socket("vision", "front"));
        using (var socket = UnixSocket.Connect(fabric.Socket("vision", "front")))
        {
            socket.Send(Enumerable.Repeat((byte)0xee, 12).ToArray(), [], RunningFabric.Patience);
            var quarantined = await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Quarantined, "the guest is not quarantined");
            Assert.NotEqual("", quarantined.Guests[0].Reason);
        }

        using var vision = await TestDriver.ConnectAsync(fabric, "vision", "front");
        var status = await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Connected, "the guest stays quarantined");

        Assert.Equal(GuestState.Connected, status.Guests[1].State);
        await fabric.StopAsync();
    }

    [Fact]
    public async Task Stopping_in_the_middle_of_everything_accounts_for_everything()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")],
                [RunningFabric.Guest("vision", "front", SessionRole.Owner), RunningFabric.Guest("cluster", "front")]);
        using var vision = await TestDriver.ConnectAsync(fabric, "vision", "front");
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        foreach (var driver in new[] { vision, cluster })
        {
            driver.Configure();
            driver.Start();
            while (driver.CanSubmit) driver.Submit();
        }

        vision.Next();
        cluster.Next();
        var status = await fabric.StopAsync();

        Assert.All(status.Guests, guest => Assert.Equal(4, guest.Requests.Sum(count => count.Count)));
        Assert.All(status.Guests, guest => Assert.Equal(GuestState.Stopped, guest.State));
    }
}
