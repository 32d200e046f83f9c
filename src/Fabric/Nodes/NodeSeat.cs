using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Nodes;

/// <summary>What a node of a cluster knows of itself; a single node has none.</summary>
/// <param name="Node">Its part of the rig.</param>
/// <param name="Index">Its number in the whole cluster, see <see cref="Rig.AllNodes"/>.</param>
/// <param name="Self">Its run.</param>
/// <param name="Fence">Its right to deliver frames.</param>
internal sealed record NodeSeat(NodeRig Node, int Index, NodeIncarnation Self, NodeFence Fence)
{
    /// <summary>Where cameras are at home, for those who are no actors.</summary>
    public PlacementBoard Board { get; } = new();
}
