using System.Diagnostics;
using CameraFabric.Bench.Latency;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Steady;

/// <summary>What many cameras cost that do little: starting, waiting, and one small frame a second for each guest of each.</summary>
internal static class ManyBench
{
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 64, 32, new FrameInterval(1, 1));

    public static ManyRow Measure(int cameras, int guests, TimeSpan time)
    {
        var pace = new Pace(Stream.Interval.Nanoseconds);
        // A node before, so that what every node takes once is not counted for these cameras.
        using (new FabricRun(1, 1, Stream, context => new StillSensor(context, Stream, pace), new FabricOptions(), connect: false))
        {
        }

        var (memory, threads, started) = (Environment.WorkingSet, Threads, Stopwatch.GetTimestamp());
        using var fabric = new FabricRun(cameras, guests, Stream, context => new StillSensor(context, Stream, pace), new FabricOptions(),
            connect: false);
        var start = Stopwatch.GetElapsedTime(started);
        var idle = new Idle((Environment.WorkingSet - memory) / 1024.0 / cameras, Threads - threads, Busy(TimeSpan.FromSeconds(1)));
        fabric.Connect();
        fabric.Begin();
        Wait.For(TimeSpan.FromSeconds(2));
        var busy = Busy(time);
        fabric.Pause();
        var frames = fabric.Guests.Sum(static guest => guest.Latencies.Count);
        return new ManyRow(cameras, guests, start.TotalSeconds, idle.KibPerCamera, idle.Threads, idle.Processors, busy, frames,
            fabric.Guests.Sum(static guest => guest.Lost));
    }

    private static int Threads => Directory.GetDirectories("/proc/self/task").Length;

    // Processors kept busy, 1 = one of them all the time.
    private static double Busy(TimeSpan time)
    {
        var before = Environment.CpuUsage.TotalTime;
        Wait.For(time);
        return (Environment.CpuUsage.TotalTime - before) / time;
    }

    private sealed record Idle(double KibPerCamera, int Threads, double Processors);
}

/// <summary>One row. Memory and threads are those of the idle node, with every guest's socket listening; guests come afterwards.</summary>
internal sealed record ManyRow(int Cameras, int Guests, double StartSeconds, double IdleKibPerCamera, int IdleThreads,
    double IdleProcessors, double StreamingProcessors, int Frames, int Lost);
