using CameraFabric.Bench.Copy;
using CameraFabric.Bench.Latency;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Steady;

/// <summary>
/// From a sensor's exception, through the restart of its actor, to the new sensor's first exposure, and to the guest's next frame: 1080p
/// NV12, 30 frames a second. The new sensor exposes at once; its first frame tells guests that there is a source again, so theirs is the
/// second.
/// </summary>
internal sealed class RestartBench
{
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, 30));
    private static readonly Pace Pace = new(Stream.Interval.Nanoseconds);
    private readonly List<double> _exposed = [];
    private readonly List<double> _seen = [];
    private long _thrown;
    private volatile bool _shallFail;

    public static RestartRow Measure(int failures)
    {
        var bench = new RestartBench();
        using var fabric = new FabricRun(1, 1, Stream, context => new FailingSensor(bench, context),
            new FabricOptions { RestartForgiven = TimeSpan.FromMilliseconds(50) });
        foreach (var guest in fabric.Devices) guest.Delivered = request => bench.Seen(request.Seen);
        fabric.Begin();
        for (var failure = 0; failure <= failures; failure++)
        {
            Wait.For(TimeSpan.FromMilliseconds(300));
            bench._shallFail = true;
        }

        Wait.For(TimeSpan.FromMilliseconds(300));
        fabric.Pause();
        return new RestartRow(
            Spread.Of(bench._exposed.Skip(1)), Spread.Of(bench._seen.Skip(1)), bench._seen.Count - 1, Pace.PeriodNanoseconds / 1e6);
    }

    private void Seen(long now)
    {
        var thrown = Interlocked.Exchange(ref _thrown, 0);
        if (thrown != 0) _seen.Add((now - thrown) / 1e6);
    }

    private sealed class FailingSensor(RestartBench bench, SensorContext context) : ISensor
    {
        private ulong _next = Math.Max(1, context.FirstSequence);
        private bool _hasBegun;

        public CameraProfile Profile { get; } = CopyGuest.ProfileOf(Stream);

        public void Configure(StreamConfiguration configuration)
        {
        }

        public void Start()
        {
        }

        public void Stop()
        {
        }

        public void Capture(FrameCapture capture, CancellationToken stop)
        {
            var edge = _hasBegun ? Pace.Next(context.Clock.Now) : context.Clock.Now;
            if (!_hasBegun && bench._thrown != 0) bench._exposed.Add((edge - bench._thrown) / 1e6);
            _hasBegun = true;
            if (!context.Clock.WaitUntil(edge, stop)) throw new OperationCanceledException(stop);
            if (bench._shallFail)
            {
                bench._shallFail = false;
                Interlocked.Exchange(ref bench._thrown, FrameClock.System.Now);
                throw new IOException("the bench pulled the cable");
            }

            capture.Latch(_next++);
            capture.Complete(edge, capture.Layout.TotalBytes);
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>
/// Milliseconds from the exception to the new sensor's first exposure and to the guest's next frame, and the camera's period.
/// </summary>
internal sealed record RestartRow(Spread Exposed, Spread Seen, int Failures, double PeriodMilliseconds);
