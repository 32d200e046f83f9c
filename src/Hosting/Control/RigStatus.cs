using System.Collections.Immutable;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Hosting.Control;

/// <summary>A rig of several nodes at one moment, or at its end.</summary>
/// <param name="Rig">The rig's name.</param>
/// <param name="Nodes">What each node says that answers, by name.</param>
/// <param name="Silent">Nodes that were started and do not answer; at the end those that gave no balance.</param>
public sealed record RigStatus(string Rig, ImmutableArray<FabricStatus> Nodes, ImmutableArray<string> Silent)
{
    /// <summary>Whether each node has told its balance, and it adds up.</summary>
    public bool Balanced => Silent.IsEmpty && Nodes.All(static node => node.Balanced);
}
