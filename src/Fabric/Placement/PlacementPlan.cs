using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Placement;

/// <summary>Where cameras belong: a pure function of the members and the rig, the same on every node.</summary>
public static class PlacementPlan
{
    /// <summary>The home that each camera of a rig should have.</summary>
    /// <param name="members">The members that may be given cameras, in any order, each node once.</param>
    /// <param name="rig">The rig.</param>
    public static ImmutableDictionary<string, PlannedHome> Compute(IEnumerable<PlacementMember> members, Rig rig)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(rig);
        var byName = members.ToDictionary(static member => member.Incarnation.Node, StringComparer.Ordinal);
        var sensors = byName.Values.Where(static member => member.IsCore && member.Roles.HasFlag(NodeRoles.Sensor)).ToArray();
        return rig.Cameras.ToImmutableDictionary(static camera => camera.Id, camera => HomeOf(camera, rig, byName, sensors));
    }

    private static PlannedHome HomeOf(CameraRig camera, Rig rig, Dictionary<string, PlacementMember> members, PlacementMember[] sensors)
    {
        if (rig.NodeOf(camera) is not { } wanted)
        {
            return sensors.Length == 0
                ? new PlannedHome(null, HomeLoss.NoSensorNode)
                : new PlannedHome(sensors.MaxBy(member => Weight(camera.Id, member.Incarnation.Node))!.Incarnation, HomeLoss.None);
        }

        if (members.TryGetValue(wanted, out var member)) return new PlannedHome(member.Incarnation, HomeLoss.None);
        if (camera.Isolation == Isolation.Process) return new PlannedHome(null, HomeLoss.ProcessAway);
        return camera.Standby is { } standby && members.TryGetValue(standby, out var other)
            ? new PlannedHome(other.Incarnation, HomeLoss.None)
            : new PlannedHome(null, HomeLoss.NodeAway);
    }

    /// <summary>
    /// Rendezvous hashing: the node with the highest weight has the camera, so a node that comes or goes moves nobody else's. Every process
    /// has to compute the same, so this is not the runtime's own hash: FNV-1a over both names, then the mixing steps of MurmurHash3.
    /// </summary>
    private static (ulong Weight, string Node) Weight(string camera, string node)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in camera) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ '@') * 1099511628211UL;
        foreach (var c in node) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return (hash ^ (hash >> 33), node);
    }
}

/// <summary>Where a camera should be at home.</summary>
/// <param name="Home">The node's run; null when there is none.</param>
/// <param name="Loss">Why there is none.</param>
public readonly record struct PlannedHome(NodeIncarnation? Home, HomeLoss Loss);
