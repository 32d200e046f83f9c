using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;

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
}
