using System.Collections.Immutable;
using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Fabric.Rigs;

/// <summary>
/// What shall run: cameras, guests, the nodes that they are spread over, and limits. Pure data; <see cref="RigValidator"/> says what is wrong with it.
/// </summary>
public sealed partial record Rig
{
    /// <summary>The rig's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Where the node puts its sockets that have no path of their own. Made if it does not exist.</summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>The cameras.</summary>
    public ImmutableArray<CameraRig> Cameras { get; init; } = [];

    /// <summary>The guests.</summary>
    public ImmutableArray<GuestRig> Guests { get; init; } = [];

    /// <summary>The guests of other nodes, in a rig for one node (<see cref="ForNode"/>).</summary>
    public ImmutableArray<GuestRig> GuestsElsewhere { get; init; } = [];

    /// <summary>The nodes that the rig names, in its order; empty: one node, which needs no name and no cluster.</summary>
    public ImmutableArray<NodeRig> Nodes { get; init; } = [];

    /// <summary>How the nodes keep together.</summary>
    public ClusterRig Cluster { get; init; } = new();

    /// <summary>Limits, defaults and time-outs.</summary>
    public FabricOptions Options { get; init; } = new();

    /// <summary>The same rig, each camera with a slot for each frame that its guests may hold in place.</summary>
    public Rig WithLentSlots()
    {
        var leases = CountLeases();
        return leases.Count == 0 ? this : this with
        {
            Cameras = [.. Cameras.Select(camera => leases.TryGetValue(camera.Id, out var lent) ? camera with { LentSlots = lent } : camera)],
        };
    }

    /// <summary>Frames that guests may hold in place, all together, of each camera of which they may hold any.</summary>
    public IReadOnlyDictionary<string, int> CountLeases() => (Guests.IsDefault ? [] : Guests)
        .SelectMany(static guest => guest.Cameras.IsDefault ? [] : guest.Cameras)
        .Where(static view => view.Leases > 0)
        .GroupBy(static view => view.Camera, StringComparer.Ordinal)
        .ToDictionary(static views => views.Key, static views => views.Sum(static view => view.Leases), StringComparer.Ordinal);
}
