using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Latency;

/// <summary>
/// How long a frame takes from complete in the slot until the guest's thread has seen its used entry, beside the floor. Both run in windows
/// that take turns.
/// </summary>
internal static class LatencyBench
{
    private const int Windows = 4;
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, 30));

    public static LatencyRow Measure(int cameras, int guests, bool checksum, TimeSpan time)
    {
        var window = time / (2 * Windows);
        var pace = new Pace(Stream.Interval.Nanoseconds);
        using var floor = new FloorRun(cameras, guests, Stream.Layout().TotalBytes, pace);
        using var fabric = new FabricRun(cameras, guests, Stream, context => new StillSensor(context, Stream, pace),
            new FabricOptions { FrameChecksum = checksum });
        _ = Run(fabric, TimeSpan.FromSeconds(1));
        _ = Run(floor, TimeSpan.FromSeconds(0.5));
        var floors = new List<LatencyFigures>();
        var fabrics = new List<LatencyFigures>();
        for (var i = 0; i < Windows; i++)
        {
            floors.Add(Run(floor, window));
            fabrics.Add(Run(fabric, window));
        }

        // By itself, because listening costs a little.
        using var stages = new StageListener();
        foreach (var guest in fabric.Devices) guest.Delivered = request => stages.Seen(guest.Camera, request);
        _ = Run(fabric, window);
        foreach (var guest in fabric.Devices) guest.Delivered = null;

        long[] copies = [.. floor.CopyTimes.Order()];
        var (p50, p99) = (floors.Zip(fabrics, static (a, b) => b.P50 / a.P50), floors.Zip(fabrics, static (a, b) => b.P99 / a.P99));
        return new LatencyRow(cameras, guests, checksum, LatencyFigures.At(copies, 0.5), LatencySummary.Of(floors),
            LatencySummary.Of(fabrics), Spread.Of(p50), Spread.Of(p99), stages.ToRows());
    }

    /// <summary>
    /// Small frames at a high rate, so that what is measured is the code as it is after minutes of frames, and not how it is compiled.
    /// </summary>
    public static void WarmUp()
    {
        var small = new StreamConfiguration(PixelFormats.Nv12.FourCC, 64, 32, new FrameInterval(1, 500));
        var pace = new Pace(small.Interval.Nanoseconds);
        using var floor = new FloorRun(1, 4, small.Layout().TotalBytes, pace);
        using var fabric = new FabricRun(1, 4, small, context => new StillSensor(context, small, pace), new FabricOptions());
        _ = Run(fabric, TimeSpan.FromSeconds(4));
        _ = Run(floor, TimeSpan.FromSeconds(1));
    }

    private static LatencyFigures Run(IFrameLoad load, TimeSpan window)
    {
        load.Begin();
        var before = Environment.CpuUsage.TotalTime;
        Wait.For(window);
        var processor = Environment.CpuUsage.TotalTime - before;
        load.Pause();
        return LatencyFigures.Of(load.Guests, processor);
    }
}

/// <summary>All windows together, in microseconds: medians of the windows with their spread, the largest of all, sums.</summary>
internal sealed record LatencySummary(Spread P50, Spread P99, double Max, int Frames, int Stutters, int Lost, double ProcessorPerFrame)
{
    public static LatencySummary Of(IReadOnlyCollection<LatencyFigures> windows) => new(
        Spread.Of(windows.Select(static w => w.P50)), Spread.Of(windows.Select(static w => w.P99)), windows.Max(static w => w.Max),
        windows.Sum(static w => w.Frames), windows.Sum(static w => w.Stutters), windows.Sum(static w => w.Lost),
        Spread.Of(windows.Select(static w => w.ProcessorPerFrame)).Median);
}

/// <summary>One row. Ratios are of neighbouring windows.</summary>
internal sealed record LatencyRow(int Cameras, int Guests, bool Checksum, double CopyMicroseconds, LatencySummary Floor,
    LatencySummary Fabric, Spread P50Ratio, Spread P99Ratio, IReadOnlyList<StageRow> Stages);
