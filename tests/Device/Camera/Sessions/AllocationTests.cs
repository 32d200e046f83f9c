using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(SessionRole.Owner)]
    [InlineData(SessionRole.Interleaved)]
    [InlineData(SessionRole.Observer)]
    public void A_request_without_controls_allocates_nothing_from_the_ring_to_its_result(SessionRole role)
    {
        using var rig = new SessionRig(role);
        rig.Stream();
        rig.Host.IsQuiet = true;
        var readable = rig.Allocate(RequestHeader.Bytes + BufferReference.Bytes);
        var room = (int)rig.Config.MaximumResultBytes;
        var writable = rig.Allocate(room);
        var ring = rig.Ring(CameraWire.RequestQueue);
        ControlEntry[] applied = [new(ControlCatalogue.ExposureTime.Id, 1, ControlValue.From(5L)),
            new(ControlCatalogue.AnalogueGain.Id, 1, ControlValue.FromFixed(1))];
        var frames = Enumerable.Range(0, 3).Select(_ => rig.Capture(1, 0, applied)).ToArray();
        var frame = frames[0];
        long allocated = 0;
        for (ulong id = 1; id <= 300; id++)
        {
            rig.RequestBytes(id, 0).CopyTo(rig.Memory.Bytes.Write(readable, RequestHeader.Bytes + BufferReference.Bytes));
            ring.Add([(DriverRing.AddressOf(readable), 72, false), (DriverRing.AddressOf(writable), (uint)room, true)], indirect: true);
            var chain = rig.Requests.TryPop();
            Assert.NotNull(chain);
            var before = GC.GetAllocatedBytesForCurrentThread();
            rig.Session.OnRequest(chain);
            var request = rig.Host.Last!;
            var won = request.TryClaim() && request.BeginWrite();
            frame.Pixels.CopyTo(request.Target(0).Writable);
            request.EndWrite();
            request.Complete(frame);
            rig.Session.OnRequestCompleted(request);
            rig.Session.OnTick();
            if (id > 100) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(won);
            Assert.True(ring.TryReap(out _, out _));
        }

        Assert.Equal(0, allocated);
        foreach (var held in frames) held.Return();
    }

    [Fact]
    public void Frames_dropped_for_a_guest_that_does_not_listen_allocate_nothing()
    {
        using var rig = new SessionRig();
        for (ulong frame = 1; frame < 100; frame++) rig.Session.OnFramesDropped(1, DropReason.NoRequest, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong frame = 100; frame < 1000; frame++) rig.Session.OnFramesDropped(1, DropReason.NoRequest, frame);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
