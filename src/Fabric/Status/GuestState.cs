namespace CameraFabric.Fabric.Status;

/// <summary>What a guest's device is doing.</summary>
public enum GuestState
{
    /// <summary>Nobody is connected.</summary>
    Waiting = 0,

    /// <summary>A front-end is connected.</summary>
    Connected = 1,

    /// <summary>The guest has configured a stream.</summary>
    Configured = 2,

    /// <summary>The guest streams.</summary>
    Streaming = 3,

    /// <summary>The guest broke the protocol and was cut off; a new connection or an operator clears it, as the rig says.</summary>
    Quarantined = 4,

    /// <summary>The node is stopping, or has stopped.</summary>
    Stopped = 5,

    /// <summary>The guest streams and takes no frames: it had no request for many of them, one after the other.</summary>
    Stalled = 6,
}
