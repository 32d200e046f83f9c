using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>A synthetic camera with calibration data, the one part of a profile that can be long.</summary>
internal sealed class CalibratedSensor(SensorContext context, string calibration) : ISensor
{
    private readonly SyntheticSensor _sensor = new(context, new SyntheticOptions());

    public CameraProfile Profile => _sensor.Profile with { Calibration = calibration };

    public void Configure(StreamConfiguration configuration) => _sensor.Configure(configuration);

    public void Start() => _sensor.Start();

    public void Stop() => _sensor.Stop();

    public void Capture(FrameCapture capture, CancellationToken stop) => _sensor.Capture(capture, stop);

    public void Dispose() => _sensor.Dispose();
}
