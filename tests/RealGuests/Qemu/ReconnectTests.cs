using CameraFabric.Device.Camera.Wire;
using CameraFabric.EndToEnd.Tests;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>The fabric is killed under a machine of QEMU whose disk reconnects, and started again.</summary>
public sealed class ReconnectTests
{
    private const string Rig = """
        cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 100 } }
        guests: { vm: { cameras: { front: owner } } }
        """;

    [QemuFact]
    public async Task The_stream_goes_on_in_the_same_machine_and_no_chain_is_lost_or_done_twice()
    {
        await using var rig = await RunningRig.StartAsync(Rig);
        using var machine = QemuMachine.Start(
            QemuProgram.Installed,
            "-chardev", $"socket,id=camera,path={rig.Socket("vm", "front")},reconnect=1",
            "-device", $"vhost-user-blk-pci,chardev=camera,num-queues=3,addr={QemuCamera.Slot},disable-legacy=on,vectors=0");
        var camera = new QemuCamera(machine).Begin();
        var place = camera.Stream();
        var before = camera.TakeFrame(1, place);
        var generation = camera.Generation;

        for (var id = 2ul; id < 6; id += 2)
        {
            var held = camera.Request(id);
            await rig.RestartAsync(Rig);

            // One way or the other it is back, once; and what was configured is still.
            Assert.Contains(held.Status, new[] { CameraStatus.Ok, CameraStatus.Cancelled });
            Assert.Equal(generation, camera.Generation);
            camera.TakeFrame(id + 1, place);
        }

        Assert.True(before > 0);
        Assert.Equal(CameraStatus.Ok, camera.Stop().Status);
        Assert.Equal(camera.Requests.AvailableIndex, camera.Requests.UsedIndex);
        Assert.True((await rig.StopAsync()).Balanced);
    }
}
