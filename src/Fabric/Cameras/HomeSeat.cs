using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Placement;

namespace CameraFabric.Fabric.Cameras;

/// <summary>What a camera's home has to know of its node.</summary>
/// <param name="Node">The node's name; empty for a node that is alone.</param>
/// <param name="Epoch">The epoch of the camera's placement there; 0 where nothing is placed.</param>
/// <param name="Fence">The node's right to deliver frames.</param>
/// <param name="Listener">Takes the links of other nodes; null where there are none.</param>
/// <param name="Links">Limits of links.</param>
internal sealed record HomeSeat(string Node, uint Epoch, NodeFence Fence, LinkListener? Listener, LinkOptions Links)
{
    /// <summary>Frames that readers of other nodes may keep in the camera's memory; 0 where there are none.</summary>
    public int HeldSlots { get; init; }

    /// <summary>The one of a node that is alone.</summary>
    public static HomeSeat Alone { get; } = new("", 0, NodeFence.Always, null, new LinkOptions());
}
