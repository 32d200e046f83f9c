using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class StreamingTests
{
    [Fact]
    public async Task An_observer_gets_every_frame_and_finds_nothing_wrong()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [RunningFabric.Guest("cluster", "front")]);

        var report = await fabric.RunAsync(fabric.Options("cluster", "front", frames: 60));
        var status = await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.Equal(60, report.Frames.Delivered);
        Assert.Equal(60, report.Verification.Checksums);
        Assert.Equal(60, report.Verification.Stamps);
        Assert.True(status.Guests[0].Delivered >= 60);
    }

    [Fact]
    public async Task An_owner_gets_exactly_the_exposure_that_it_asked_for_with_each_frame()
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front")], [RunningFabric.Guest("vision", "front", SessionRole.Owner)]);

        var report = await fabric.RunAsync(fabric.Options("vision", "front", frames: 60) with
        {
            Exposure = ExposureScript.Alternate(2_000_000, 8_000_000), Strict = true, BuffersInFlight = 6,
        });
        var status = await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.True(report.Controls.Applied >= 60, report.ToJson());
        Assert.Equal(0, report.Controls.Late + report.Controls.Clamped + report.Controls.Ignored);
        Assert.Contains(status.Guests[0].ControlSets, count => count.Reason == "OnFrame" && count.Count >= 60);
    }

    [Fact]
    public async Task A_camera_that_nobody_streams_captures_nothing()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [RunningFabric.Guest("cluster", "front")]);

        await fabric.WaitAsync(status => status.Cameras[0].State == CameraState.Idle, "the camera did not open");
        var report = await fabric.RunAsync(fabric.Options("cluster", "front", frames: 5));
        var idle = await fabric.WaitAsync(status => status.Cameras[0].State == CameraState.Idle, "the camera did not become idle");
        var later = await fabric.WaitAsync(status => status.UptimeSeconds > idle.UptimeSeconds + 0.1, "time stands still");
        await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson());
        Assert.Equal(idle.Cameras[0].Captured, later.Cameras[0].Captured);
    }
}
