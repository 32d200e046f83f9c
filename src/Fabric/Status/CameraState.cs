namespace CameraFabric.Fabric.Status;

/// <summary>What a camera is doing.</summary>
public enum CameraState
{
    /// <summary>Its sensor is being opened for the first time; nothing is known of it yet.</summary>
    Opening = 0,

    /// <summary>Open, and nobody streams: nothing is captured.</summary>
    Idle = 1,

    /// <summary>Somebody streams and frames arrive.</summary>
    Streaming = 2,

    /// <summary>Somebody streams and no frames arrive: the watchdog or the sensor itself said so.</summary>
    Lost = 3,

    /// <summary>A recording that does not loop has come to its end.</summary>
    Ended = 4,

    /// <summary>The sensor has failed and waits for its next attempt.</summary>
    Restarting = 5,

    /// <summary>The node is stopping, or has stopped.</summary>
    Stopped = 6,
}
