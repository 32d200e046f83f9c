using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster;

/// <summary>
/// One node's part in the cluster: joins, tells the others what it knows and takes over what they know, and, as long as it leads,
/// moves members on whenever all that count know the same.
/// </summary>
internal sealed partial class ClusterDaemon : ReceiveActor, IWithTimers
{
    private readonly Cluster _cluster;
    private readonly ClusterSettings _settings;
    private readonly UniqueAddress _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly EventPublisher _events;
    private readonly HashSet<UniqueAddress> _farewells = [];
    private Gossip _gossip = Gossip.Empty;
    private bool _ended;

    public ClusterDaemon(Cluster cluster, ClusterSettings settings)
    {
        _cluster = cluster;
        _settings = settings;
        _self = cluster.SelfUniqueAddress;
        _events = new EventPublisher(cluster);
        ReceiveJoining();
        ReceiveHeartbeats();
        Receive<GossipEnvelope>(Hear);
        Receive<Farewell>(farewell => _farewells.Add(farewell.Node));
        Receive<Command.Leave>(leave => Leave(leave.Address));
        Receive<Command.Down>(down => Down(down.Address));
        Receive<Command.Subscribe>(subscribe =>
        {
            Context.Watch(subscribe.Subscriber);
            _events.Subscribe(subscribe);
        });
        Receive<Command.Unsubscribe>(unsubscribe => _events.Unsubscribe(unsubscribe.Subscriber, unsubscribe.To));
        Receive<Terminated>(terminated => _events.Unsubscribe(terminated.ActorRef, null));
        Receive<Command.OnUp>(onUp => _events.OnUp(onUp.Callback));
        Receive<Command.Shutdown>(_ => Context.Stop(Self));
        Receive<GossipTick>(_ => Tell(Listeners().Where(n => !_gossip.Seen.Contains(n)).DefaultIfEmpty(Random(Listeners())).First()));
        Receive<LeaderTick>(_ => Lead());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsMember => _gossip.Members.ContainsKey(_self);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("gossip", new GossipTick(), _settings.InitialDelay, _settings.GossipInterval);
        Timers.StartPeriodicTimer("leader", new LeaderTick(), _settings.InitialDelay, _settings.LeaderInterval);
        Timers.StartPeriodicTimer("reaper", new ReaperTick(), _settings.InitialDelay, _settings.ReaperInterval);
        Timers.StartPeriodicTimer("heartbeat", new HeartbeatTick(), _settings.InitialDelay, _settings.HeartbeatInterval);
        if (_settings.Seeds.Length > 0) Self.Tell(new Command.JoinSeeds(_settings.Seeds));
    }

    // However it ends: this node is no member any more, and whoever asked to know learns it.
    protected override void PostStop()
    {
        _ended = true;
        _events.End();
        _cluster.Ended();
    }

    private static UniqueAddress? Random(IReadOnlyList<UniqueAddress> nodes) =>
        nodes.Count == 0 ? null : nodes[System.Random.Shared.Next(nodes.Count)];

    // Those that gossip can reach: the silent ones would only pile it up.
    private UniqueAddress[] Listeners()
    {
        var unreachable = _gossip.Unreachable(_self);
        return [.. _gossip.Members.Keys.Where(n => !n.Equals(_self) && !unreachable.Contains(n))];
    }

    private void Tell(UniqueAddress? node)
    {
        if (node is not null && IsMember) Tell(node.Address, new GossipEnvelope(_self, node, _gossip));
    }

    private void Tell(Address address, object message) =>
        Context.ActorSelection(new RootActorPath(address) / "system" / "cluster").Tell(message, Self);

    private void Hear(GossipEnvelope envelope)
    {
        // One that is not a member here is of another cluster, or has been removed; one that is silent may say what is long outdated.
        if (!envelope.To.Equals(_self) || !IsMember || !_gossip.Members.ContainsKey(envelope.From)) return;
        if (_observed.Unreachable.Contains(envelope.From)) return;
        var before = _gossip;
        var merged = before.Merge(envelope.Gossip).SeenBy(_self);
        Become(merged);
        if (_ended) return;
        if (!merged.SameAs(envelope.Gossip) || !merged.Seen.SetEquals(envelope.Gossip.Seen)) Tell(envelope.From);
        // The leader waits for all to have seen it.
        if (merged.SameAs(before) || merged.Leader(_self)?.UniqueAddress is not { } leader) return;
        if (!leader.Equals(_self) && !leader.Equals(envelope.From)) Tell(leader);
    }

