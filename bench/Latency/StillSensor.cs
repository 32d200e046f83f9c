using CameraFabric.Bench.Copy;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Latency;

/// <summary>
/// A sensor that keeps the pace and paints nothing: its slots hold what they held, in memory and not in the cache, as after a DMA.
/// </summary>
internal sealed class StillSensor(SensorContext context, StreamConfiguration stream, Pace pace) : ISensor
{
    private ulong _next = Math.Max(1, context.FirstSequence);

    public CameraProfile Profile { get; } = CopyGuest.ProfileOf(stream);

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
        var edge = pace.Next(context.Clock.Now);
        if (!context.Clock.WaitUntil(edge, stop)) throw new OperationCanceledException(stop);
        capture.Latch(_next++);
        capture.Complete(edge, capture.Layout.TotalBytes);
    }

    public void Dispose()
    {
    }
}
