using System.Diagnostics;
using Akka.Actor;
using CameraFabric.Bench.Latency;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Cluster;

/// <summary>
/// How long a guest waits for the answer to SET_CONTROLS when its camera is at home in another process, with idle links and while four cameras
/// send 1080p over links of their own (TCP) between the same processes. Beside it: the same for a camera of its own node, and a message to an
/// actor in the other process and back.
/// </summary>
internal sealed class ControlBench : IDisposable
{
    private const int Times = 300;
    private const int Full = 4;
    private const int Rate = 60;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);
    private static readonly StreamConfiguration Small = new(PixelFormats.Grey.FourCC, 320, 240, new FrameInterval(1, 30));
    private static readonly StreamConfiguration Large = new(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, Rate));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly NodeProcess _home;
    private readonly FabricNode _node;
    private readonly BenchGuest _far;
    private readonly BenchGuest _near;
    private readonly BenchGuest[] _full;
    private readonly IActorRef _actor;

    private ControlBench()
    {
        var file = Path.Combine(_folder.FullName, "rig.yaml");
        var port = Ports.Free();
        File.WriteAllText(file, RigText(port));
        var rig = RigReader.Read(file);
        _node = FabricNode.Start(rig, "reader", NullLoggerFactory.Instance);
        _home = NodeProcess.Start("run", file, "--node", "home", "--json", "--log", "Warning");
        Until.True("the other node is there", TimeSpan.FromMilliseconds(100), () => Homes.OfAll(_node) is var homes && homes.Length == Full + 2 && homes.All(static home => home != ""));
        _far = Guest("hand", "far", Small);
        _near = Guest("hand", "near", Small);
        _full = [.. Enumerable.Range(1, Full).Select(number => Guest("eyes", $"full{number}", Large))];
        var selection = _node.System.ActorSelection($"akka.tcp://camera-fabric@127.0.0.1:{port}/user/fabric");
        _actor = selection.ResolveOne(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();

        BenchGuest Guest(string guest, string camera, StreamConfiguration stream)
        {
            var owner = rig.Guests.Single(candidate => candidate.Name == guest);
            return new BenchGuest(camera, RigValidator.SocketPath(rig, owner, owner.Cameras.Single(view => view.Camera == camera)), stream);
        }
    }

    public static IEnumerable<ControlRow> Measure()
    {
        using var bench = new ControlBench();
        _ = bench.Row("warm-up", 0);
        yield return bench.Row("idle", 0);
        foreach (var guest in bench._full) guest.Begin();
        Wait.For(TimeSpan.FromSeconds(2));
        var before = bench.Received();
        var began = Stopwatch.GetTimestamp();
        var row = bench.Row("full", 0);
        var rate = (bench.Received() - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var guest in bench._full) guest.Pause();
        yield return row with { FramesPerSecond = rate };
    }

    public void Dispose()
    {
        foreach (var guest in (BenchGuest[])[.. _full, _near, _far]) guest.Dispose();
        _home.Dispose();
        _node.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Delete(recursive: true);
    }

    private ControlRow Row(string links, double rate)
    {
        var (ping, near, far) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Times; i++)
        {
            ping.Add(Time(() => _actor.Ask<ActorIdentity>(new Identify(i)).GetAwaiter().GetResult()));
            near.Add(Time(() => Set(_near, i)));
            far.Add(Time(() => Set(_far, i)));
        }

        return new ControlRow(links, rate, RoundTrip.Of(ping), RoundTrip.Of(near), RoundTrip.Of(far));
    }

    private long Received() => _full.Sum(static guest => (long)guest.Arrivals.Latencies.Count);

    private static void Set(BenchGuest guest, int turn)
    {
        var told = guest.Driver.SetControls([new ControlEntry(ControlCatalogue.ExposureTime.Id, ControlValue.From(5000L + (turn % 2 * 1000)))]);
        if (told.Length != 1) throw new InvalidOperationException("a control was not answered");
    }

    private static double Time(Action action)
    {
        Wait.For(Between);
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds;
    }

    // No node is to be given up on a machine that is as busy as it can be.
    private static string RigText(int port) => $$"""
        rig: control
        runtime: .
        nodes:
          reader: { address: "127.0.0.1:{{Ports.Free()}}", host: here }
          home: { address: "127.0.0.1:{{port}}", host: there }
        cluster: { downing: keep-oldest, pause: 10s, stable-after: 5s, fence: 10s }
        cameras:
          far: { sensor: synthetic, control: classical, format: GREY, size: 320x240, rate: 30, node: home }
          near: { sensor: synthetic, control: classical, format: GREY, size: 320x240, rate: 30, node: reader }
        {{string.Join('\n', Enumerable.Range(1, Full).Select(static number => $"  full{number}: {{ sensor: synthetic, format: NV12, size: 1920x1080, rate: {Rate}, pattern: colour-bars, node: home }}"))}}
        guests:
          hand: { node: reader, cameras: { far: owner, near: owner } }
          eyes: { node: reader, cameras: { {{string.Join(", ", Enumerable.Range(1, Full).Select(static number => $"full{number}: observer"))}} } }
        """;
}

/// <summary>One row: microseconds of round trips.</summary>
/// <param name="Links">Whether links are idle or full.</param>
/// <param name="FramesPerSecond">Frames that came over all links together.</param>
/// <param name="Message">To an actor in the other process and back.</param>
/// <param name="Near">SET_CONTROLS, the camera at home on the guest's node.</param>
/// <param name="Far">SET_CONTROLS, the camera at home in the other process.</param>
internal sealed record ControlRow(string Links, double FramesPerSecond, RoundTrip Message, RoundTrip Near, RoundTrip Far);

/// <summary>Microseconds.</summary>
internal readonly record struct RoundTrip(double P50, double P99)
{
    public static RoundTrip Of(List<double> times)
    {
        double[] sorted = [.. times.Order()];
        return new RoundTrip(sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{P50:F0} / {P99:F0}");
}
