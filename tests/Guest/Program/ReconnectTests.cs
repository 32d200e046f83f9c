using CameraFabric.Guest.Program;
using CameraFabric.Guest.Tests.Camera;

namespace CameraFabric.Guest.Tests.Program;

public sealed class ReconnectTests
{
    [Fact]
    public void A_camera_that_crashes_ends_the_run_when_reconnecting_is_off()
    {
        using var host = new CameraHost((camera, _) => camera.Arrived = CrashAfter(20));
        var report = new CameraGuest(host.Options).Run();
        Assert.False(report.Completed);
        Assert.Contains("closed the connection", report.End);
        Assert.Equal(20, report.Frames.Delivered);
        Assert.True(report.Frames.Balanced);
    }

    [Fact]
    public void A_camera_that_crashes_is_connected_to_again()
    {
        using var host = new CameraHost((camera, connection) =>
        {
            if (connection < 2) camera.Arrived = CrashAfter(20);
            camera.NextFrame = 1000UL * (ulong)(connection + 1);
        });
        var report = new CameraGuest(host.Options with { Reconnect = true, KeepRings = false, ReconnectDelay = TimeSpan.FromMilliseconds(1) }).Run();
        Assert.True(report.Good, report.ToJson());
        Assert.Equal((3, 50L, 50L), (report.Connections, report.Frames.Delivered, report.Frames.Span));
        Assert.Equal((1000UL, 3009UL), (report.Frames.First, report.Frames.Last));
    }

    [Fact]
    public void Waiting_for_a_camera_ends_when_time_is_over_or_when_stopped()
    {
        var options = new CameraGuestOptions
        {
            Socket = "/nowhere/camera.sock", Reconnect = true, ReconnectDelay = TimeSpan.FromMilliseconds(1),
                MaximumReconnectDelay = TimeSpan.FromMilliseconds(5),
        };
        var report = new CameraGuest(options with { Duration = TimeSpan.FromMilliseconds(50) }).Run();
        Assert.False(report.Completed);
        Assert.Contains("time is over", report.End);
        using var stop = new CancellationTokenSource();
        report = new CameraGuest(options with { ProgressInterval = TimeSpan.FromMilliseconds(1) }).Run(_ => stop.Cancel(), stop.Token);
        Assert.Equal("stopped", report.End);
    }

    private static Action<ScriptedCamera> CrashAfter(int frames)
    {
        var left = frames;
        return camera =>
        {
            while (camera.Waiting > 0 && left > 0)
            {
                left--;
                camera.Frame();
            }

            if (left == 0) camera.HangUp();
        };
    }
}
