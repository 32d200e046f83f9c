using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Tests.Program;

public sealed class CameraGuestTests
{
    private static readonly ExposureScript Script = ExposureScript.Alternate(2_000_000, 20_000_000);

    [Fact]
    public void An_honest_camera_gets_a_good_report()
    {
        using var host = new CameraHost();
        var report = new CameraGuest(host.Options with { Exposure = Script }).Run();
        Assert.True(report.Good, report.ToJson());
        Assert.True(report.Final);
        Assert.Equal(("test", "scripted", "NV12 128x64 1000/s", "50 frames received", 1),
            (report.Name, report.Camera, report.Stream, report.End, report.Connections));
        Assert.Equal((50L, 50L * 128 * 96, 100UL, 149UL, 50L, 0L),
            (report.Frames.Delivered, report.Frames.Bytes, report.Frames.First, report.Frames.Last, report.Frames.Span,
                report.Frames.DropsTold));
        Assert.Equal((50L, 50L, 0L), (report.Verification.Checksums, report.Verification.Stamps, report.Verification.Failures));
        Assert.Equal(new GuestControlReport { Applied = 50, Late = 0, Clamped = 0, Ignored = 0, Lost = 0 }, report.Controls);
        Assert.Equal((50L, 0L), (report.Requests.Submitted, report.Requests.Unfinished));
        Assert.Equal([new("Ok", 50)], report.Requests.ByStatus);
        Assert.Equal(50, report.Latency.Count);
        Assert.InRange(report.Latency.P50, double.Epsilon, report.Latency.P99);
        Assert.InRange(report.Latency.P99, 0, report.Latency.Maximum);
        Assert.True(report.FramesPerSecond > 0);
        Assert.Equal(1000, report.Pace.Period);
        Assert.Contains(CameraCommand.Release, host.Cameras[0].Commands);
    }

