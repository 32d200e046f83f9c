using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Placement;

/// <summary>How far a member is in its life.</summary>
internal enum MemberPhase
{
    /// <summary>It wants in.</summary>
    Joining,

    /// <summary>It takes part.</summary>
    Up,

    /// <summary>It wants out and hands its cameras over.</summary>
    Leaving,

    /// <summary>It has handed over and goes.</summary>
    Exiting,

    /// <summary>It was given up and is about to be removed.</summary>
    Down,
}

/// <summary>One member of the cluster as this node sees it.</summary>
/// <param name="Incarnation">Its run.</param>
/// <param name="Roles">What it may be used for.</param>
/// <param name="IsCore">Whether the rig names it.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="IsReachable">Whether nobody misses its heartbeats.</param>
internal sealed record MemberView(NodeIncarnation Incarnation, NodeRoles Roles, bool IsCore, MemberPhase Phase, bool IsReachable = true)
{
    /// <summary>Whether it takes part: it counts for survival, and is answered.</summary>
    public bool IsTakingPart => Phase is MemberPhase.Up or MemberPhase.Leaving;
}

/// <summary>The cluster as this node sees it. Local message of the membership actor to those who decide by it.</summary>
/// <param name="Self">This node's run.</param>
/// <param name="Members">All members, the oldest first.</param>
internal sealed record MembershipView(NodeIncarnation Self, ImmutableArray<MemberView> Members)
{
    /// <summary>The core members that take part, the oldest first.</summary>
    public ImmutableArray<NodeIncarnation> Core { get; } =
        [.. Members.Where(static m => m is { IsCore: true, IsTakingPart: true }).Select(static m => m.Incarnation)];

    /// <summary>
    /// The node that decides where cameras are at home: of the core members that can be reached the one with the lowest address.
    /// </summary>
    public NodeIncarnation? Leader { get; } = Members
        .Where(member => member is { IsCore: true, IsTakingPart: true } && (member.IsReachable || member.Incarnation == Self))
        .OrderBy(static member => member.Phase)
        .ThenBy(static member => member.Incarnation.Address, StringComparer.Ordinal)
        .FirstOrDefault()?.Incarnation;

    /// <summary>A member by its run, or null.</summary>
    /// <param name="incarnation">The run.</param>
    public MemberView? Of(NodeIncarnation incarnation) => Members.FirstOrDefault(member => member.Incarnation == incarnation);

    /// <summary>A member by its address and number, or null.</summary>
    /// <param name="address">Its actors' address.</param>
    /// <param name="uid">Its run's number.</param>
    public MemberView? Of(string address, int uid) =>
        Members.FirstOrDefault(member => member.Incarnation.Uid == uid && member.Incarnation.Address == address);
}
