using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Placement;

/// <summary>What the actors of placement and fence need.</summary>
/// <param name="Rig">The rig, with all nodes and all cameras.</param>
/// <param name="Seat">Their node.</param>
/// <param name="Cluster">How they reach the others.</param>
/// <param name="Clock">The frame clock.</param>
/// <param name="Loggers">Where they log.</param>
internal sealed record PlacementSettings(Rig Rig, NodeSeat Seat, ICluster Cluster, FrameClock Clock, ILoggerFactory Loggers)
{
    /// <summary>Their node's run.</summary>
    public NodeIncarnation Self => Seat.Self;

    /// <summary>Their node's fence; only a leader that may deliver decides.</summary>
    public NodeFence Fence => Seat.Fence;
}
