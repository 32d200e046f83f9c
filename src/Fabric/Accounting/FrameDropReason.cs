namespace CameraFabric.Fabric.Accounting;

/// <summary>Why a frame that was offered to a guest was not delivered.</summary>
public enum FrameDropReason
{
    /// <summary>The guest had no request waiting that this frame could answer.</summary>
    NoRequest = 0,

    /// <summary>The delivery queue was full: copying could not keep up.</summary>
    DeliveryBusy = 1,

    /// <summary>No slot of the pool was free, so that the frame was never kept.</summary>
    NoFreeSlot = 2,

    /// <summary>The frame is of another configuration than the guest's.</summary>
    Stale = 3,

    /// <summary>The guest stopped, or took its request back, while the frame was on its way.</summary>
    Cancelled = 4,

    /// <summary>The guest's buffer cannot take the frame's bytes.</summary>
    DoesNotFit = 5,

    /// <summary>The sensor failed in the middle of the frame.</summary>
    SensorFailed = 6,

    /// <summary>The sensor left the frame's number out: it could not keep its own pace.</summary>
    SensorSkipped = 7,

    /// <summary>The node itself failed while delivering; the log says how.</summary>
    Failed = 8,

    /// <summary>The guest has had its bytes for now: what it may be given in a second is in the rig.</summary>
    OverBudget = 9,

    /// <summary>The sensor delivered it with a wrong number or time, or not all of it; the camera's losses say which.</summary>
    Faulty = 10,

    /// <summary>The guest holds as many frames in place as it may; those that it gives back are what it waits for.</summary>
    LeasesHeld = 11,

    /// <summary>The link from the camera's node was slower than the frames came: older ones made room for newer ones.</summary>
    LinkBusy = 12,

    /// <summary>The link from the camera's node was down.</summary>
    LinkDown = 13,

    /// <summary>The node had lost its right to deliver frames: it could not reach enough of the others.</summary>
    Fenced = 14,
}
