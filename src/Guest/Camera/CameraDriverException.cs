using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Guest.Camera;

/// <summary>A call to the camera failed. The message says which command, and what the device did.</summary>
public sealed class CameraDriverException : Exception
{
    /// <summary>With how it failed, a message and what caused it.</summary>
    public CameraDriverException(CameraFailure failure, string message, Exception? cause = null) : base(message, cause) =>
        Failure = failure;

    /// <summary>The device refused a command.</summary>
    public CameraDriverException(CameraCommand command, CameraStatus status) : base($"{command}: the device answers {Describe(status)}")
    {
        Failure = CameraFailure.Refused;
        Status = status;
    }

    /// <summary>In which way it failed.</summary>
    public CameraFailure Failure { get; }

    /// <summary>What the device answered, if it refused; OK otherwise.</summary>
    public CameraStatus Status { get; }

    private static string Describe(CameraStatus status) =>
        Enum.IsDefined(status) ? status.ToString() : $"status {(uint)status}, which this driver does not know";
}
