using CameraFabric.Bench.Latency;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Steady;

/// <summary>
/// What a delivered frame allocates once everything has warmed up: the whole process, node and guests, their timers included. Small frames
/// at a high rate, so that there are many of them.
/// </summary>
internal static class AllocationBench
{
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 64, 32, new FrameInterval(1, 500));

    public static AllocationRow Measure(SessionRole role, int guests, TimeSpan time)
    {
        var pace = new Pace(Stream.Interval.Nanoseconds);
        using var fabric = new FabricRun(1, guests, Stream, context => new StillSensor(context, Stream, pace),
            new FabricOptions { WatchdogFloor = TimeSpan.FromSeconds(10) }, role);
        var frames = 0L;
        foreach (var guest in fabric.Devices) guest.Delivered = _ => Interlocked.Increment(ref frames);
        fabric.Begin();
        Wait.For(time); // as long as it is measured: lists grow, code is compiled
        var (before, frame) = (GC.GetTotalAllocatedBytes(precise: true), Interlocked.Read(ref frames));
        int[] collections = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
        Wait.For(time);
        var delivered = Interlocked.Read(ref frames) - frame;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        for (var generation = 0; generation < collections.Length; generation++)
            collections[generation] = GC.CollectionCount(generation) - collections[generation];
        fabric.Pause();
        return new AllocationRow(role.ToString(), guests, delivered, allocated / (double)delivered, collections);
    }
}

/// <summary>One row: bytes on the managed heap for each delivered frame, and collections of generations 0, 1 and 2 meanwhile.</summary>
internal sealed record AllocationRow(string Role, int Guests, long Frames, double BytesPerFrame, int[] Collections);
