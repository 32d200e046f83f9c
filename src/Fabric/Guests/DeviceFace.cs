using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Guests;

/// <summary>What the connection has to know of a face before there is a session.</summary>
/// <param name="QueueCount">Its queues.</param>
/// <param name="MaximumQueueSize">Entries of each at the most.</param>
/// <param name="ConfigLength">Bytes of its configuration space.</param>
/// <param name="SavedStateBytes">Bytes that the front-end keeps for it; 0 for none.</param>
/// <param name="Features">Its own feature bits.</param>
internal sealed record DeviceFace(
    int QueueCount, int MaximumQueueSize, int ConfigLength, int SavedStateBytes, ulong Features = 0)
{
    // Address space that a virtual machine sets aside, not memory: 300 slots for 1080p.
    private const long SharedPoolBytes = 1L << 30;

    /// <summary>virtio-camera.</summary>
    public static DeviceFace Camera { get; } =
        new(CameraWire.QueueCount, CameraWire.MaximumQueueSize, CameraConfig.Bytes, CameraSession.SavedStateBytes);

    /// <summary>virtio-camera whose guest may hold frames in place.</summary>
    public static DeviceFace SharingCamera { get; } =
        Camera with { Features = CameraWire.SharedMemoryFeature, SharedMemoryBytes = [SharedPoolBytes] };

    /// <summary>virtio-media.</summary>
    public static DeviceFace Media { get; } = new(MediaWire.QueueCount, MediaWire.MaximumQueueSize, MediaConfig.Bytes, 0)
    {
        SharedMemoryBytes = [MediaWire.MmapRegionBytes],
    };

    /// <summary>The shared memory regions that it asks the front-end for, by id, in bytes.</summary>
    public ImmutableArray<long> SharedMemoryBytes { get; init; } = [];

    /// <summary>What a rig asks for.</summary>
    public static DeviceFace Of(GuestCameraRig view) => view switch
    {
        { Face: GuestFace.Media } => Media,
        { Leases: > 0 } => SharingCamera,
        _ => Camera,
    };
}
