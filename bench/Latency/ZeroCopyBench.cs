using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Latency;

/// <summary>
/// What a delivered frame costs the whole process when guests read it where it is, beside the copy and beside the floor, in windows that take
/// turns. Two loads: as fast as frames can be had, for frames a second, and at 30 frames a second, for processor time of each.
/// </summary>
internal static class ZeroCopyBench
{
    private const int Windows = 3;
    private const double Rate = 30;

    public static ZeroCopyRow Measure(int guests, TimeSpan time)
    {
        var window = time / (Windows * 6);
        var (paced, fast) = (StreamAt(30), StreamAt(2000));
        using var loads = new Loads(guests, paced);
        using var races = new Loads(guests, fast);
        foreach (var load in (Loads[])[loads, races])
        {
            _ = Run(load.InPlace, TimeSpan.FromSeconds(1));
            _ = Run(load.Copies, TimeSpan.FromSeconds(1));
            _ = Run(load.Floor, TimeSpan.FromSeconds(0.5));
        }

        var cost = new Sides();
        var speed = new Sides();
        for (var i = 0; i < Windows; i++)
        {
            cost.Add(Run(loads.Floor, window).Processor, Run(loads.Copies, window).Processor, Run(loads.InPlace, window).Processor);
            speed.Add(Run(races.Floor, window).Rate, Run(races.Copies, window).Rate, Run(races.InPlace, window).Rate);
        }

        return new ZeroCopyRow(guests, speed.ToSpreads(), cost.ToSpreads());
    }

    private static StreamConfiguration StreamAt(uint rate) => new(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, rate));

    // Frames a second of each guest, and microseconds of a processor for each delivery.
    private static (double Rate, double Processor) Run(IFrameLoad load, TimeSpan window)
    {
        load.Begin();
        var (before, began) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        Wait.For(window);
        var processor = Environment.CpuUsage.TotalTime - before;
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        load.Pause();
        var frames = load.Guests.Sum(static guest => guest.Latencies.Count());
        return (frames / seconds / load.Guests.Count, processor.TotalMicroseconds / Math.Max(1, frames));
    }

    /// <summary>The three ways of one load.</summary>
    private sealed class Loads : IDisposable
    {
        public Loads(int guests, StreamConfiguration stream)
        {
            var pace = new Pace(stream.Interval.Nanoseconds);
            Floor = new FloorRun(1, guests, stream.Layout().TotalBytes, pace);
            var options = new FabricOptions { FrameChecksum = false, WatchdogFloor = TimeSpan.FromSeconds(10) };
            Copies = new FabricRun(1, guests, stream, context => new StillSensor(context, stream, pace), options);
            InPlace = new FabricRun(1, guests, stream, context => new StillSensor(context, stream, pace), options, leases: BenchGuest.Buffers);
        }

        public IFrameLoad Floor { get; }

        public IFrameLoad Copies { get; }

        public IFrameLoad InPlace { get; }

        public void Dispose()
        {
            Floor.Dispose();
            Copies.Dispose();
            InPlace.Dispose();
        }
    }

    private sealed class Sides
    {
        private readonly List<double> _floor = [];
        private readonly List<double> _copies = [];
        private readonly List<double> _inPlace = [];

        public void Add(double floor, double copies, double inPlace)
        {
            _floor.Add(floor);
            _copies.Add(copies);
            _inPlace.Add(inPlace);
        }

        public ZeroCopySides ToSpreads() => new(Spread.Of(_floor), Spread.Of(_copies), Spread.Of(_inPlace));
    }
}

/// <summary>The floor (a bare copy), the fabric's copies, and frames in place.</summary>
internal sealed record ZeroCopySides(Spread Floor, Spread Copies, Spread InPlace);

/// <summary>One row: frames a second of each guest as fast as can be, and µs of a processor for each delivery at 30 frames a second.</summary>
internal sealed record ZeroCopyRow(int Guests, ZeroCopySides FramesPerSecond, ZeroCopySides ProcessorMicroseconds);
