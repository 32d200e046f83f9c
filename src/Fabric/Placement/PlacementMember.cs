using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Placement;

/// <summary>A member of the cluster that may be given cameras.</summary>
/// <param name="Incarnation">Its run.</param>
/// <param name="Roles">What it may be used for.</param>
/// <param name="IsCore">Whether the rig names it; a child has only its own camera.</param>
public sealed record PlacementMember(NodeIncarnation Incarnation, NodeRoles Roles, bool IsCore);
