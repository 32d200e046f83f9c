using System.Text;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Status;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// The device behind the generic vhost-user device of QEMU 11.1: three queues, the whole configuration space, all features.
/// </summary>
public sealed class GenericDeviceTests : QemuTest
{
    [NewQemuFact]
    public void The_driver_sees_the_whole_device()
    {
        using var folder = new TemporaryFolder();
        var tap = Keep(new VhostUserTap(Path.Combine(folder.Path, "tap"), Socket()));

        var camera = BootNewer(tap.Path);

        Assert.Equal((GenericId, CameraWire.QueueCount), ((int)camera.Device.Id, camera.Device.QueueCount));
        var config = CameraWire.Read<CameraConfig>(camera.Device.ReadConfig(CameraConfig.Bytes));
        Assert.Equal(CameraWire.ProtocolVersion, config.Version);
        Assert.Contains(Camera, Encoding.UTF8.GetString(camera.Device.ReadConfig(CameraConfig.Bytes)), StringComparison.Ordinal);

        // It acknowledges what is offered, whether it uses it or not.
        var offered = tap.Words(FrontendRequest.GetProtocolFeatures, isReply: true).First();
        Assert.Equal(offered, tap.Words(FrontendRequest.SetProtocolFeatures, isReply: false).First());
    }

    [NewQemuFact]
    public async Task Frames_reach_the_machine_over_resets_and_the_end()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = BootNewer();
        for (var round = 0; round < 3; round++)
        {
            camera.Begin();
            var told = camera.OfferEvent();
            var place = camera.Stream();
            Assert.Equal(1ul, told.Event.Sequence);
            for (var id = 1ul; id < 10; id++) camera.TakeFrame(id, place);
            camera.Request(10);
        }

        camera.Machine.Kill();
        await UntilAsync(static guest => guest is { State: GuestState.Waiting, RequestsWaiting: 0 }, "the dead machine is still served");
        await neighbour.EndAsync();
    }

    [NewQemuFact]
    public async Task A_machine_that_is_paused_finds_its_rings_where_they_were()
    {
        var camera = BootNewer().Begin();
        camera.TakeFrame(1, camera.Stream());
        var held = camera.Request(2);

        camera.Machine.Qmp.Execute("stop");
        await UntilAsync(static guest => guest.RequestsWaiting == 0, "a request is held under a stopped ring");
        Assert.True(held.IsBack);
        camera.Machine.Qmp.Execute("cont");

        Assert.Equal(CameraStatus.Stale, camera.Request(3).Status);
        Assert.Equal(3, camera.Requests.UsedIndex);
        camera.TakeFrame(4, camera.Stream());
    }

    [NewQemuFact]
    public async Task A_driver_that_breaks_a_rule_is_cut_off_alone()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = BootNewer().Begin();
        camera.Stream();

        camera.Requests.Publish(64);
        camera.Device.Notify(CameraWire.RequestQueue);

        await UntilAsync(
            static guest => guest.State == GuestState.Quarantined && guest.Reason.Contains("names descriptor 64", StringComparison.Ordinal),
            "the driver is not cut off");
        await neighbour.EndAsync();
    }
}
