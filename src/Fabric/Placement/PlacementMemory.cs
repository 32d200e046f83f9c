using Akka.Actor;

namespace CameraFabric.Fabric.Placement;

/// <summary>What the placement of a node has to know after its restart. One actor at a time uses it.</summary>
/// <param name="settings">What it has to know anyway.</param>
internal sealed class PlacementMemory(PlacementSettings settings)
{
    /// <summary>The newest table, and what the next one depends on.</summary>
    public PlacementDesk Desk { get; } = new(settings.Rig, settings.Rig.Cluster.Fence.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>What this node has promised, and been promised.</summary>
    public Takeover Takeover { get; } = new(settings.Self);

    /// <summary>Parts of a table to come.</summary>
    public TablePages Pages { get; } = new();

    /// <summary>Who on this node is told of tables.</summary>
    public HashSet<IActorRef> Listeners { get; } = [];

    /// <summary>Homes that have stopped here, which the leader is to know.</summary>
    public HashSet<HomeReleased> Released { get; } = [];

    /// <summary>The cluster as this node sees it.</summary>
    public MembershipView View { get; set; } = new(settings.Self, []);

    /// <summary>Whether the node is about to stop.</summary>
    public bool Closes { get; set; }
}
