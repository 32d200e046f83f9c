namespace CameraFabric.Fabric.Rigs;

/// <summary>As what kind of device a guest sees a camera.</summary>
public enum GuestFace
{
    /// <summary>A virtio camera (ID 43, docs/virtio-camera.md).</summary>
    Camera,

    /// <summary>A virtio media device (ID 48, docs/virtio-media.md).</summary>
    Media,
}
