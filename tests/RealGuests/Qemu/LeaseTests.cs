using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>Frames in place behind QEMU 11.1.</summary>
public sealed class LeaseTests : QemuTest
{
    private protected override GuestCameraRig View => base.View with { Leases = 2 };

    // It maps for writing what is for reading alone, and the pool's seal forbids that.
    [NewQemuFact]
    public void QEMU_11_1_refuses_the_sealed_pool_and_the_guest_gets_copies()
    {
        var camera = BootNewer().Begin(features: QemuDriver.WantedFeatures | CameraWire.SharedMemoryFeature);
        Assert.True(camera.Device.SharedMemory.ContainsKey(CameraWire.SharedMemoryRegion), "there is no shared memory region");
        camera.Configure();

        var answer = camera.Command(CameraCommand.MapPool, new GenerationCommand(camera.Generation, 0));

        Assert.Equal(CameraStatus.Unsupported, answer.Status);
        var place = camera.AttachFrame(0);
        Assert.Equal(CameraStatus.Ok, camera.Start().Status);
        for (var id = 1ul; id < 5; id++) camera.TakeFrame(id, place);
        Assert.False(camera.Machine.HasEnded, camera.Machine.Errors);
    }
}