    private void Change(IEnumerable<Member>? changed = null, IEnumerable<Member>? removed = null, Observation? observed = null)
    {
        Become(_gossip.With(_self, changed, removed, observed));
        if (_ended) return;
        foreach (var node in Listeners().Order().Take(_settings.Monitors)) Tell(node);
    }

    // Takes over what is known now, and does what it means for this node.
    private void Become(Gossip gossip)
    {
        var was = _gossip.Members.GetValueOrDefault(_self)?.Status;
        _gossip = gossip;
        _farewells.IntersectWith(gossip.Members.Keys);
        Monitor();
        _events.Publish(gossip);
        var status = gossip.Members.GetValueOrDefault(_self)?.Status;
        if (status == was) return;
        if (status == MemberStatus.Down || (status is null && gossip.Removed.ContainsKey(_self)))
        {
            _log.Warning("This node {0} was downed: it is no member any more.", _self.Address);
            SayFarewell();
            Stop(_settings.ShutsDownWhenDown, CoordinatedShutdown.ClusterDowningReason.Instance);
        }
        else if (status == MemberStatus.Exiting)
        {
            SayFarewell();
            _cluster.Exiting();
            // The end of the system in order, of which the end of this actor is a part.
            CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        }
    }

    private void SayFarewell()
    {
        foreach (var node in Listeners())
        {
            Tell(node);
            Tell(node.Address, new Farewell(_self));
        }
    }

    private void Stop(bool system, CoordinatedShutdown.Reason reason)
    {
        _ended = true;
        Context.Stop(Self);
        if (system) CoordinatedShutdown.Get(Context.System).Run(reason);
    }

    private void Leave(Address address)
    {
        foreach (var member in At(address, MemberStatus.Joining, MemberStatus.Up))
        {
            _log.Info("Node {0} leaves.", address);
            Change([member.With(MemberStatus.Leaving)]);
        }
    }

    private void Down(Address address)
    {
        foreach (var member in At(address, MemberStatus.Joining, MemberStatus.Up, MemberStatus.Leaving, MemberStatus.Exiting))
        {
            _log.Info("Node {0} is downed.", address);
            Change([member.With(MemberStatus.Down)]);
        }
    }

    private Member[] At(Address address, params MemberStatus[] states) =>
        [.. _gossip.Members.Values.Where(m => m.Address.Equals(address) && states.Contains(m.Status))];

    private void Lead()
    {
        if (!IsMember || _gossip.Leader(_self)?.UniqueAddress.Equals(_self) != true || !_gossip.Converged(_self)) return;
        var unreachable = _gossip.Unreachable(_self);
        var number = _gossip.Members.Values.Select(m => m.UpNumber).Where(n => n != int.MaxValue).DefaultIfEmpty(0).Max();
        var changed = new List<Member>();
        var removed = new List<Member>();
        foreach (var member in _gossip.Members.Values.Order())
        {
            switch (member.Status)
            {
                case MemberStatus.Joining when !unreachable.Contains(member.UniqueAddress):
                    changed.Add(member.AsUp(++number));
                    break;
                case MemberStatus.Leaving:
                    changed.Add(member.With(MemberStatus.Exiting));
                    break;
                // It has said that it knows, or it cannot say anything any more.
                case MemberStatus.Exiting or MemberStatus.Down when !member.UniqueAddress.Equals(_self) &&
                    (_farewells.Contains(member.UniqueAddress) || unreachable.Contains(member.UniqueAddress)):
                    removed.Add(member);
                    break;
            }
        }
        if (changed.Count + removed.Count == 0) return;
        foreach (var member in changed.Concat(removed)) _log.Info("The leader moves node {0} on from {1}.", member.Address, member.Status);
        Change(changed, removed);
    }

    private sealed record GossipTick : INoSerializationVerificationNeeded;

    private sealed record LeaderTick : INoSerializationVerificationNeeded;

    private sealed record ReaperTick : INoSerializationVerificationNeeded;

    private sealed record HeartbeatTick : INoSerializationVerificationNeeded;
}
