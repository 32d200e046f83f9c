namespace CameraFabric.Guest.Camera;

/// <summary>In which way a driver's call failed.</summary>
public enum CameraFailure
{
    /// <summary>The device answered, with a status other than OK (<see cref="CameraDriverException.Status"/>).</summary>
    Refused,

    /// <summary>The device did not answer in time. It may still do so; the answer is thrown away.</summary>
    TimedOut,

    /// <summary>The device broke the protocol: its answer cannot be right.</summary>
    Violation,

    /// <summary>The connection to the device has ended, or was never there.</summary>
    Disconnected,
}
