namespace CameraFabric.Device.Virtqueues;

/// <summary>The feature bits of virtio 1.3 section 6 that this device side knows, and vhost-user's own.</summary>
public static class VirtioFeatures
{
    /// <summary>Bits 0 to 23: the device type's own.</summary>
    public const ulong DeviceBits = (1UL << 24) - 1;

    /// <summary>VIRTIO_F_INDIRECT_DESC (28): a descriptor may refer to a table of descriptors.</summary>
    public const ulong IndirectDescriptors = 1UL << 28;

    /// <summary>VIRTIO_F_EVENT_IDX (29): each side says from which index on it wants to be told.</summary>
    public const ulong EventIndex = 1UL << 29;

    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES (30): vhost-user's own, never seen by the guest's driver.</summary>
    public const ulong ProtocolFeatures = 1UL << 30;

    /// <summary>VIRTIO_F_VERSION_1 (32): not a legacy driver.</summary>
    public const ulong Version1 = 1UL << 32;
}
