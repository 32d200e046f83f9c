namespace CameraFabric.Guest.Program;

/// <summary>Which virtio device is at the other end of a guest's socket.</summary>
public enum VirtioFace
{
    /// <summary>virtio-camera: requests with controls, results that say everything.</summary>
    Camera,

    /// <summary>virtio-media (ID 48): V4L2.</summary>
    Media,
}
