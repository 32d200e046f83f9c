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
}
