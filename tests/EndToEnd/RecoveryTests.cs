namespace CameraFabric.EndToEnd.Tests;

/// <summary>The fabric is killed under running guests, and started again (docs/recovery.md).</summary>
public sealed class RecoveryTests
{
    private const string TwoGuests = """
        cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 30 } }
        guests: { pilot: { cameras: { front: owner } }, viewer: { cameras: { front: observer } } }
        """;

    [Fact]
    public async Task Guests_stream_on_over_two_kills_of_the_fabric_without_a_new_session()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using var pilot = Pilot(rig);
        using var viewer = Viewer(rig);
        await pilot.SaysAsync("\"final\"");
        await viewer.SaysAsync("\"final\"");

        await rig.RestartAsync(TwoGuests);
        await InterruptedAsync(pilot, 1);
        await InterruptedAsync(viewer, 1);
        await rig.RestartAsync(TwoGuests);
        await InterruptedAsync(pilot, 2);
        await InterruptedAsync(viewer, 2);

        foreach (var guest in new[] { pilot, viewer })
        {
            var report = await RunningRig.EndAsync(guest);
            Assert.True(report.Good, guest.Output + guest.Errors);
            Assert.Equal((1, 2), (report.Connections, report.Interruptions.Recovered));
            Assert.Equal(report.Frames.Delivered, guest == pilot ? report.Controls.Applied : report.Verification.Stamps);
            // The sensor has discontinuities of its own when the machine is busy.
            Assert.True(report.Frames.Marked.GetValueOrDefault("Discontinuity") >= 2);
            Assert.True(report.Interruptions.LongestGap > 0);
            Assert.Equal((0, report.Requests.Submitted), (report.Requests.Unfinished, report.Requests.ByStatus.Values.Sum()));
            Assert.True(report.Requests.ByStatus.GetValueOrDefault("Cancelled") >= report.Interruptions.Cancelled);
            Assert.Equal(0, report.Requests.ByStatus.GetValueOrDefault("Stale"));
        }

        var status = await rig.StopAsync();
        Assert.True(status.Balanced);
        Assert.All(status.Cameras, camera => Assert.Equal(0, camera.LeakedSlots));
    }

    [Fact]
    public async Task A_guest_that_dies_while_the_fabric_is_away_hurts_nobody()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using var pilot = Pilot(rig);
        using var viewer = Viewer(rig);
        await pilot.SaysAsync("\"final\"");
        await viewer.SaysAsync("\"final\"");

        await rig.RestartAsync(TwoGuests, meanwhile: pilot.KillAsync);
        await InterruptedAsync(viewer, 1);

        var report = await RunningRig.EndAsync(viewer);
        Assert.True(report.Good, viewer.Output + viewer.Errors);
        Assert.Equal((1, 1), (report.Connections, report.Interruptions.Count));
        Assert.True((await rig.StopAsync()).Balanced);
    }

    [Fact]
    public async Task Another_camera_in_the_same_place_is_configured_anew_by_its_guests()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using var pilot = rig.StartGuest("pilot", "front", "--reconnect", "--progress");
        await pilot.SaysAsync("\"final\"");

        await rig.RestartAsync(TwoGuests.Replace("320x240", "640x480", StringComparison.Ordinal));

        await RunningRig.UntilAsync(
            pilot, static report => report.Stream.Contains("640x480", StringComparison.Ordinal) && report.Interruptions.Recovered == 1, "it does not stream again");
        var report = await RunningRig.EndAsync(pilot);
        Assert.True(report.Good, pilot.Output + pilot.Errors);
        Assert.Equal((1, 1), (report.Connections, report.Interruptions.Count));
        Assert.Contains("640x480", report.Stream, StringComparison.Ordinal);
        Assert.True(report.Frames.Events.GetValueOrDefault("Source") > 0, "no SOURCE event told of the change");
    }

    private static FabricProcess Pilot(RunningRig rig) => rig.StartGuest(
        "pilot", "front", "--in-flight", "8", "--exposure", "alternate 2ms,10ms", "--reconnect", "--progress");

    private static FabricProcess Viewer(RunningRig rig) => rig.StartGuest("viewer", "front", "--reconnect", "--progress");

    // Its interim reports tell when frames come again: the gap is known then.
    private static Task InterruptedAsync(FabricProcess guest, int times) => RunningRig.UntilAsync(
        guest, report => report.Interruptions.Recovered == times && report.Interruptions.LongestGap > 0, $"frames do not come again after interruption {times}");
}
