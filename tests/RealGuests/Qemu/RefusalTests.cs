using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Status;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// Drivers that set the device up wrongly. Part of it QEMU judges itself, and part of it the back-end refuses: QEMU does not start the
/// device, and ends the connection. With the next one the driver can begin anew.
/// </summary>
public sealed class RefusalTests : QemuTest
{
    private const ulong NowhereBase = 0x5_0000_0000;

    // What the driver says of each ring, and what is said to it, by QEMU or in the fabric's log.
    private static readonly Dictionary<string, (Action<QemuCamera, int, GuestRing> SetQueue, string Words)> Mistakes = new()
    {
        ["descriptors where no memory is"] = (
            static (camera, i, ring) => camera.Device.SetQueue(i, ring.Size, NowhereBase, ring.Available, ring.Used), "vhost start failed"),
        ["the used ring in a device's registers"] = (
            static (camera, i, ring) => camera.Device.SetQueue(i, ring.Size, ring.Descriptors, ring.Available, 0xe000_0000),
            "vhost start failed"),
        ["the used ring where the memory ends"] = (
            static (camera, i, ring) =>
                camera.Device.SetQueue(i, ring.Size, ring.Descriptors, ring.Available, QemuMachine.MemoryBytes - 16),
            "Cannot map used"),
        ["descriptors at an odd address"] = (
            static (camera, i, ring) => camera.Device.SetQueue(i, ring.Size, ring.Descriptors + 8, ring.Available, ring.Used),
            "it must be a multiple of 16"),
        ["33 entries"] = (
            static (camera, i, ring) => camera.Device.SetQueue(i, 33, ring.Descriptors, ring.Available, ring.Used),
            "a power of two from 1"),
        ["rings upon each other"] = (
            static (camera, i, ring) => camera.Device.SetQueue(i, ring.Size, ring.Descriptors, ring.Descriptors, ring.Used),
            "the areas overlap"),
    };

    public static TheoryData<string> Cases => [.. Mistakes.Keys];

    [QemuTheory]
    [MemberData(nameof(Cases))]
    public async Task A_ring_that_cannot_be_is_refused_and_the_driver_may_begin_anew(string mistake)
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot(more: ",reconnect=1");
        var (setQueue, words) = Mistakes[mistake];

        camera.Begin(setQueue: (i, ring) => setQueue(camera, i, ring));

        var isSaid = SpinWait.SpinUntil(() => Said(camera).Contains(words, StringComparison.Ordinal), QemuMachine.Patience);
        Assert.True(isSaid, $"nobody says '{words}', but:\n{Said(camera)}");
        await UntilAsync(static guest => guest is { Connections: > 1, State: GuestState.Connected }, "QEMU does not connect again");
        camera.Begin();
        camera.TakeFrame(1, camera.Stream());
        await neighbour.EndAsync();
    }

    [QemuFact]
    public void A_queue_that_is_not_ready_is_not_looked_at_however_often_it_is_notified()
    {
        var camera = Boot();
        camera.Begin(setQueue: (i, ring) =>
        {
            if (i == CameraWire.ControlQueue) camera.SetQueue(i, ring);
        });

        camera.Requests.SetAvailableIndex(ushort.MaxValue);
        for (var i = 0; i < 100; i++) camera.Device.Notify(CameraWire.RequestQueue);

        Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
        Assert.Equal(0, camera.Requests.UsedIndex);
    }

    [QemuFact]
    public void Notifications_before_the_driver_is_ready_and_after_a_reset_have_no_effect()
    {
        var camera = Boot().Begin();
        camera.Reset();
        camera.Control.SetAvailableIndex(ushort.MaxValue);
        for (var i = 0; i < 100; i++) camera.Device.Notify(CameraWire.ControlQueue);

        camera.Begin();
        Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
    }

    [QemuFact]
    public void Features_that_were_not_offered_do_not_reach_the_device()
    {
        var camera = Boot().Begin(features: QemuCamera.WantedFeatures | (1ul << 34) | (1ul << 63) | 1);

        Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
    }

    [QemuFact]
    public void A_legacy_driver_is_not_served()
    {
        var camera = Boot().Begin(features: VirtioFeatures.IndirectDescriptors);

        var isSaid = SpinWait.SpinUntil(
            () => Said(camera).Contains("VIRTIO_F_VERSION_1", StringComparison.Ordinal), QemuMachine.Patience);
        Assert.True(isSaid, Said(camera));
    }

    private string Said(QemuCamera camera) => $"{camera.Machine.Errors}\n{Fabric.Loggers}";
}