    [Fact]
    public void Frames_carry_the_exposure_that_the_script_asks_for()
    {
        using var host = new CameraHost();
        var file = Path.Combine(host.Folder, "frames.raw");
        var report = new CameraGuest(host.Options with { Exposure = Script, SaveTo = file }).Run();
        Assert.True(report.Good, report.ToJson());
        var bytes = File.ReadAllBytes(file);
        var layout = host.Cameras[0].Configuration.Layout();
        Assert.Equal(50 * layout.TotalBytes, bytes.Length);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(FrameStamp.TryRead(layout, bytes.AsSpan(i * layout.TotalBytes, layout.TotalBytes), out var truth));
            Assert.Equal((100UL + (ulong)i, Script.ValueFor((ulong)i)), (truth.Sequence, truth.ExposureTime));
        }
    }

    [Fact]
    public void Requests_without_a_frame_are_tried_again()
    {
        var number = 0;
        using var host = new CameraHost((camera, _) => camera.Arrived = c =>
        {
            while (c.Waiting > 0)
            {
                if (++number % 7 == 0) c.Fail(CameraStatus.NoSource);
                else c.Frame();
            }
        });
        var report = new CameraGuest(host.Options with { Frames = 20, Exposure = Script }).Run();
        Assert.True(report.Good, report.ToJson());
        Assert.Equal(20, report.Requests.ByStatus["Ok"]);
        Assert.Equal(report.Requests.Submitted, report.Requests.ByStatus["Ok"] + report.Requests.ByStatus["NoSource"]);
        Assert.Equal(report.Controls.Lost, report.Requests.ByStatus["NoSource"]);
    }

    [Fact]
    public void Stopping_ends_the_run_in_order()
    {
        using var host = new CameraHost();
        using var stop = new CancellationTokenSource();
        var report = new CameraGuest(host.Options with { Frames = 0, ProgressInterval = TimeSpan.FromMilliseconds(1) })
            .Run(interim =>
            {
                Assert.False(interim.Final);
                if (interim.Frames.Delivered >= 10) stop.Cancel();
            }, stop.Token);
        Assert.True(report.Good, report.ToJson());
        Assert.Equal("stopped", report.End);
        Assert.True(report.Frames.Delivered >= 10);
        Assert.Equal(0, report.Requests.Unfinished);
    }

    [Fact]
    public void A_run_ends_when_its_time_is_over()
    {
        using var host = new CameraHost();
        var report = new CameraGuest(host.Options with { Frames = 0, Duration = TimeSpan.FromMilliseconds(100) }).Run();
        Assert.True(report.Good, report.ToJson());
        Assert.Equal("0.1 s are over", report.End);
        Assert.True(report.Seconds >= 0.1);
    }

    [Fact]
    public void Held_buffers_are_not_queued_again_before_their_time()
    {
        using var host = new CameraHost();
        using var stop = new CancellationTokenSource();
        var report = new CameraGuest(host.Options
            with { Frames = 0, Hold = TimeSpan.FromHours(1), ProgressInterval = TimeSpan.FromMilliseconds(1) })
            .Run(interim =>
            {
                if (interim.Frames.Delivered >= 3) stop.Cancel();
            }, stop.Token);
        Assert.Equal((3L, 3L), (report.Frames.Delivered, report.Requests.Submitted));
    }

    [Fact]
    public void A_slow_guest_takes_its_time_for_every_frame()
    {
        using var host = new CameraHost();
        var report = new CameraGuest(host.Options with { Frames = 10, DelayPerFrame = TimeSpan.FromMilliseconds(5) }).Run();
        Assert.True(report.Good, report.ToJson());
        Assert.True(report.Seconds >= 0.05);
        Assert.True(report.Pace.Stutters > 0);      // 5 ms a frame from a camera of 1 ms
    }

    [Fact]
    public void A_camera_that_never_answers_a_command_ends_the_run_with_a_reason()
    {
        using var host = new CameraHost((camera, _) => camera.Mute = command => command == CameraCommand.Configure);
        var report = new CameraGuest(host.Options
            with { Driver = new CameraDriverOptions { CommandTimeout = TimeSpan.FromSeconds(3) } }).Run();
        Assert.False(report.Completed);
        Assert.Contains("Configure: no answer within 3 s", report.End);
    }

    [Fact]
    public void A_camera_that_never_gives_a_frame_ends_the_run_with_a_reason()
    {
        using var host = new CameraHost((camera, _) => camera.Arrived = null);
        var report = new CameraGuest(host.Options with { StallTimeout = TimeSpan.FromMilliseconds(50) }).Run();
        Assert.False(report.Completed);
        Assert.Equal("no frame for 0.05 s", report.End);
        Assert.Equal((3L, 3L), (report.Requests.Submitted, report.Requests.Unfinished));
    }

    [Fact]
    public void A_camera_that_is_not_there_is_told_with_its_path()
    {
        var report = new CameraGuest(new CameraGuestOptions { Socket = "/nowhere/camera.sock" }).Run();
        Assert.False(report.Good);
        Assert.Contains("/nowhere/camera.sock", report.End);
        Assert.Equal(0, report.Connections);
    }

    [Fact]
    public void A_camera_that_becomes_another_is_configured_anew()
    {
        var frames = 0;
        using var host = new CameraHost((camera, _) => camera.Arrived = c =>
        {
            while (c.Waiting > 0)
            {
                c.Frame();
                if (++frames != 20) continue;
                c.Generation++;
                c.Event(CameraEventType.Source, (uint)SourceEvent.Changed, 0, 0);
            }
        });
        var report = new CameraGuest(host.Options).Run();
        Assert.Equal(2, host.Cameras[0].Commands.Count(c => c == CameraCommand.Configure));
        Assert.Equal((50L, 1), (report.Frames.Delivered, report.Connections));
        Assert.True(report.Good, report.ToJson());
    }

    [Fact]
    public void A_longer_run_allocates_no_more_than_a_short_one()
    {
        using var host = new CameraHost();
        Allocated(300);
        var few = Allocated(300);
        var many = Allocated(2300);
        // Not a byte a frame; what is left are the few odd objects of waits that happen to be contended.
        Assert.InRange(many - few, long.MinValue, 2000);

        long Allocated(long frames)
        {
            var guest = new CameraGuest(host.Options with { Frames = frames, Exposure = Script });
            var before = GC.GetAllocatedBytesForCurrentThread();
            var report = guest.Run();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(report.Good, report.ToJson());
            return allocated;
        }
    }

    [Fact]
    public void Options_that_make_no_sense_are_told_all_at_once()
    {
        var error = Assert.Throws<ArgumentException>(() => new CameraGuest(new CameraGuestOptions
        {
            Socket = "", Width = 5, BuffersInFlight = 0, Frames = -1, Duration = TimeSpan.FromSeconds(-1), ReconnectDelay = TimeSpan.Zero,
        }));
        string[] parts = ["socket", "size 5x0", "buffers in flight 0", "frames -1", "duration", "reconnect delay"];
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }
}
