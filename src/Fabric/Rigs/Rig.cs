using System.Collections.Immutable;
using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Fabric.Rigs;

/// <summary>
/// What one node shall run: its cameras, its guests and its limits. Pure data; <see cref="RigValidator"/> says what is wrong with it.
/// </summary>
public sealed record Rig
{
    /// <summary>The rig's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Where the node puts its sockets that have no path of their own. Made if it does not exist.</summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>The cameras.</summary>
    public ImmutableArray<CameraRig> Cameras { get; init; } = [];

    /// <summary>The guests.</summary>
    public ImmutableArray<GuestRig> Guests { get; init; } = [];

    /// <summary>Limits, defaults and time-outs.</summary>
    public FabricOptions Options { get; init; } = new();
}
