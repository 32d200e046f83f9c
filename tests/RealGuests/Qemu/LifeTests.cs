using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Status;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>Resets, stops and ends of all kinds, as QEMU makes of them.</summary>
public sealed class LifeTests : QemuTest
{
    [QemuFact]
    public async Task A_reset_forgets_everything_and_the_next_driver_begins_anew()
    {
        var camera = Boot().Begin();
        var place = camera.Stream();
        camera.TakeFrame(1, place);
        var first = camera.Generation;
        await UntilAsync(static guest => guest.State == GuestState.Streaming, "the machine does not stream");

        for (var i = 0; i < 3; i++)
        {
            camera.Reset();
            await UntilAsync(static guest => guest.State == GuestState.Connected, "a reset leaves something");
            camera.Begin();
            Assert.Equal(CameraStatus.Stale, camera.Command(CameraCommand.Start, new StartCommand(first, 0, 0, 0)).Status);
            camera.TakeFrame(1, camera.Stream());
        }

        await UntilAsync(static guest => guest.Connections == 1, "it was another connection");
    }

    [QemuFact]
    public async Task A_reset_in_the_middle_of_everything_hurts_nobody()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot().Begin();
        for (var round = 0; round < 5; round++)
        {
            camera.Stream();
            for (var i = 0; i < 8; i++) camera.OfferEvent();
            for (var id = 1ul; id < 8; id++) camera.Request(id);
            camera.Command(CameraCommand.Flush, new GenerationCommand(camera.Generation, 0));
            camera.Begin();
        }

        camera.TakeFrame(1, camera.Stream());
        await neighbour.EndAsync();
    }

    [QemuTheory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(128)]
    public void Rings_of_every_size_go_round_many_times(int size)
    {
        var camera = Boot();
        Assert.Equal(128, camera.Device.QueueSize(CameraWire.ControlQueue));
        camera.Begin(size);
        for (var i = 0; i < (3 * size) + 1; i++) Assert.Equal(CameraStatus.Ok, camera.Command(CameraCommand.ClockSample).Status);
        camera.TakeFrame(1, camera.Stream());
    }

    [QemuFact]
    public void Events_tell_of_the_stream()
    {
        var camera = Boot().Begin();
        var events = Enumerable.Range(0, 8).Select(_ => camera.OfferEvent()).ToList();

        camera.Stream();
        Assert.Equal((CameraEventType.Stream, 1ul), (events[0].Event.Type, events[0].Event.Sequence));
        Assert.Equal(CameraStatus.Ok, camera.Stop().Status);

        // Between the two are drops: nothing asked for frames.
        var last = events.First(told => told.Event.Type == CameraEventType.Stream && told.Event.Sequence > 1);
        Assert.Equal((ulong)events.IndexOf(last) + 1, last.Event.Sequence);
    }

    [QemuFact]
    public async Task A_machine_that_is_killed_leaves_nothing_and_the_next_one_streams()
    {
        var neighbour = await StreamNeighbourAsync();
        var camera = Boot().Begin();
        camera.TakeFrame(1, camera.Stream());
        for (var id = 2ul; id < 6; id++) camera.Request(id);

        camera.Machine.Kill();

        await UntilAsync(static guest => guest is { State: GuestState.Waiting, RequestsWaiting: 0 }, "the dead machine is still served");
        await neighbour.GetsOnAsync();
        var next = Boot().Begin();
        next.TakeFrame(1, next.Stream());
        await neighbour.EndAsync();
    }

    [QemuFact]
    public async Task A_machine_that_is_paused_finds_its_rings_where_they_were_and_its_device_reset()
    {
        var camera = Boot().Begin();
        var place = camera.Stream();
        camera.TakeFrame(1, place);
        var held = camera.Request(2);

        // QEMU says status 0 and then asks how far each ring had come: an index that goes back would have every chain done once more.
        camera.Machine.Qmp.Execute("stop");
        await UntilAsync(static guest => guest.RequestsWaiting == 0, "a request is held under a stopped ring");
        Assert.True(held.IsBack);
        camera.Machine.Qmp.Execute("cont");

        Assert.Equal(CameraStatus.Stale, camera.Request(3).Status);
        Assert.Equal(3, camera.Requests.UsedIndex);
        camera.TakeFrame(4, camera.Stream());
    }
}
