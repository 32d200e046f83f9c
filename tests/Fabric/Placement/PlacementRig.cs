using System.Collections.Immutable;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Integration;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>Nodes, members and rigs of the tests of placement.</summary>
internal static class PlacementRig
{
    public static readonly long Fence = new ClusterRig().Fence.Ticks * TimeSpan.NanosecondsPerTick;

    public static NodeIncarnation Run(string node, int uid = 1) =>
        new(node, $"akka.tcp://camera-fabric@127.0.0.1:{4000 + (node[^1] - 'a')}", uid);

    public static MemberView Member(string node, int uid = 1, MemberPhase phase = MemberPhase.Up, bool reachable = true) =>
        new(Run(node, uid), NodeRoles.Sensor | NodeRoles.Guest, IsCore: !node.Contains('.'), phase, reachable);

    public static MembershipView View(string self, params IEnumerable<MemberView> members) => new(Run(self), [.. members]);

    public static NodeRig Node(string name) => new() { Name = name, Address = new NodeAddress("127.0.0.1", 4000 + (name[^1] - 'a')) };

    public static CameraRig Camera(string id, string? node = null, string? standby = null, Isolation isolation = Isolation.None) =>
        RunningFabric.Camera(id) with { Node = node, Standby = standby, Isolation = isolation };

    public static Rig Of(IEnumerable<string> nodes, params IEnumerable<CameraRig> cameras) => new()
    {
        Name = "rig", RuntimeDirectory = "/run/rig", Nodes = [.. nodes.Select(Node)], Cameras = [.. cameras],
    };

    public static ImmutableArray<PlacementMember> Members(params IEnumerable<string> nodes) =>
        [.. nodes.Select(static node => new PlacementMember(Run(node), NodeRoles.Sensor, IsCore: !node.Contains('.')))];

    public static string? HomeOf(this PlacementTable table, string camera) => table.Of(camera)?.Home?.Node;
}
