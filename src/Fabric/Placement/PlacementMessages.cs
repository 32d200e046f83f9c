using Akka.Actor;

namespace CameraFabric.Fabric.Placement;

/// <summary>To the placement actor: tell this actor of the table, now and whenever it changes, until it ends.</summary>
/// <param name="Listener">Gets <see cref="PlacementChanged"/>.</param>
internal sealed record WatchPlacement(IActorRef Listener);

/// <summary>From the placement actor to its node's listeners: where the cameras are at home from now on.</summary>
/// <param name="Table">All of it.</param>
/// <param name="Self">This node's own run, so that a listener finds what is its own.</param>
internal sealed record PlacementChanged(PlacementTable Table, NodeIncarnation Self);

/// <summary>
/// To the placement actor, from its own node: the camera has stopped here, as <see cref="Assignment.Releasing"/> or the node's leaving
/// asked for. Under this epoch nothing comes any more.
/// </summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Epoch">The epoch that it was at home under.</param>
internal sealed record HomeReleased(string Camera, uint Epoch);

/// <summary>To the placement actor, from its own node: no camera runs here any more, because the node stops.</summary>
internal sealed class AllHomesReleased
{
    /// <summary>The one message.</summary>
    public static AllHomesReleased Message { get; } = new();
}

/// <summary>To the membership actor: tell me who is a member. Answered with a <see cref="MembershipView"/>.</summary>
internal sealed class TellMembership
{
    /// <summary>The one message.</summary>
    public static TellMembership Message { get; } = new();
}

/// <summary>To the placement actor, from its own node: the node is about to stop, its cameras shall go elsewhere.</summary>
internal sealed class CloseNode
{
    /// <summary>The one message.</summary>
    public static CloseNode Message { get; } = new();
}
