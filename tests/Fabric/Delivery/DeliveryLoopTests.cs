using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Delivery;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fabric.Tests.Delivery;

public sealed class DeliveryLoopTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DeliveryQueue _queue = new(maximumFrames: 2);
    private readonly TestFrames _frames = new();
    private readonly ManualFrameClock _clock = new();
    private readonly List<RequestBench> _benches = [new(1, SessionRole.Observer), new(2, SessionRole.Observer),
        new(3, SessionRole.Observer)];

    private NodeFence Fence { get; set; } = NodeFence.Always;

    public void Dispose()
    {
        foreach (var bench in _benches) bench.Dispose();
        _frames.Dispose();
    }

    [Fact]
    public void A_node_whose_fence_has_closed_delivers_no_frame_that_is_on_its_way()
    {
        Fence = new NodeFence();
        var frame = _frames.Make();
        foreach (var bench in _benches) Deliver(bench, frame);
        frame.Return();
        CarryOut();

        foreach (var bench in _benches)
        {
            Assert.Equal((1UL, CameraStatus.FrameLost, 1UL), bench.Results.Single());
            Assert.Equal((0, 0, 1), (bench.Meter.Delivered, bench.Meter.UnderWay, bench.Meter.Dropped[(int)FrameDropReason.Fenced]));
        }
    }

    [Fact]
    public void A_frame_of_another_process_that_was_written_over_meanwhile_is_delivered_to_nobody()
    {
        var pool = _frames.Pool;
        using var mirror = new FrameMirror(pool.File, pool.FrameBytes, pool.Slots, pool.SlotBytes, static (_, _) => { });
        var there = _frames.Make();
        var frame = mirror.TryTake(there.Handle.Slot, there.Handle.Generation, there.Header, there.Applied)!;
        foreach (var bench in _benches) Deliver(bench, frame);
        frame.Return();

        // The home takes this node for dead, and every slot is free for the next frame.
        there.Return();
        foreach (var slot in Enumerable.Range(0, pool.Slots).Select(_ => pool.TryRent()!).ToArray()) slot.Abandon();
        CarryOut();

        foreach (var bench in _benches)
        {
            Assert.Equal((1UL, CameraStatus.FrameLost, 1UL), bench.Results.Single());
            Assert.Equal((0, 0, 1), (bench.Meter.Delivered, bench.Meter.UnderWay, bench.Meter.Dropped[(int)FrameDropReason.LinkDown]));
        }

        Assert.Equal(0, mirror.Leased);
    }

    [Fact]
    public void One_frame_reaches_all_that_wait_for_it_byte_by_byte()
    {
        var frame = _frames.Make();
        var pixels = frame.Pixels.ToArray();
        foreach (var bench in _benches) Deliver(bench, frame);
        frame.Return();
        CarryOut();

        foreach (var bench in _benches)
        {
            Assert.Equal((1UL, CameraStatus.Ok, 1UL), bench.Results.Single());
            Assert.True(bench.PixelsOf(RequestBench.Buffers - 1).SequenceEqual(pixels));
            Assert.Equal((1, 0), (bench.Meter.Delivered, bench.Meter.UnderWay));
        }
    }

    [Fact]
    public void A_guest_whose_ring_has_stopped_misses_the_frame_alone()
    {
        var frame = _frames.Make();
        foreach (var bench in _benches) Deliver(bench, frame);
        frame.Return();
        _benches[1].StopQueue();
        CarryOut();

        Assert.Equal([1, 0, 1], _benches.Select(bench => bench.Results.Count));
        Assert.Equal(1, _benches[1].Meter.Dropped[(int)FrameDropReason.Cancelled]);
        Assert.All(_benches, bench => Assert.Equal(0, bench.Meter.UnderWay));
    }

    [Fact]
    public void A_frame_that_does_not_fit_ends_its_request_and_touches_nothing()
    {
        using var large = new FramePool("large", RequestBench.FrameBytes * 2, 1);
        var slot = large.TryRent()!;
        slot.Header.BytesUsed = RequestBench.FrameBytes * 2;
        var frame = slot.Publish();
        Deliver(_benches[0], frame);
        frame.Return();
        CarryOut();

        Assert.Equal(CameraStatus.NoMemory, _benches[0].Results.Single().Status);
        Assert.Equal(1, _benches[0].Meter.Dropped[(int)FrameDropReason.DoesNotFit]);
        Assert.Equal(1, large.Free);
    }

    [Fact]
    public void Frames_on_their_way_are_bounded_and_failures_are_not()
    {
        for (var i = 0; i < 2; i++)
        {
            Assert.False(_queue.IsFull);
            var frame = _frames.Make();
            foreach (var bench in _benches) Deliver(bench, frame);
            frame.Return();
            _queue.Commit();
        }

        Assert.True(_queue.IsFull);
        var failed = _benches[0].Submit();
        Assert.True(failed.TryClaim());
        _queue.Fail(failed, _benches[0].Entry, CameraStatus.FrameLost, 9);
        CarryOut();

        Assert.Equal([CameraStatus.Ok, CameraStatus.Ok, CameraStatus.FrameLost], _benches[0].Results.Select(result => result.Status));
        Assert.False(_queue.IsFull);
    }

    [Fact]
    public void Latency_is_from_complete_in_the_slot_to_used_in_the_ring()
    {
        var frame = _frames.TryMake(complete: _clock.Now)!;
        _clock.Advance(5_000);
        Deliver(_benches[0], frame);
        frame.Return();
        CarryOut();

        Assert.InRange(_benches[0].Meter.Latency.Maximum, 5_000, 5_000);
    }

    private void Deliver(RequestBench bench, Frame frame)
    {
        var request = bench.Submit();
        Assert.True(request.TryClaim());
        bench.Meter.CountOffered();
        _ = frame.Lease();
        _queue.Deliver(frame, request, bench.Entry);
    }

    private void CarryOut()
    {
        _queue.Commit();
        var loop = new DeliveryLoop("camera", _queue, _clock, new FabricOptions(), NullLogger.Instance, Fence);
        loop.Start();
        Assert.True(loop.Stop(Patience));
        foreach (var bench in _benches) bench.Reap();
        Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
    }
}
