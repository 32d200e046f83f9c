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
internal sealed record DeviceFace(int QueueCount, int MaximumQueueSize, int ConfigLength, int SavedStateBytes)
{
    /// <summary>virtio-camera.</summary>
    public static DeviceFace Camera { get; } =
        new(CameraWire.QueueCount, CameraWire.MaximumQueueSize, CameraConfig.Bytes, CameraSession.SavedStateBytes);

    /// <summary>virtio-media.</summary>
    public static DeviceFace Media { get; } = new(MediaWire.QueueCount, MediaWire.MaximumQueueSize, MediaConfig.Bytes, 0)
    {
        SharedMemoryBytes = [MediaWire.MmapRegionBytes],
    };

    /// <summary>The shared memory regions that it asks the front-end for, by id, in bytes.</summary>
    public ImmutableArray<long> SharedMemoryBytes { get; init; } = [];

    /// <summary>What a rig calls so.</summary>
    public static DeviceFace Of(GuestFace face) => face == GuestFace.Media ? Media : Camera;
}
