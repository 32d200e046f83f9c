namespace CameraFabric.Guest.Transport;

/// <summary>How far the set-up of a device has come when its driver may touch the rings. Drivers differ in how early they do.</summary>
public enum SetUpStage
{
    /// <summary>The rings are in guest memory; the device has not heard of them. Kicks reach nobody yet.</summary>
    RingsMade,

    /// <summary>The device serves the rings; the driver has not yet said DRIVER_OK (virtio 1.3 §3.1.1).</summary>
    RingsEnabled,
}
