namespace CameraFabric.Device.Camera.Wire;

/// <summary>How a command or a request ended (<c>status</c> of the response header and of a buffer result).</summary>
public enum CameraStatus : uint
{
    /// <summary>Done as asked.</summary>
    Ok = 0,

    /// <summary>The driver sent something that no state of the device would accept.</summary>
    Invalid = 1,

    /// <summary>The device does not know the command, the version, the control or the format.</summary>
    Unsupported = 2,

    /// <summary>Right in itself, but not now: streaming, too many requests in flight, a buffer in use.</summary>
    Busy = 3,

    /// <summary>A limit of the device on buffers, entries or bytes has been reached.</summary>
    NoMemory = 4,

    /// <summary>The generation named is not that of the configuration in force.</summary>
    Stale = 5,

    /// <summary>Only the owner of the camera may do this.</summary>
    NotOwner = 6,

    /// <summary>The camera's source is lost.</summary>
    NoSource = 7,

    /// <summary>Not done within the time allowed.</summary>
    Timeout = 8,

    /// <summary>Ended by FLUSH, STOP, RELEASE or a reset.</summary>
    Cancelled = 9,

    /// <summary>The rules of the host forbid it.</summary>
    Denied = 10,

    /// <summary>The device failed; the driver did nothing wrong.</summary>
    Internal = 11,

    /// <summary>STRICT: the target frame had passed.</summary>
    TooLate = 12,

    /// <summary>The frame that carried the request's controls was lost.</summary>
    FrameLost = 13,

    /// <summary>STRICT: the sensor used other values than those asked for.</summary>
    NotApplied = 14,
}
