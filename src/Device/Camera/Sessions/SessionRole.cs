namespace CameraFabric.Device.Camera.Sessions;

/// <summary>What a guest may do with its camera.</summary>
public enum SessionRole
{
    /// <summary>It sees frames; nothing it sends changes the camera.</summary>
    Observer,

    /// <summary>It sets the camera's controls; one at a time.</summary>
    Owner,

    /// <summary>It takes turns with others and gets only frames taken as it asked.</summary>
    Interleaved,
}

/// <summary>Where a session is in its life (docs/virtio-camera.md, "State machine").</summary>
public enum SessionState
{
    /// <summary>No configuration.</summary>
    Idle,

    /// <summary>Configured, not streaming. Buffers can be attached and requests queued.</summary>
    Configured,

    /// <summary>Frames answer requests.</summary>
    Streaming,

    /// <summary>STOP is under way: no more requests are taken.</summary>
    Stopping,

    /// <summary>The guest broke the protocol; nothing from it is looked at any more.</summary>
    Broken,
}
