using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>What goes wrong in one guest stays there: it is seen, named and counted, and the others notice nothing.</summary>
public sealed class GuestFaultTests
{
    [Fact]
    public async Task A_guest_that_stops_taking_frames_is_shown_as_stalled_until_it_takes_one()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [RunningFabric.Guest("slow", "front")]);
        using var slow = await TestDriver.ConnectAsync(fabric, "slow", "front");
        slow.Configure();
        slow.Start();

        var stalled = await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Stalled, "the guest is not shown as stalled");
        Assert.InRange(stalled.Guests[0].MissedInRow, 30, long.MaxValue);
        slow.Submit();
        Assert.Equal(CameraStatus.Ok, slow.Next().Status);

        await fabric.WaitAsync(
            now => now.Guests[0].Delivered == 1 && now.Guests[0].MissedInRow < 30, "the row of missed frames does not end");
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_guest_that_gives_no_event_buffers_costs_one_waiting_event_a_kind_and_its_session_goes_on()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [RunningFabric.Guest("deaf", "front")]);
        using var deaf = await RawGuest.ConnectAsync(fabric, "deaf", "front");
        deaf.Stream();

        var status = await fabric.WaitAsync(now => now.Guests[0].EventsJoined >= 20, "drops are not joined");
        Assert.Equal(0, status.Guests[0].Events);
        Assert.Equal(CameraStatus.Ok, deaf.Ask(CameraCommand.GetControls, new ControlsCommand(default, 0)).Status);
        var (started, dropped) = (deaf.TakeEvent(), deaf.TakeEvent());

        Assert.Equal((CameraEventType.Stream, 1UL), (started.Type, started.Sequence));
        Assert.InRange(started.Lost, 20u, uint.MaxValue);
        Assert.Equal((CameraEventType.FrameDrop, 2UL), (dropped.Type, dropped.Sequence));
        Assert.InRange(dropped.Argument, 21u, uint.MaxValue);
        await fabric.WaitAsync(now => now.Guests[0].Events >= 2, "the events are not counted");
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_guest_that_dies_in_the_middle_of_a_command_leaves_its_camera_its_memory_and_its_descriptors_to_others()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")],
            [RunningFabric.Guest("vision", "front", SessionRole.Owner), RunningFabric.Guest("cluster", "front", mayAcquire: true)],
            RunningFabric.Patient with { ConnectionsPerSecond = 1000 });
        using var cluster = await TestDriver.ConnectAsync(fabric, "cluster", "front");
        cluster.Configure();
        cluster.Start();
        var (before, rounds) = (0, 12);
        for (var round = 1; round <= rounds; round++)
        {
            using (var vision = await RawGuest.ConnectAsync(fabric, "vision", "front"))
            {
                if (round % 2 == 0) vision.Stream();
                vision.Send(CameraCommand.Configure, new ConfigureCommand(0, 1), RawGuest.Wire(RunningFabric.Small));
            }

            await fabric.WaitAsync(
                now => now.Guests[0].State == GuestState.Waiting && now.Guests[0].Connections == round
                    && now.Cameras[0] is { Owner: "", Sessions: 1 },
                "the session does not end");
            if (round == 2) before = OpenDescriptors();
        }

        var areBack = SpinWait.SpinUntil(() => OpenDescriptors() <= before, RunningFabric.Patience);
        Assert.True(areBack, $"{before} descriptors were open, now {OpenDescriptors()}");
        cluster.AcquireOwner();
        cluster.Submit(exposure: 1_000_000);
        Assert.Equal(CameraStatus.Ok, cluster.NextExposed(exposure: 1_000_000).Status);
        var status = await fabric.StopAsync();
        Assert.Equal((rounds, 0L), (status.Guests[0].Connections, status.Guests[0].Violations));
        Assert.Equal((0, 0L), (status.Cameras[0].LeakedSlots, status.Guests[0].RequestsWaiting));
    }

    [Fact]
    public async Task A_storm_of_commands_and_kicks_keeps_no_other_guest_from_its_answers()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("storm", "front"), RunningFabric.Guest("calm", "front")]);
        using var storm = await RawGuest.ConnectAsync(fabric, "storm", "front");
        using var calm = await TestDriver.ConnectAsync(fabric, "calm", "front");
        using var stop = new CancellationTokenSource();
        var storming = Task.Factory.StartNew(
            () => storm.Storm(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await fabric.WaitAsync(now => now.Guests[0].Commands > 1000, "there is no storm");

        calm.Configure();
        calm.Start();
        for (var i = 0; i < 100; i++) _ = calm.Driver.SampleClock();
        calm.Submit();
        Assert.Equal(CameraStatus.Ok, calm.Next().Status);
        await stop.CancelAsync();

        Assert.InRange(await storming.WaitAsync(RunningFabric.Patience), 1000, long.MaxValue);
        Assert.False(calm.Gone.Task.IsCompleted);
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_guest_gets_its_bytes_per_second_and_is_told_of_the_frames_beyond()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")],
            [RunningFabric.Guest("thrifty", "front") with { BytesPerSecond = 1_000_000 }, RunningFabric.Guest("other", "front")]);
        using var thrifty = await TestDriver.ConnectAsync(fabric, "thrifty", "front");
        thrifty.Configure(buffers: 8);
        thrifty.Start();
        while (thrifty.CanSubmit) thrifty.Submit();

        Assert.Equal(CameraStatus.Ok, thrifty.Next().Status);
        var (told, _) = thrifty.NextEvent(CameraEventType.FrameDrop, (uint)DropReason.Policy);
        var report = await fabric.RunAsync(fabric.Options("other", "front", frames: 30));
        Assert.True(report.Good, report.ToJson());

        Assert.InRange(told.Argument, 1u, uint.MaxValue);
        var status = await fabric.StopAsync();
        Assert.Contains(status.Guests[0].Dropped, drop => drop is { Reason: "OverBudget", Count: > 0 });
        Assert.DoesNotContain(status.Guests[1].Dropped, drop => drop.Reason == "OverBudget");
    }

    [Fact]
    public async Task Memory_is_bounded_over_all_devices_of_a_guest_and_comes_back_when_one_goes()
    {
        var guest = RunningFabric.Guest("vision", "front") with
        {
            Cameras = [new GuestCameraRig { Camera = "front" }, new GuestCameraRig { Camera = "rear" }], MaximumMemoryBytes = 96 << 20,
        };
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front"), RunningFabric.Camera("rear")], [guest]);
        using (await TestDriver.ConnectAsync(fabric, "vision", "front"))
        {
            await Assert.ThrowsAsync<CameraDriverException>(() => TestDriver.ConnectAsync(fabric, "vision", "rear"));
            await fabric.WaitAsync(_ => fabric.Loggers.Lines.Any(IsRefusal), "the log does not say why");
        }

        await fabric.WaitAsync(
            static now => now.Guests.All(static device => device.State != GuestState.Connected), "the devices do not end");
        using var rear = await TestDriver.ConnectAsync(fabric, "vision", "rear");
        rear.Configure();
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_guests_role_is_shown_before_it_connects_and_is_the_rigs_again_after_it_has_gone()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("vision", "front", mayAcquire: true)]);
        Assert.Equal("Observer", (await fabric.Node.StatusAsync()).Guests[0].Role);
        using (var vision = await TestDriver.ConnectAsync(fabric, "vision", "front"))
        {
            vision.AcquireOwner();
            await fabric.WaitAsync(static now => now.Guests[0].Role == "Owner", "the role is not shown");
        }

        await fabric.WaitAsync(static now => now.Guests[0] is { Role: "Observer", State: GuestState.Waiting }, "the role stays");
    }

    [Fact]
    public async Task A_guest_held_in_quarantine_is_released_by_its_name()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("vision", "front") with { Quarantine = QuarantineRule.Operator }]);
        await fabric.ListensAsync(fabric.Socket("vision", "front"));
        using (var socket = UnixSocket.Connect(fabric.Socket("vision", "front")))
        {
            socket.Send(Enumerable.Repeat((byte)0xee, 12).ToArray(), [], RunningFabric.Patience);
            await fabric.WaitAsync(now => now.Guests[0].State == GuestState.Quarantined, "the guest is not quarantined");
        }

        using (var refused = UnixSocket.Connect(fabric.Socket("vision", "front")))
        {
            var held = await fabric.WaitAsync(now => now.Guests[0].Refused == 1, "the connection is not refused");
            Assert.True(held.Guests[0].IsHeld);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => fabric.Node.ReleaseAsync("visoin"));
        await Assert.ThrowsAsync<ArgumentException>(() => fabric.Node.ReleaseAsync("vision", "rear"));
        Assert.Equal("vision/front", Assert.Single(await fabric.Node.ReleaseAsync("vision")));
        Assert.Empty(await fabric.Node.ReleaseAsync("vision", "front"));
        using var vision = await TestDriver.ConnectAsync(fabric, "vision", "front");
        var status = await fabric.StopAsync();
        Assert.Equal((1L, 1L, 2L), (status.Guests[0].Violations, status.Guests[0].Refused, status.Guests[0].Connections));
    }

    private static bool IsRefusal(string line) => line.Contains("vision/rear", StringComparison.Ordinal)
        && line.Contains("its budget for all of them is 100663296 bytes", StringComparison.Ordinal);

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
