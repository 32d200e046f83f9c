using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster;

/// <summary>What nodes tell each other.</summary>
internal interface IClusterMessage;

/// <summary>Asks a seed whether it can be joined.</summary>
internal sealed record InitJoin : IClusterMessage;

/// <summary>It can.</summary>
internal sealed record InitJoinAck(Address Address) : IClusterMessage;

/// <summary>It cannot: it is no member itself.</summary>
internal sealed record InitJoinNack(Address Address) : IClusterMessage;

/// <summary>Asks to become a member.</summary>
internal sealed record Join(UniqueAddress Node, ImmutableHashSet<string> Roles) : IClusterMessage;

/// <summary>Tells one that joins what the cluster is.</summary>
internal sealed record Welcome(UniqueAddress From, Gossip Gossip) : IClusterMessage;

/// <summary>Tells another what the cluster is.</summary>
internal sealed record GossipEnvelope(UniqueAddress From, UniqueAddress To, Gossip Gossip) : IClusterMessage;

/// <summary>Asks a node whether it lives.</summary>
internal sealed record Heartbeat(UniqueAddress From) : IClusterMessage;

/// <summary>It does.</summary>
internal sealed record HeartbeatRsp(UniqueAddress From) : IClusterMessage;

/// <summary>A node knows that it leaves or is down: nobody has to wait until it is missed.</summary>
internal sealed record Farewell(UniqueAddress Node) : IClusterMessage;

/// <summary>What this node's program asks for; never leaves the node.</summary>
internal static class Command
{
    internal sealed record JoinTo(Address Address) : INoSerializationVerificationNeeded;

    internal sealed record JoinSeeds(ImmutableArray<Address> Seeds) : INoSerializationVerificationNeeded;

    internal sealed record Leave(Address Address) : INoSerializationVerificationNeeded;

    internal sealed record Down(Address Address) : INoSerializationVerificationNeeded;

    internal sealed record Subscribe(IActorRef Subscriber, ClusterEvent.SubscriptionInitialStateMode Mode, ImmutableArray<Type> To)
        : INoSerializationVerificationNeeded;

    /// <param name="Subscriber">Who.</param>
    /// <param name="To">From what; null from all.</param>
    internal sealed record Unsubscribe(IActorRef Subscriber, Type? To) : INoSerializationVerificationNeeded;

    internal sealed record OnUp(Action Callback) : INoSerializationVerificationNeeded;

    internal sealed record Shutdown : INoSerializationVerificationNeeded;
}
