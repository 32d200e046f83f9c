using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Bench.Cluster;

/// <summary>Where a node takes cameras to be at home.</summary>
internal static class Homes
{
    /// <summary>The nodes of all cameras; empty names for those that have none.</summary>
    public static string[] OfAll(FabricNode node) => [.. node.StatusAsync().GetAwaiter().GetResult().Cluster!.Homes.Select(static home => home.Node)];

    /// <summary>One camera's node; empty for none.</summary>
    public static string Of(FabricNode node, string camera) =>
        node.StatusAsync().GetAwaiter().GetResult().Cluster!.Homes.FirstOrDefault(home => home.Camera == camera)?.Node ?? "";
}
