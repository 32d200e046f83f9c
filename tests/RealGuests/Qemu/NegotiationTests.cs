using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>What QEMU 7.2 and the device agree upon, and what the driver sees of it.</summary>
public sealed class NegotiationTests : QemuTest
{
    [Qemu7Fact]
    public void Qemu_takes_the_parts_of_vhost_user_that_it_knows_and_the_driver_sees_the_device()
    {
        using var folder = new TemporaryFolder();
        var tap = Keep(new VhostUserTap(Path.Combine(folder.Path, "tap"), Socket()));

        var camera = Boot(tap.Path);

        Assert.Equal((ulong)ProtocolFeatures.All, tap.Words(FrontendRequest.GetProtocolFeatures, isReply: true).First());
        var taken = tap.Words(FrontendRequest.SetProtocolFeatures, isReply: false).First();

        // It takes whatever is offered below bit 17, which it knows by name.
        Assert.Equal((ulong)ProtocolFeatures.All & ((1ul << 17) - 1), taken);
        Assert.Equal([(ulong)CameraWire.QueueCount], tap.Words(FrontendRequest.GetQueueNum, isReply: true));
        Assert.Equal(CameraWire.QueueCount, camera.Device.QueueCount);
        Assert.Equal(
            VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex,
            camera.Device.DeviceFeatures
                & (VirtioFeatures.DeviceBits | VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex));

        camera.Begin();

        Assert.Equal(VirtioPci.Acknowledge | VirtioPci.Driver | VirtioPci.FeaturesOk | VirtioPci.DriverOk, camera.Device.Status);
        Assert.Equal(
            QemuCamera.WantedFeatures | VirtioFeatures.ProtocolFeatures, tap.Words(FrontendRequest.SetFeatures, isReply: false).Last());
        Assert.NotEmpty(camera.Capabilities());
    }
}
