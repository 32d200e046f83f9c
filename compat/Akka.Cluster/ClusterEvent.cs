using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster;

/// <summary>What can be subscribed to with <see cref="Cluster.Subscribe(IActorRef, Type[])"/>.</summary>
public static class ClusterEvent
{
    /// <summary>How a subscriber learns what has happened before.</summary>
    public enum SubscriptionInitialStateMode
    {
        /// <summary>By one <see cref="CurrentClusterState"/>.</summary>
        InitialStateAsSnapshot = 0,

        /// <summary>By the events that would have led to it.</summary>
        InitialStateAsEvents = 1,
    }

    /// <summary>Something has happened in the cluster.</summary>
    public interface IClusterDomainEvent : IDeadLetterSuppression;

    /// <summary>Something has happened to a member.</summary>
    public interface IMemberEvent : IClusterDomainEvent
    {
        /// <summary>The member, as it is now.</summary>
        Member Member { get; }
    }

    /// <summary>A member can be reached no longer, or again.</summary>
    public interface IReachabilityEvent : IClusterDomainEvent;

    /// <summary>A member is now something else.</summary>
    /// <param name="member">The member, as it is now.</param>
    public abstract class MemberStatusChange(Member member) : IMemberEvent
    {
        /// <inheritdoc/>
        public Member Member { get; } = member;

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is MemberStatusChange other && other.GetType() == GetType() && Member.Equals(other.Member);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(GetType(), Member);

        /// <inheritdoc/>
        public override string ToString() => $"{GetType().Name}(Member={Member})";
    }

    /// <summary>A member wants to join.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberJoined(Member member) : MemberStatusChange(member);

    /// <summary>A member is up.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberUp(Member member) : MemberStatusChange(member);

    /// <summary>A member leaves.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberLeft(Member member) : MemberStatusChange(member);

    /// <summary>All know that a member leaves.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberExited(Member member) : MemberStatusChange(member);

    /// <summary>A member was declared dead.</summary>
    /// <param name="member">The member.</param>
    public sealed class MemberDowned(Member member) : MemberStatusChange(member);

    /// <summary>A member is one no more.</summary>
    /// <param name="member">The member.</param>
    /// <param name="previousStatus">What it was before: Exiting when it left, Down when it was declared dead.</param>
    public sealed class MemberRemoved(Member member, MemberStatus previousStatus) : MemberStatusChange(member)
    {
        /// <summary>What it was before.</summary>
        public MemberStatus PreviousStatus { get; } = previousStatus;
    }

    /// <summary>A member can be reached no longer, or again.</summary>
    /// <param name="member">The member.</param>
    public abstract class ReachabilityEvent(Member member) : IReachabilityEvent
    {
        /// <summary>The member.</summary>
        public Member Member { get; } = member;

        /// <inheritdoc/>
        public override bool Equals(object? obj) =>
            obj is ReachabilityEvent other && other.GetType() == GetType() && Member.Equals(other.Member);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(GetType(), Member);

        /// <inheritdoc/>
        public override string ToString() => $"{GetType().Name}({Member})";
    }

    /// <summary>Some node cannot reach a member.</summary>
    /// <param name="member">The member.</param>
    public sealed class UnreachableMember(Member member) : ReachabilityEvent(member);

    /// <summary>All nodes that look for a member can reach it again.</summary>
    /// <param name="member">The member.</param>
    public sealed class ReachableMember(Member member) : ReachabilityEvent(member);

    /// <summary>Another member leads.</summary>
    /// <param name="leader">Its address; null when none leads.</param>
    public sealed class LeaderChanged(Address? leader) : IClusterDomainEvent
    {
        /// <summary>Its address; null when none leads.</summary>
        public Address? Leader { get; } = leader;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is LeaderChanged other && Equals(Leader, other.Leader);

        /// <inheritdoc/>
        public override int GetHashCode() => Leader?.GetHashCode() ?? 0;

        /// <inheritdoc/>
        public override string ToString() => $"LeaderChanged(NewLeader={Leader})";
    }

    /// <summary>This node is about to be no member any more.</summary>
    public sealed class ClusterShuttingDown : IClusterDomainEvent
    {
        /// <summary>The only one.</summary>
        public static readonly IClusterDomainEvent Instance = new ClusterShuttingDown();

        private ClusterShuttingDown()
        {
        }
    }

    /// <summary>The cluster as one node sees it.</summary>
    public sealed class CurrentClusterState : INoSerializationVerificationNeeded
    {
        internal CurrentClusterState(ImmutableSortedSet<Member> members, ImmutableHashSet<Member> unreachable, Address? leader)
        {
            Members = members;
            Unreachable = unreachable;
            Leader = leader;
        }

        /// <summary>All members, by address.</summary>
        public ImmutableSortedSet<Member> Members { get; }

        /// <summary>Those that some node cannot reach.</summary>
        public ImmutableHashSet<Member> Unreachable { get; }

        /// <summary>The address of the one that leads; null when none does.</summary>
        public Address? Leader { get; }
    }
}
