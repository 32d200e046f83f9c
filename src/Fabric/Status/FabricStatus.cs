using System.Collections.Immutable;
using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>
/// A node at one moment. While frames move, the counters are read one after the other, so a status taken then may be off by the frames that
/// are under way; the status that a stop returns is exact.
/// </summary>
/// <param name="Rig">The rig's name.</param>
/// <param name="PackageSet">Which packages the node was built with: the versions of Akka and MessagePack that are loaded.</param>
/// <param name="UptimeSeconds">Seconds since the node's start.</param>
/// <param name="Cameras">The cameras, in the rig's order.</param>
/// <param name="Guests">The guests' devices, in the rig's order.</param>
[MessagePackObject]
public sealed record FabricStatus(
    [property: Key(0)] string Rig,
    [property: Key(1)] string PackageSet,
    [property: Key(2)] double UptimeSeconds,
    [property: Key(3)] ImmutableArray<CameraStatusReport> Cameras,
    [property: Key(4)] ImmutableArray<GuestStatusReport> Guests)
{
    /// <summary>The node's name in a cluster; empty for a node that is alone.</summary>
    [Key(5)] public string Node { get; init; } = "";

    /// <summary>
    /// Cameras as this node reads them from their homes: captured is what came or was missed on the way, fanned out what its guests were
    /// offered.
    /// </summary>
    [Key(6)] public ImmutableArray<CameraStatusReport> Readers { get; init; } = [];

    /// <summary>The cluster as this node sees it; null without one, and after a stop.</summary>
    [Key(7)] public ClusterStatus? Cluster { get; init; }

    /// <summary>The process that the node runs in.</summary>
    [Key(8)] public int Process { get; init; }

    /// <summary>Whether every camera and every guest balances: what was sent was delivered, or dropped for a counted reason.</summary>
    [IgnoreMember] public bool Balanced => Cameras.All(static camera => camera.Balanced) && Guests.All(static guest => guest.Balanced)
        && (Readers.IsDefault || Readers.All(static camera => camera.Balanced));
}
