namespace CameraFabric.EndToEnd.Tests;

public sealed class PerFrameTests
{
    private const string OneOwner = """
        cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 } }
        guests: { assistance: { cameras: { front: owner } }, viewer: { cameras: { front: observer } } }
        """;

    [Fact]
    public async Task Alternating_exposures_reach_their_frames_in_results_and_in_pixels()
    {
        await using var rig = await RunningRig.StartAsync(OneOwner);

        using var guest = rig.StartGuest("assistance", "front", "--frames", "120", "--in-flight", "8", "--exposure", "alternate 2ms,10ms");
        var report = await RunningRig.ReportAsync(guest);

        Assert.True(report.Good, guest.Output + guest.Errors);
        Assert.Equal((120, 0, 0), (report.Controls.Applied, report.Controls.Late, report.Controls.Ignored));
        Assert.Equal(120, report.Verification.Stamps);
        Assert.True((await rig.StopAsync()).Balanced);
    }

    [Fact]
    public async Task An_observer_sees_the_values_applied_and_is_told_of_changes()
    {
        await using var rig = await RunningRig.StartAsync(OneOwner);
        using var owner = rig.StartGuest("assistance", "front", "--progress", "--in-flight", "8", "--exposure", "alternate 2ms,10ms");
        await RunningRig.UntilAsync(owner, static report => report.Controls.Applied > 0, "the owner changes nothing");

        using var observer = rig.StartGuest("viewer", "front", "--frames", "60");
        var report = await RunningRig.ReportAsync(observer);

        Assert.True(report.Good, observer.Output + observer.Errors);
        Assert.Equal(60, report.Verification.Stamps);
        Assert.True(report.Frames.Events.GetValueOrDefault("ControlChanged") > 0, "no CONTROL_CHANGED event came");
    }

    [Fact]
    public async Task Two_guests_that_take_turns_get_their_own_exposure_only()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, sharing: interleaved } }
            guests: { perception: { cameras: { front: interleaved } }, viewing: { cameras: { front: interleaved } } }
            """);
        using var perception = rig.StartGuest("perception", "front", "--progress", "--in-flight", "6", "--exposure", "alternate 2ms");
        await RunningRig.UntilAsync(perception, static report => report.Frames.Delivered > 0, "the first gets no frames");
        using var viewing = rig.StartGuest("viewing", "front", "--progress", "--in-flight", "6", "--exposure", "alternate 12ms");

        // Each goes on until the other has had its frames: they have taken turns for them.
        await RunningRig.UntilAsync(viewing, static report => report.Frames.Delivered >= 90, "the second does not get its frames");
        var reports = await Task.WhenAll(RunningRig.EndAsync(perception), RunningRig.EndAsync(viewing));

        Assert.All(reports, report =>
        {
            Assert.True(report.Good, report.ToJson());
            Assert.True(report.Frames.Delivered >= 90, report.ToJson());
            Assert.Equal((report.Frames.Delivered, report.Frames.Delivered), (report.Controls.Applied, report.Verification.Stamps));
        });
        var status = await rig.StopAsync();
        Assert.True(status.Balanced);
        Assert.All(status.Guests, guest => Assert.True(guest.OtherGuest > 0));
    }

    [Fact]
    public async Task A_classical_camera_ignores_per_frame_controls_and_says_so()
    {
        await using var rig = await RunningRig.StartAsync(OneOwner.Replace("rate: 60", "rate: 60, control: classical", StringComparison.Ordinal));

        using var polite = rig.StartGuest("assistance", "front", "--frames", "20", "--exposure", "alternate 2ms,10ms");
        var ignored = await RunningRig.ReportAsync(polite);
        using var strict = rig.StartGuest("assistance", "front", "--frames", "20", "--seconds", "3", "--strict", "--exposure", "alternate 2ms,10ms");
        var refused = await RunningRig.ReportAsync(strict);

        Assert.Equal((20, 0), (ignored.Frames.Delivered, ignored.Controls.Applied));
        Assert.True(ignored.Controls.Ignored >= 20);
        Assert.Equal(0, refused.Frames.Delivered);
        Assert.Equal(["unsupported"], refused.Requests.ByStatus.Keys.Select(status => status.ToLowerInvariant()));
    }
}
