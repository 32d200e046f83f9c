using CameraFabric.Device.VhostUser;

namespace CameraFabric.Guest.Transport;

/// <content>The device's shared memory region 0 (virtio 1.3 §2.10), as the front-end holds it for the guest.</content>
public sealed partial class VirtioTransport
{
    private const ProtocolFeatures ForSharing = ProtocolFeatures.SharedMemory | ProtocolFeatures.BackendSendDescriptors;

    /// <summary>What the device has mapped into its region 0; null if it has none, or the driver wants none.</summary>
    public SharedMemoryWindow? SharedMemory { get; private set; }

    /// <summary>Finds out whether there is a region, and makes room for it. Before the back-end's channel can be used.</summary>
    private void OpenSharedMemory()
    {
        if (!_protocol.HasFlag(ForSharing) || _frontend.BackendMessages is not { } channel) return;
        if (SharedMemory is null)
        {
            var sizes = _frontend.GetSharedMemoryConfig();
            if (sizes[0] == 0) return;
            SharedMemory = new SharedMemoryWindow(sizes[0]);
        }

        channel.Share(0, SharedMemory);
    }
}
