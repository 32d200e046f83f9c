using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Cameras;

// Between a camera's actor and its sensor's. All of it stays on the node.

/// <summary>Camera to sensor: frames are wanted, in this configuration. Said again when it is another one.</summary>
/// <param name="Configuration">What the profile's Adjust returned.</param>
/// <param name="Generation">Its number, for the frames' headers.</param>
internal sealed record StartCapture(StreamConfiguration Configuration, uint Generation);

/// <summary>Camera to sensor: another home of the camera has counted so far; numbers go on above.</summary>
/// <param name="Sequence">The newest frame of the other home.</param>
internal sealed record ContinueAbove(ulong Sequence);

/// <summary>Camera to sensor: no frames are wanted.</summary>
internal sealed class StopCapture
{
    /// <summary>The one message.</summary>
    public static StopCapture Message { get; } = new();
}

/// <summary>Camera to sensor: end for good. Answered with <see cref="SensorClosed"/>.</summary>
internal sealed class CloseSensor
{
    /// <summary>The one message.</summary>
    public static CloseSensor Message { get; } = new();
}

/// <summary>Sensor to camera: it is closed, and no frame comes any more.</summary>
/// <param name="InTime">Whether its thread has ended.</param>
internal sealed record SensorClosed(bool InTime);

/// <summary>Sensor to camera: it is open.</summary>
/// <param name="Profile">What it says of itself.</param>
internal sealed record SensorReady(CameraProfile Profile);

/// <summary>Sensor to camera: the first frame after a start has come.</summary>
internal sealed class SensorDelivers
{
    /// <summary>The one message.</summary>
    public static SensorDelivers Message { get; } = new();
}

/// <summary>Sensor to camera: it has failed, and is tried again.</summary>
/// <param name="Reason">Why.</param>
/// <param name="LastFrame">The last frame; 0 if there was none.</param>
/// <param name="Fault">What is wrong.</param>
internal sealed record SensorTroubled(string Reason, ulong LastFrame, SourceFault Fault);

/// <summary>Sensor to camera: something is wrong, but it goes on, or something more is known of a sensor that is lost already.</summary>
/// <param name="Fault">What is wrong.</param>
/// <param name="Frame">The frame that shows it; 0 if none does.</param>
internal sealed record SensorFaulty(SourceFault Fault, ulong Frame);

/// <summary>Sensor to camera: its recording is at its end.</summary>
/// <param name="LastFrame">The last frame.</param>
internal sealed record SensorEnded(ulong LastFrame);
