using Akka.Actor;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// Asks the core nodes at every heartbeat whether this node is still one of them, keeps its fence open by their answers, and gives up
/// members (itself perhaps) that have been out of reach for too long.
/// </summary>
internal sealed partial class FenceActor : UntypedActor, IWithTimers
{
    private readonly ClusterRig _times;
    private readonly NodeFence _fence;
    private readonly ICluster _cluster;
    private readonly FrameClock _clock;
    private readonly ILogger _logger;
    private readonly FenceLedger _ledger;
    private readonly DowningDecision _downing;
    private readonly HashSet<NodeIncarnation> _givenUp = [];
    private MembershipView _view;
    private bool _wasOpen;

    /// <summary>The fence of one node.</summary>
    public FenceActor(PlacementSettings settings)
    {
        _times = settings.Rig.Cluster;
        _fence = settings.Fence;
        _cluster = settings.Cluster;
        _clock = settings.Clock;
        _logger = settings.Loggers.CreateLogger("CameraFabric.Fence");
        var rule = SurvivalRule.Of(settings.Rig);
        _ledger = new FenceLedger(rule, settings.Self, settings.Seat.Node.IsCore, Nanoseconds(_times.Fence));
        _downing = new DowningDecision(rule, Nanoseconds(_times.StableAfter));
        _view = new MembershipView(settings.Self, []);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private bool TakesPart => _view.Of(_view.Self) is { IsTakingPart: true };

    /// <summary>How to make one.</summary>
    public static Props Props(PlacementSettings settings) => Akka.Actor.Props.Create(() => new FenceActor(settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Beat.Message, Beat.Message, _times.Heartbeat);
        // One that was restarted knows nobody.
        Context.ActorSelection("../membership").Tell(TellMembership.Message);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Beat:
                Ask();
                Extend();
                GiveUp();
                break;
            case FenceAsked asked when TakesPart && _view.Of(asked.Address ?? "", asked.Uid) is { IsTakingPart: true }:
                Sender.Tell(new FenceAnswered(_view.Self.Address, _view.Self.Uid, asked.SentAt));
                break;
            case FenceAsked:
                // It was removed, or has not joined, or this node was: no answer keeps its fence closed.
                break;
            case FenceAnswered answered:
                if (answered.SentAt <= _clock.Now && _view.Of(answered.Address ?? "", answered.Uid) is { } peer)
                    _ledger.Grant(peer.Incarnation, answered.SentAt);
                Extend();
                break;
            case MembershipView view:
                _view = view;
                _ledger.Become(view);
                // What others said before counts no more: nobody waits for the fence of a node that goes.
                if (!TakesPart) _fence.Close();
                _downing.Become(view, _clock.Now);
                _givenUp.IntersectWith(view.Members.Select(static member => member.Incarnation));
                Ask();
                Extend();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    private void Ask()
    {
        var question = new FenceAsked(_view.Self.Address, _view.Self.Uid, _clock.Now);
        foreach (var peer in _view.Core)
        {
            if (peer != _view.Self) _cluster.Fence(peer).Tell(question, Self);
        }
    }

    private void Extend()
    {
        var now = _clock.Now;
        _fence.Extend(_ledger.Until(now));
        var open = _fence.IsOpen(now);
        if (open == _wasOpen) return;
        _wasOpen = open;
        if (open) LogOpen(_view.Self.Node);
        else LogClosed(_view.Self.Node, _times.Fence.TotalMilliseconds);
    }

    private void GiveUp()
    {
        var (now, pause) = (_clock.Now, Nanoseconds(_times.Pause));
        foreach (var node in _downing.Decide(now, node => _ledger.LastGrant(node) is { } at && now - at < pause))
        {
            if (!_givenUp.Add(node)) continue;
            if (node == _view.Self) LogGivingUpSelf(node, _times.Downing);
            else LogGivingUp(node, _times.StableAfter.TotalMilliseconds);
            _cluster.Down(node);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Node} may deliver frames")]
    private partial void LogOpen(string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} has not heard from enough nodes for {Fence} ms: it delivers no frames until it has")]
    private partial void LogClosed(string node, double fence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} has been out of reach for more than {Milliseconds} ms: it is put out of the cluster")]
    private partial void LogGivingUp(NodeIncarnation node, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Node} is cut off from the part of the cluster that goes on ({Strategy}): it leaves")]
    private partial void LogGivingUpSelf(NodeIncarnation node, DowningStrategy strategy);

    private sealed class Beat
    {
        public static Beat Message { get; } = new();
    }
}
