using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>A sensor that says once what it is; asked again, it does not come back until it is released.</summary>
internal sealed class StuckSensor : ISensor
{
    private readonly ManualResetEventSlim _release = new();
    private int _asked;

    /// <summary>Whether somebody waits for it.</summary>
    public bool IsAsked => Volatile.Read(ref _asked) > 1;

    public CameraProfile Profile
    {
        get
        {
            if (Interlocked.Increment(ref _asked) > 1) _release.Wait();
            return RequestBench.Profile;
        }
    }

    public void Release() => _release.Set();

    public void Configure(StreamConfiguration configuration) => throw new InvalidOperationException("it is never configured");

    public void Start() => throw new InvalidOperationException("it is never started");

    public void Stop()
    {
    }

    public void Capture(FrameCapture capture, CancellationToken stop) => throw new InvalidOperationException("it never captures");

    public void Dispose() => _release.Set();
}
