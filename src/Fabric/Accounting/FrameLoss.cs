namespace CameraFabric.Fabric.Accounting;

/// <summary>Why a frame that the sensor exposed never reached the fan-out.</summary>
public enum FrameLoss
{
    /// <summary>Every slot of the pool was leased.</summary>
    NoFreeSlot = 0,

    /// <summary>The sensor failed in the middle of it.</summary>
    SensorFailed = 1,

    /// <summary>Capture was stopped in the middle of it.</summary>
    Stopped = 2,

    /// <summary>The sensor left its number out: it could not keep its own pace.</summary>
    Skipped = 3,

    /// <summary>It came from a capture that had been given up: late, after a restart or a reconfiguration.</summary>
    Late = 4,

    /// <summary>It had the number of the frame before.</summary>
    Repeated = 5,

    /// <summary>Its number was smaller than that of the frame before.</summary>
    Backward = 6,

    /// <summary>Its number was further ahead than time had passed.</summary>
    Leapt = 7,

    /// <summary>Its time was impossible.</summary>
    Mistimed = 8,

    /// <summary>Bytes of it were missing.</summary>
    Short = 9,

    /// <summary>It came from a home that the camera had left: its epoch is older than the newest that the node knows.</summary>
    OldEpoch = 10,

    /// <summary>It was captured on another node and did not reach this one; that node's losses and the link's say why.</summary>
    Missed = 11,
}
