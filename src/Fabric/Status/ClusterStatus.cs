using System.Collections.Immutable;
using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>The cluster at one moment, as one of its nodes sees it.</summary>
[MessagePackObject]
public sealed record ClusterStatus
{
    /// <summary>Where the others find this node.</summary>
    [Key(0)] public string Address { get; init; } = "";

    /// <summary>The members, by name; one that died and has not been removed yet stands beside the one that was started for it.</summary>
    [Key(1)] public ImmutableArray<MemberReport> Members { get; init; } = [];

    /// <summary>Where the cameras are at home, by their ids.</summary>
    [Key(2)] public ImmutableArray<HomeReport> Homes { get; init; } = [];

    /// <summary>Whether the node has the right to deliver frames.</summary>
    [Key(3)] public bool FenceOpen { get; init; }
}

/// <summary>A member of the cluster.</summary>
[MessagePackObject]
public sealed record MemberReport
{
    /// <summary>The node's name in the rig.</summary>
    [Key(0)] public string Node { get; init; } = "";

    /// <summary>Where the others find it.</summary>
    [Key(1)] public string Address { get; init; } = "";

    /// <summary>Akka's word for where in its life it is: <c>Joining</c>, <c>Up</c>, <c>Leaving</c>, <c>Exiting</c>, <c>Down</c>.</summary>
    [Key(2)] public string Status { get; init; } = "";

    /// <summary>What it may be used for: <c>core</c>, <c>sensor</c>, <c>guest</c>.</summary>
    [Key(3)] public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>Whether heartbeats come from it.</summary>
    [Key(4)] public bool Reachable { get; init; }

    /// <summary>Whether it is the cluster's leader.</summary>
    [Key(5)] public bool Leader { get; init; }
}

/// <summary>Where a camera is at home.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Node">The node; empty: nowhere.</param>
/// <param name="Epoch">The number of this placement; 0 before the first.</param>
/// <param name="Loss">Why it is nowhere; empty when it is somewhere.</param>
[MessagePackObject]
public sealed record HomeReport(
    [property: Key(0)] string Camera, [property: Key(1)] string Node, [property: Key(2)] uint Epoch, [property: Key(3)] string Loss);
