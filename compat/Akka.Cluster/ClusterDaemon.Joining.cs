using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster;

// How a node becomes a member: it asks another one; the first of the seeds may form the cluster.
internal sealed partial class ClusterDaemon
{
    private const string AskAgain = "ask again";
    private const string GiveUp = "give up";
    private static readonly TimeSpan SeedRetry = TimeSpan.FromSeconds(1);

    private readonly HashSet<Address> _outside = [];
    private ImmutableArray<Address> _seeds = [];
    private long _seeking;
    private Address? _joining;

    private void ReceiveJoining()
    {
        Receive<Command.JoinTo>(join => JoinTo(join.Address));
        Receive<Command.JoinSeeds>(join => JoinSeeds(join.Seeds));
        Receive<SeedTick>(_ => AskSeeds());
        Receive<JoinTick>(_ => AskToJoin());
        Receive<JoinLimit>(_ => GiveUpJoining());
        Receive<InitJoin>(_ => Sender.Tell(IsMember ? new InitJoinAck(_self.Address) : new InitJoinNack(_self.Address)));
        Receive<InitJoinAck>(ack => { if (_joining is null) JoinTo(ack.Address); });
        Receive<InitJoinNack>(nack =>
        {
            // When no other seed is a member there is no cluster to wait for.
            if (_outside.Add(nack.Address) && _joining is null && !IsMember) AskSeeds();
        });
        Receive<Join>(Admit);
        Receive<Welcome>(Welcomed);
    }

    private void JoinTo(Address address)
    {
        if (IsMember) return;
        Timers.Cancel(AskAgain);
        _joining = address;
        if (address.Equals(_self.Address))
        {
            Joined();
            Change([new Member(_self, _settings.Roles, MemberStatus.Joining, int.MaxValue)]);
            Lead();
            return;
        }
        AskToJoin();
        if (_settings.JoinRetry is { } retry) Timers.StartPeriodicTimer(AskAgain, new JoinTick(), retry);
    }

    private void AskToJoin() => Tell(_joining!, new Join(_self, _settings.Roles));

    private void JoinSeeds(ImmutableArray<Address> seeds)
    {
        if (IsMember || _joining is not null) return;
        _seeds = seeds;
        _seeking = TimeProvider.System.GetTimestamp();
        if (_settings.JoinLimit is { } limit) Timers.StartSingleTimer(GiveUp, new JoinLimit(), limit);
        Timers.StartPeriodicTimer(AskAgain, new SeedTick(), TimeSpan.Zero, SeedRetry);
    }

    private void AskSeeds()
    {
        var others = _seeds.Where(s => !s.Equals(_self.Address) && !(_seeds[0].Equals(_self.Address) && _outside.Contains(s))).ToArray();
        var isFirst = _seeds.Length > 0 && _seeds[0].Equals(_self.Address);
        // Only the first of them may form a cluster, so that there is never more than one.
        if (isFirst && (others.Length == 0 || TimeProvider.System.GetElapsedTime(_seeking) >= _settings.SeedTimeout)) JoinTo(_self.Address);
        else foreach (var seed in others) Tell(seed, new InitJoin());
    }

    private void GiveUpJoining()
    {
        _log.Warning("No seed could be joined within {0}: the system ends.", _settings.JoinLimit);
        Stop(true, CoordinatedShutdown.ClusterJoinUnsuccessfulReason.Instance);
    }

    private void Joined()
    {
        Timers.Cancel(AskAgain);
        Timers.Cancel(GiveUp);
    }

    private void Admit(Join join)
    {
        if (!IsMember || _gossip.Members[_self].Status is MemberStatus.Down or MemberStatus.Exiting) return;
        if (_gossip.Removed.ContainsKey(join.Node))
        {
            _log.Warning("Node {0} may not join again: it was removed, and must be started anew.", join.Node);
            return;
        }
        if (_gossip.Members.TryGetValue(join.Node, out _))
        {
            Tell(join.Node.Address, new Welcome(_self, _gossip));
            return;
        }
        var former = _gossip.Members.Values.FirstOrDefault(m => m.Address.Equals(join.Node.Address));
        if (former is not null)
        {
            // Another system has its address now, so it is gone. The new one asks again, and is taken when that is done.
            Down(former.Address);
            _farewells.Add(former.UniqueAddress);
            return;
        }
        _log.Info("Node {0} joins, roles [{1}].", join.Node.Address, string.Join(", ", join.Roles));
        Become(_gossip.With(_self, [new Member(join.Node, join.Roles, MemberStatus.Joining, int.MaxValue)]));
        Tell(join.Node.Address, new Welcome(_self, _gossip));
        foreach (var node in Listeners().Where(n => !n.Equals(join.Node)).Order().Take(_settings.Monitors)) Tell(node);
    }

    private void Welcomed(Welcome welcome)
    {
        if (IsMember || !welcome.Gossip.Members.ContainsKey(_self)) return;
        Joined();
        _log.Info("Node {0} is welcomed by {1}.", _self.Address, welcome.From.Address);
        Become(welcome.Gossip.SeenBy(_self));
        Tell(welcome.From);
    }

    private sealed record SeedTick : INoSerializationVerificationNeeded;

    private sealed record JoinTick : INoSerializationVerificationNeeded;

    private sealed record JoinLimit : INoSerializationVerificationNeeded;
}
