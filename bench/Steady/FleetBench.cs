using System.Diagnostics;
using System.Globalization;
using CameraFabric.Bench.Latency;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Steady;

/// <summary>
/// A fleet in one node: vehicles of eight synthetic cameras each, of which a few have a reader. What it takes until every camera is ready,
/// what an idle camera holds, and what the cameras that are read cost.
/// </summary>
internal static class FleetBench
{
    private const int CamerasPerVehicle = 8;
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 64, 32, new FrameInterval(1, 1));

    public static FleetRow Measure(int vehicles, int readVehicles, TimeSpan time)
    {
        var folder = Directory.CreateTempSubdirectory("cf");
        try
        {
            // A small fleet before, so that what every node takes once, compiled code above all, is not counted for these cameras.
            using (new Run(MakeRig(2, 1, folder.FullName)))
            {
            }

            return Measure(MakeRig(vehicles, readVehicles, folder.FullName), time);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static FleetRow Measure(Rig rig, TimeSpan time)
    {
        var cameras = rig.Cameras.Length;
        var before = Footprint.Take();
        var run = new Run(rig);
        var grown = (Footprint.Now() - before) / cameras;
        var idle = (Footprint.Take() - before) / cameras;
        var sleeping = Busy(TimeSpan.FromSeconds(2));
        var guests = rig.Guests
            .SelectMany(guest => guest.Cameras, (guest, view) => new BenchGuest(view.Camera, RigValidator.SocketPath(rig, guest, view), Stream))
            .ToArray();
        var (connected, threads) = (Footprint.Take(), Footprint.Threads);
        foreach (var guest in guests) guest.Begin();
        Wait.For(TimeSpan.FromSeconds(3));
        var streaming = (Footprint.Take() - connected) / Math.Max(1, guests.Length);
        var streamingThreads = Footprint.Threads - threads;
        var busy = Busy(time);
        foreach (var guest in guests) guest.Pause();
        var (frames, lost) = (guests.Sum(static guest => guest.Arrivals.Latencies.Count), guests.Sum(static guest => guest.Arrivals.Lost));
        foreach (var guest in guests) guest.Dispose();
        var stopped = Stopwatch.GetTimestamp();
        run.Dispose();
        var stop = Stopwatch.GetElapsedTime(stopped).TotalSeconds;
        return new FleetRow(cameras, guests.Length, run.StartSeconds, idle.Managed / 1000, idle.Resident / 1000, grown.Resident / 1000, run.Threads, sleeping,
            streaming.Resident / 1000, streamingThreads, busy, frames, lost, stop);
    }

    private static Rig MakeRig(int vehicles, int readVehicles, string folder)
    {
        var offers = new SyntheticOptions
        {
            Formats = [new FormatOffer { Format = Stream.Format, Sizes = [FrameSizeOffer.Of(Stream.Width, Stream.Height, Stream.Interval, new FrameInterval(10, 1))] }],
        };
        var names = Enumerable.Range(1, vehicles).Select(static vehicle => string.Create(CultureInfo.InvariantCulture, $"v{vehicle:0000}")).ToArray();
        return new Rig
        {
            Name = "fleet",
            RuntimeDirectory = folder,
            Cameras = [.. names.SelectMany((name, vehicle) => Cameras(name).Select((id, camera) => new CameraRig
            {
                Id = id,
                SensorKind = "synthetic",
                Stream = Stream,
                Sensor = context => new SyntheticSensor(context, offers with { Seed = (uint)(vehicle * CamerasPerVehicle + camera) }),
            }))],
            Guests = [.. names.Take(readVehicles).Select(name => new GuestRig
            {
                Name = $"{name}-reader",
                Cameras = [.. Cameras(name).Select(static id => new GuestCameraRig { Camera = id })],
            })],
        };
    }

    private static IEnumerable<string> Cameras(string vehicle) =>
        Enumerable.Range(0, CamerasPerVehicle).Select(camera => string.Create(CultureInfo.InvariantCulture, $"{vehicle}-c{camera}"));

    // Processors kept busy, 1 = one of them all the time.
    private static double Busy(TimeSpan time)
    {
        var before = Environment.CpuUsage.TotalTime;
        Wait.For(time);
        return (Environment.CpuUsage.TotalTime - before) / time;
    }

    /// <summary>A node from its start until every camera is ready and every socket is there.</summary>
    private sealed class Run : IDisposable
    {
        private readonly FabricNode _node;

        public Run(Rig rig)
        {
            var threads = Footprint.Threads;
            var started = Stopwatch.GetTimestamp();
            _node = FabricNode.Start(rig, NullLoggerFactory.Instance);
            while (_node.StatusAsync().GetAwaiter().GetResult().Cameras.Any(static camera => camera.State != CameraState.Idle))
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(3)) throw new InvalidOperationException("the cameras are not ready");
                Wait.For(TimeSpan.FromMilliseconds(20));
            }

            foreach (var socket in rig.Guests.SelectMany(guest => guest.Cameras, (guest, view) => RigValidator.SocketPath(rig, guest, view)))
                while (!File.Exists(socket)) Wait.For(TimeSpan.FromMilliseconds(5));
            StartSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Threads = Footprint.Threads - threads;
        }

        public double StartSeconds { get; }

        public int Threads { get; }

        public void Dispose()
        {
            var status = _node.StopAsync().GetAwaiter().GetResult();
            if (!status.Balanced) throw new InvalidOperationException("the node's balance does not add up");
        }
    }

    /// <summary>What the process holds, in bytes.</summary>
    private readonly record struct Footprint(double Managed, double Resident)
    {
        public static int Threads => Directory.GetDirectories("/proc/self/task").Length;

        public static Footprint operator -(Footprint left, Footprint right) => new(left.Managed - right.Managed, left.Resident - right.Resident);

        public static Footprint operator /(Footprint all, int parts) => new(all.Managed / parts, all.Resident / parts);

        public static Footprint Now() => new(GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet);

        /// <summary>After a collection that gives back what is free: only what is held counts.</summary>
        public static Footprint Take()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return Now();
        }
    }
}

/// <summary>One row.</summary>
/// <param name="Cameras">Cameras of the node.</param>
/// <param name="Readers">Cameras that a guest reads.</param>
/// <param name="StartSeconds">From the node's start until every camera is ready.</param>
/// <param name="ManagedKilobytes">kB on the managed heap for each idle camera, after a collection.</param>
/// <param name="ResidentKilobytes">kB of resident memory, managed and native, for each idle camera, after a collection.</param>
/// <param name="StartedKilobytes">The same before that collection: with what starting left behind.</param>
/// <param name="IdleThreads">Threads that the idle node has, one a listening socket among them.</param>
/// <param name="IdleProcessors">Processors that the idle node keeps busy.</param>
/// <param name="StreamingKilobytes">kB more for each camera that streams, its guest's threads included.</param>
/// <param name="StreamingThreads">Threads more when the readers stream.</param>
/// <param name="StreamingProcessors">Processors kept busy then, guests included.</param>
/// <param name="Frames">Frames that the readers got.</param>
/// <param name="Lost">Frames that they missed.</param>
/// <param name="StopSeconds">From the order to stop until the final balance.</param>
internal sealed record FleetRow(int Cameras, int Readers, double StartSeconds, double ManagedKilobytes, double ResidentKilobytes,
    double StartedKilobytes, int IdleThreads, double IdleProcessors, double StreamingKilobytes, int StreamingThreads, double StreamingProcessors,
    int Frames, int Lost, double StopSeconds);
