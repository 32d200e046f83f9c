using System.Collections.Immutable;
using Akka.Actor;
using static Akka.Cluster.ClusterEvent;

namespace Akka.Cluster;

/// <summary>Tells subscribers what has changed from one knowledge to the next.</summary>
/// <param name="cluster">This node; its view is kept up to date.</param>
internal sealed class EventPublisher(Cluster cluster)
{
    private readonly Dictionary<IActorRef, ImmutableHashSet<Type>> _subscribers = [];
    private readonly List<Action> _onUp = [];
    private Gossip _known = Gossip.Empty;

    /// <summary>Tells one from now on, and what has happened before.</summary>
    public void Subscribe(Command.Subscribe subscribe)
    {
        _subscribers[subscribe.Subscriber] = _subscribers.GetValueOrDefault(subscribe.Subscriber, []).Union(subscribe.To);
        if (subscribe.Mode == SubscriptionInitialStateMode.InitialStateAsSnapshot) subscribe.Subscriber.Tell(cluster.State);
        else foreach (var item in Between(Gossip.Empty, _known).Where(e => Fits(subscribe.To, e))) subscribe.Subscriber.Tell(item);
    }

    /// <summary>Tells one no longer.</summary>
    /// <param name="subscriber">Whom.</param>
    /// <param name="type">What; null for everything.</param>
    public void Unsubscribe(IActorRef subscriber, Type? type)
    {
        if (type is not null && _subscribers.TryGetValue(subscriber, out var types) && types.Remove(type) is { IsEmpty: false } left)
            _subscribers[subscriber] = left;
        else _subscribers.Remove(subscriber);
    }

    /// <summary>Calls back once this node is up.</summary>
    public void OnUp(Action callback)
    {
        if (cluster.IsUp) cluster.Call(callback);
        else _onUp.Add(callback);
    }

    /// <summary>Takes over a new knowledge.</summary>
    public void Publish(Gossip gossip)
    {
        var before = _known;
        _known = gossip;
        Show();
        foreach (var item in Between(before, gossip)) Tell(item);
        if (!cluster.IsUp) return;
        foreach (var callback in _onUp) cluster.Call(callback);
        _onUp.Clear();
    }

    /// <summary>Ends: as far as this node sees, nobody is a member any more.</summary>
    public void End()
    {
        Tell(ClusterShuttingDown.Instance);
        Publish(Gossip.Empty);
    }

    private static bool Fits(IEnumerable<Type> types, object item) => types.Any(t => t.IsInstanceOfType(item));

    private void Tell(object item)
    {
        foreach (var (subscriber, types) in _subscribers)
        {
            if (Fits(types, item)) subscriber.Tell(item);
        }
    }

    private void Show()
    {
        var self = cluster.SelfUniqueAddress;
        var member = _known.Members.GetValueOrDefault(self);
        if (member is not null) cluster.SelfMember = member;
        else if (cluster.SelfMember.Status != MemberStatus.Removed) cluster.SelfMember = cluster.SelfMember.With(MemberStatus.Removed);
        cluster.State = new CurrentClusterState([.. _known.Members.Values],
            [.. _known.Unreachable(self).Select(n => _known.Members[n])], _known.Leader(self)?.Address);
    }

    private IEnumerable<IClusterDomainEvent> Between(Gossip old, Gossip now)
    {
        var self = cluster.SelfUniqueAddress;
        var (silent, silentNow) = (old.Unreachable(self), now.Unreachable(self));
        foreach (var node in silentNow.Except(silent)) yield return new UnreachableMember(now.Members[node]);
        foreach (var node in silent.Except(silentNow).Where(now.Members.ContainsKey)) yield return new ReachableMember(now.Members[node]);
        foreach (var member in now.Members.Values.Order())
        {
            var before = old.Members.GetValueOrDefault(member.UniqueAddress);
            if (before?.Status != member.Status) yield return Changed(member);
        }
        foreach (var member in old.Members.Values.Where(m => !now.Members.ContainsKey(m.UniqueAddress)).Order())
        {
            yield return new MemberRemoved(member.With(MemberStatus.Removed),
                now.Removed.TryGetValue(member.UniqueAddress, out var last) ? last : member.Status);
        }
        var (leader, leaderNow) = (old.Leader(self)?.Address, now.Leader(self)?.Address);
        if (!Equals(leader, leaderNow)) yield return new LeaderChanged(leaderNow);
    }

    private static IClusterDomainEvent Changed(Member member) => member.Status switch
    {
        MemberStatus.Joining => new MemberJoined(member),
        MemberStatus.Leaving => new MemberLeft(member),
        MemberStatus.Exiting => new MemberExited(member),
        MemberStatus.Down => new MemberDowned(member),
        _ => new MemberUp(member),
    };
}
