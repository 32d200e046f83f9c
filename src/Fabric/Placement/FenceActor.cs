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
    private readonly FenceMemory _memory;

    /// <summary>The fence of one node, over a memory that outlives it.</summary>
    public FenceActor(PlacementSettings settings, FenceMemory memory)
    {
        _memory = memory;
        _times = settings.Rig.Cluster;
        _fence = settings.Fence;
        _cluster = settings.Cluster;
        _clock = settings.Clock;
        _logger = settings.Loggers.CreateLogger("CameraFabric.Fence");
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private bool TakesPart => _memory.View.Of(_memory.View.Self) is { IsTakingPart: true };

    /// <summary>How to make one.</summary>
    public static Props Props(PlacementSettings settings)
    {
        var memory = new FenceMemory(settings);
        return Akka.Actor.Props.Create(() => new FenceActor(settings, memory));
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Beat.Message, Beat.Message, _times.Heartbeat);
        Context.ActorSelection("../membership").Tell(TellMembership.Message);
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // A defect here. Who has answered and who is missed stays known: otherwise one message, again and again, would keep the fence closed,
        // or those who are gone members for ever.
        LogDefect(message?.GetType().Name ?? "", Sender, reason);
        PostStop();
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
            case FenceAsked asked when TakesPart && _memory.View.Of(asked.Address, asked.Uid) is { IsTakingPart: true }:
                Sender.Tell(new FenceAnswered(_memory.View.Self.Address, _memory.View.Self.Uid, asked.SentAt));
                break;
            case FenceAsked:
                // It was removed, or has not joined, or this node was: no answer keeps its fence closed.
                break;
            case FenceAnswered answered:
                if (answered.SentAt <= _clock.Now && _memory.View.Of(answered.Address, answered.Uid) is { } peer)
                    _memory.Ledger.Grant(peer.Incarnation, answered.SentAt);
                Extend();
                break;
            case MembershipView view:
                _memory.View = view;
                _memory.Ledger.Become(view);
                // What others said before counts no more: nobody waits for the fence of a node that goes.
                if (!TakesPart) _fence.Close();
                _memory.Downing.Become(view, _clock.Now);
                _memory.GivenUp.IntersectWith(view.Members.Select(static member => member.Incarnation));
                Ask();
                Extend();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Ask()
    {
        var question = new FenceAsked(_memory.View.Self.Address, _memory.View.Self.Uid, _clock.Now);
        foreach (var peer in _memory.View.Core)
        {
            if (peer != _memory.View.Self) _cluster.Fence(peer).Tell(question, Self);
        }
    }

    private void Extend()
    {
        var now = _clock.Now;
        _fence.Extend(_memory.Ledger.Until(now));
        var open = _fence.IsOpen(now);
        if (open == _memory.WasOpen) return;
        _memory.WasOpen = open;
        if (open) LogOpen(_memory.View.Self.Node);
        else LogClosed(_memory.View.Self.Node, _times.Fence.TotalMilliseconds);
    }

    private void GiveUp()
    {
        var (now, pause) = (_clock.Now, _times.Pause.Ticks * TimeSpan.NanosecondsPerTick);
        var ledger = _memory.Ledger;
        var gone = _memory.Downing.Decide(now, node => ledger.LastGrant(node) is { } at && now - at < pause, node => ledger.LastGrant(node) is null);
        foreach (var node in gone)
        {
            if (_memory.GivenUp.Contains(node)) continue;
            if (node == _memory.View.Self) LogGivingUpSelf(node, _times.Downing);
            else LogGivingUp(node, _times.StableAfter.TotalMilliseconds);
            _cluster.Down(node);
            _memory.GivenUp.Add(node);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the fence failed at a {Kind} from {Peer}, which is a defect; it goes on with what it knows")]
    private partial void LogDefect(string kind, IActorRef peer, Exception exception);

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
