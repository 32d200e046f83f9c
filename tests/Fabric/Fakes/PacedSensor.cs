using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>A sensor that keeps its pace and writes nothing: what is measured with it is not its own work.</summary>
internal sealed class PacedSensor(SensorContext context, long periodNanoseconds) : ISensor
{
    private ulong _next = Math.Max(1, context.FirstSequence);
    private long _due;

    public CameraProfile Profile => RequestBench.Profile;

    public void Configure(StreamConfiguration configuration)
    {
    }

    public void Start() => _due = context.Clock.Now;

    public void Stop()
    {
    }

    public void Capture(FrameCapture capture, CancellationToken stop)
    {
        _due += periodNanoseconds;
        if (!context.Clock.WaitUntil(_due, stop)) throw new OperationCanceledException(stop);
        capture.Latch(_next++);
        capture.Complete(context.Clock.Now, capture.Layout.TotalBytes);
    }

    public void Dispose()
    {
    }
}
