using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Status;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>The whole device, used through QEMU's PCI as a driver would.</summary>
public sealed class CameraTests : QemuTest
{
    [QemuTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frames_reach_the_machines_memory_and_are_those_that_their_results_name(bool isIndirect)
    {
        var camera = Boot(isIndirect);
        var place = camera.Configure().AttachFrame(0);
        var early = camera.Request(1);
        Assert.Equal(CameraStatus.Ok, camera.Start().Status);
        Frames.Check(early.Result, camera.Machine.Qtest.Read(place, QemuCamera.FrameBytes));

        var last = early.Result.FrameNumber;
        for (var id = 2ul; id < 40; id++)
        {
            var frame = camera.TakeFrame(id, place);
            Assert.True(frame > last, $"frame {frame} came after {last}");
            last = frame;
        }

        await UntilAsync(static guest => guest is { State: GuestState.Streaming, Delivered: >= 39 }, "the fabric did not count the frames");
        Assert.Equal(CameraStatus.Ok, camera.Stop().Status);
        await UntilAsync(static guest => guest.State == GuestState.Configured, "the stream goes on");
    }

    private QemuCamera Boot(bool isIndirect) => new QemuCamera(Boot().Machine) { IsIndirect = isIndirect }.Begin();
}
