using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Nodes;

/// <summary>Which node of a rig a process is to be.</summary>
internal static class NodeChoice
{
    /// <summary>The node that is meant.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="name">What was asked for; null for nothing.</param>
    /// <param name="isChild">Whether a parent has started this process.</param>
    /// <returns>Its name; null for a rig that is one node.</returns>
    /// <exception cref="ArgumentException">There is no such node, or none was named and there are several.</exception>
    public static string? Of(Rig rig, string? name, bool isChild)
    {
        if (!rig.IsClustered) return name is null ? null : throw new ArgumentException($"rig '{rig.Name}' names no nodes: leave --node out");
        if (name is null) return rig.Nodes.IsDefaultOrEmpty ? Rig.OnlyNode : throw new ArgumentException($"which node of rig '{rig.Name}'? Not all are on this machine: {Right(rig)}");
        return rig.NodeOf(name) switch
        {
            null => throw new ArgumentException($"rig '{rig.Name}' has no node '{name}': {Right(rig)}"),
            { Parent: { } parent } when !isChild => throw new ArgumentException($"node '{name}' is started by its parent '{parent}': {Right(rig)}"),
            var node => node.Name,
        };
    }

    private static string Right(Rig rig) => $"write --node and one of: {string.Join(", ", rig.CoreNodes().Select(static node => node.Name))}";
}
