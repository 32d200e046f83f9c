namespace CameraFabric.Device.Delivery;

/// <summary>Where a <see cref="FrameRequest"/> is in its life.</summary>
public enum RequestState
{
    /// <summary>Stands for no request.</summary>
    Free,

    /// <summary>Waits for its frame.</summary>
    Waiting,

    /// <summary>Somebody has won the right to end it and has not done so yet.</summary>
    Claimed,

    /// <summary>Its result is written. It may still wait for the requests before it.</summary>
    Done,
}
