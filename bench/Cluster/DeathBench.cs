using CameraFabric.Bench.Latency;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Cluster;

/// <summary>
/// SIGKILL to the process of a camera's node, and to that of a camera which has one of its own: until a guest on another node is told that the
/// source is lost, and until it has a frame again. Three nodes, 30 frames a second, the default times.
/// </summary>
internal sealed class DeathBench : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly StreamConfiguration Stream = new(PixelFormats.Nv12.FourCC, 640, 480, new FrameInterval(1, 30));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly Rig _rig;
    private readonly FabricNode _node;
    private readonly NodeProcess _other;
    private NodeProcess _home;

    private DeathBench()
    {
        File.WriteAllText(RigFile, RigText());
        _rig = RigReader.Read(RigFile);
        _node = FabricNode.Start(_rig, "reader", NullLoggerFactory.Instance);
        _home = Start("a");
        _other = Start("b");
        Until.True("all are at home", Pace, () => Homes.Of(_node, "front") == "a" && Homes.Of(_node, "cabin") == "camera.cabin");
    }

    private string RigFile => Path.Combine(_folder.FullName, "rig.yaml");

    public static DeathRow Measure(int deaths)
    {
        using var bench = new DeathBench();
        var nodes = bench.Nodes(deaths);
        var (processes, started, running) = bench.Processes(deaths);
        var alone = Enumerable.Range(0, deaths).Select(static _ => NodeProcess.TimeOf("--version")).ToArray();
        var times = bench._rig.Cluster;
        return new DeathRow(
            deaths, Stream.Interval.Nanoseconds / 1e6, (times.Heartbeat + times.Pause + times.StableAfter + times.Fence).TotalMilliseconds,
            nodes.Lost(), nodes.Back(), processes.Lost(), processes.Back(), Spread.Of(started), Spread.Of(running), Spread.Of(alone));
    }

    public void Dispose()
    {
        _home.Dispose();
        _other.Dispose();
        _node.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Delete(recursive: true);
    }

    private Gaps Nodes(int deaths)
    {
        using var guest = Guest("front");
        var gaps = new Gaps(guest);
        guest.Begin();
        for (var death = 0; death < deaths; death++)
        {
            gaps.WaitUntilSteady();
            gaps.Begin();
            _home.Kill();
            gaps.End();
            _home.Dispose();
            _home = Start("a");
            Until.True("the camera is back at its own node", Pace, () => Homes.Of(_node, "front") == "a");
        }

        guest.Pause();
        return gaps;
    }

    private (Gaps Gaps, List<double> Started, List<double> Running) Processes(int deaths)
    {
        using var guest = Guest("cabin");
        var gaps = new Gaps(guest);
        var (started, running) = (new List<double>(), new List<double>());
        guest.Begin();
        for (var death = 0; death < deaths; death++)
        {
            gaps.WaitUntilSteady();
            var victim = _other.ChildOf("camera.cabin");
            var began = gaps.Begin();
            using (var process = System.Diagnostics.Process.GetProcessById(victim)) process.Kill();
            gaps.End();
            started.Add((_other.WhenSaid("camera.cabin: started as process", began)!.Value - began) / 1e6);
            running.Add((_other.WhenSaid("running node 'camera.cabin'", began)!.Value - began) / 1e6);
        }

        guest.Pause();
        return (gaps, started, running);
    }

    private NodeProcess Start(string node) => NodeProcess.Start("run", RigFile, "--node", node, "--json");

    private BenchGuest Guest(string camera)
    {
        var guest = _rig.Guests[0];
        return new BenchGuest(camera, RigValidator.SocketPath(_rig, guest, guest.Cameras.Single(view => view.Camera == camera)), Stream);
    }

    private static string RigText() => $$"""
        rig: deaths
        runtime: .
        options: { restart-forgiven: 1s }
        nodes:
          reader: { address: "127.0.0.1:{{Ports.Free()}}" }
          a: { address: "127.0.0.1:{{Ports.Free()}}" }
          b: { address: "127.0.0.1:{{Ports.Free()}}" }
        cameras:
          front: { sensor: synthetic, format: NV12, size: 640x480, rate: 30, node: a, standby: b }
          cabin: { sensor: synthetic, format: NV12, size: 640x480, rate: 30, node: b, isolation: process }
        guests:
          eyes: { node: reader, cameras: { front: observer, cabin: observer } }
        """;

    /// <summary>The gaps that a guest saw, from the signal on.</summary>
    private sealed class Gaps
    {
        private readonly BenchGuest _guest;
        private readonly List<double> _untilLost = [];
        private readonly List<double> _untilBack = [];
        private readonly ManualResetEventSlim _back = new();
        private long _frames;
        private long _began;
        private long _lost;

        public Gaps(BenchGuest guest)
        {
            _guest = guest;
            guest.Source = Changed;
            guest.Delivered = _ => Seen();
        }

        public Spread Lost() => Spread.Of(_untilLost);

        public Spread Back() => Spread.Of(_untilBack);

        /// <summary>Waits for a second of frames, so that nothing is left of what was before.</summary>
        public void WaitUntilSteady()
        {
            var frames = Interlocked.Read(ref _frames) + 60;
            Until.True($"{_guest.Camera} streams", Pace, () => Interlocked.Read(ref _frames) >= frames);
        }

        public long Begin()
        {
            _back.Reset();
            Volatile.Write(ref _lost, 0);
            Volatile.Write(ref _began, FrameClock.System.Now);
            return _began;
        }

        public void End()
        {
            if (!_back.Wait(TimeSpan.FromSeconds(60))) throw new TimeoutException($"{_guest.Camera} does not come back");
        }

        private void Changed(SourceEvent change)
        {
            if (change != SourceEvent.Lost || Volatile.Read(ref _began) == 0 || _lost != 0) return;
            _lost = FrameClock.System.Now;
            _untilLost.Add((_lost - _began) / 1e6);
        }

        private void Seen()
        {
            Interlocked.Increment(ref _frames);
            if (Volatile.Read(ref _began) == 0 || _lost == 0) return;
            _untilBack.Add((FrameClock.System.Now - _began) / 1e6);
            Volatile.Write(ref _began, 0);
            _back.Set();
        }
    }
}

/// <summary>One row: milliseconds from SIGKILL.</summary>
/// <param name="Deaths">How many of each.</param>
/// <param name="Period">The camera's period.</param>
/// <param name="Configured">The sum of the times after which a node's cameras are given to others.</param>
/// <param name="NodeLost">Of a node: until a guest is told that the source is lost.</param>
/// <param name="NodeBack">Until it has a frame from the new home.</param>
/// <param name="ProcessLost">Of a camera's own process: the same.</param>
/// <param name="ProcessBack">Until it has a frame from the next process.</param>
/// <param name="Started">Until the parent has started that.</param>
/// <param name="Running">Until that says that its node runs.</param>
/// <param name="Alone">The program's start and end when it only prints its version.</param>
internal sealed record DeathRow(int Deaths, double Period, double Configured, Spread NodeLost, Spread NodeBack, Spread ProcessLost, Spread ProcessBack,
    Spread Started, Spread Running, Spread Alone);
