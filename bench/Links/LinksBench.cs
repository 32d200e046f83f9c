using Akka.Actor;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Links;

/// <summary>
/// What a link costs: over TCP beside a plain socket with the same bytes, in shared memory beside the hop to an actor in the same process. Both
/// sides take turns.
/// </summary>
internal static class LinksBench
{
    public const int Rounds = 5;
    private const int PacePerSecond = 200;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);

    /// <summary>Over TCP on this machine.</summary>
    public static LinkRow MeasureTcp(string name, StreamConfiguration stream, TimeSpan time)
    {
        using var load = new LinkLoad(stream);
        using var pair = new LinkPair(overUnix: false, load);
        var window = time / (2 * Rounds);
        _ = PlainSocket.Run(load.Pool, WarmUp);
        _ = load.Run(pair.Sender.Offer, WarmUp, 0);
        var (floor, link) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            floor.Add(PlainSocket.Run(load.Pool, window));
            link.Add(load.Run(pair.Sender.Offer, window, 0).Rate);
        }

        return new LinkRow(name, load.Pool.FrameBytes, Spread.Of(floor), Spread.Of(link),
            Spread.Of(link.Zip(floor, static (mine, best) => mine / best)));
    }

    /// <summary>In shared memory.</summary>
    public static HopRow MeasureShared(string name, StreamConfiguration stream, TimeSpan time)
    {
        using var load = new LinkLoad(stream);
        using var pair = new LinkPair(overUnix: true, load);
        using var system = ActorSystem.Create("bench", FabricNode.ReferenceConfig);
        var actor = system.ActorOf(Props.Create(() => new Hop(load)).WithDispatcher("camera-fabric.frame-path-dispatcher"));
        var window = time / (4 * Rounds);
        var (floor, link) = (new Side(), new Side());
        _ = load.Run(Tell, WarmUp, 0);
        _ = load.Run(pair.Sender.Offer, WarmUp, 0);
        for (var i = 0; i < Rounds; i++)
        {
            floor.Add(load.Run(Tell, window, 0).Rate, load.Run(Tell, window, 1_000_000_000 / PacePerSecond).Microseconds);
            link.Add(load.Run(pair.Sender.Offer, window, 0).Rate, load.Run(pair.Sender.Offer, window, 1_000_000_000 / PacePerSecond).Microseconds);
        }

        return new HopRow(name, floor.ToHop(), link.ToHop());

        void Tell(Frame frame)
        {
            _ = frame.Lease();
            actor.Tell(frame, ActorRefs.NoSender);
        }
    }

    private sealed class Hop(LinkLoad load) : UntypedActor
    {
        protected override void OnReceive(object message) => load.Received((Frame)message);
    }

    private sealed class Side
    {
        private readonly List<double> _rates = [];
        private readonly List<double> _p50 = [];
        private readonly List<double> _p99 = [];

        public void Add(double rate, double[] microseconds)
        {
            _rates.Add(rate);
            _p50.Add(microseconds[microseconds.Length / 2]);
            _p99.Add(microseconds[microseconds.Length * 99 / 100]);
        }

        public HopSide ToHop() => new(Spread.Of(_rates), Spread.Of(_p50), Spread.Of(_p99));
    }
}

/// <summary>A link over TCP.</summary>
/// <param name="Frame">The frame's size.</param>
/// <param name="Bytes">Bytes of a frame.</param>
/// <param name="PlainPerSecond">Frames a second over a plain socket.</param>
/// <param name="LinkPerSecond">Frames a second over the link.</param>
/// <param name="Ratio">The link's to the socket's.</param>
internal sealed record LinkRow(string Frame, int Bytes, Spread PlainPerSecond, Spread LinkPerSecond, Spread Ratio);

/// <summary>A link in shared memory.</summary>
/// <param name="Frame">The frame's size.</param>
/// <param name="Hop">To an actor of the same process.</param>
/// <param name="Link">To a reader.</param>
internal sealed record HopRow(string Frame, HopSide Hop, HopSide Link);

/// <summary>One way for a frame to somebody else.</summary>
/// <param name="PerSecond">Frames a second, as fast as they are taken.</param>
/// <param name="P50">Median microseconds from complete to there, at an easy pace.</param>
/// <param name="P99">Their 99th percentile.</param>
internal sealed record HopSide(Spread PerSecond, Spread P50, Spread P99);
