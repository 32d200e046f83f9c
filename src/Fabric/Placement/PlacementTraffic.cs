using System.Collections.Immutable;
using CameraFabric.Fabric.Messages;
using MessagePack;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// A new leader to all members: what is the newest table that you know? Whoever answers takes no table of an earlier leader any more.
/// Answered with <see cref="PlacementPromised"/>.
/// </summary>
/// <param name="Term">The term that it begins.</param>
/// <param name="Author">Its address.</param>
[MessagePackObject]
public sealed record PlacementAsked([property: Key(0)] ulong Term, [property: Key(1)] string Author) : IFabricMessage;

/// <summary>Member to a new leader.</summary>
/// <param name="Term">The term that it answers to.</param>
/// <param name="Author">The leader that it answers to.</param>
/// <param name="Address">The member's address.</param>
/// <param name="Uid">Its run's number.</param>
/// <param name="Known">The version of the newest table that it knows.</param>
[MessagePackObject]
public sealed record PlacementPromised(
    [property: Key(0)] ulong Term,
    [property: Key(1)] string Author,
    [property: Key(2)] string Address,
    [property: Key(3)] int Uid,
    [property: Key(4), MessagePackFormatter(typeof(TableVersionFormatter))] TableVersion Known) : IFabricMessage;

/// <summary>Member to a new leader: it follows another one already, and takes only tables that are newer than that one's.</summary>
/// <param name="Term">The term that it follows.</param>
/// <param name="Author">Whose it is.</param>
[MessagePackObject]
public sealed record PlacementRefused([property: Key(0)] ulong Term, [property: Key(1)] string Author) : IFabricMessage;

/// <summary>Leader to members, now and then: this is the newest table. Whoever knows none so new asks for it.</summary>
/// <param name="Version">The table's version.</param>
[MessagePackObject]
public sealed record PlacementAnnounced(
    [property: Key(0), MessagePackFormatter(typeof(TableVersionFormatter))] TableVersion Version) : IFabricMessage;

/// <summary>Member to member: send me your table. Answered with <see cref="PlacementPage"/>s.</summary>
/// <param name="Known">The version of the newest one that the asking member knows.</param>
[MessagePackObject]
public sealed record PlacementWanted(
    [property: Key(0), MessagePackFormatter(typeof(TableVersionFormatter))] TableVersion Known) : IFabricMessage;

/// <summary>A part of a table: it must fit into one message of Akka, however many cameras there are.</summary>
/// <param name="Version">The table's version.</param>
/// <param name="Page">Which part, from 0.</param>
/// <param name="Pages">How many parts there are.</param>
/// <param name="Assignments">The part's assignments.</param>
[MessagePackObject]
public sealed record PlacementPage(
    [property: Key(0), MessagePackFormatter(typeof(TableVersionFormatter))] TableVersion Version,
    [property: Key(1)] int Page,
    [property: Key(2)] int Pages,
    [property: Key(3), MessagePackFormatter(typeof(AssignmentsFormatter))] ImmutableArray<Assignment> Assignments) : IFabricMessage;

/// <summary>A home to the leader: this camera has stopped here.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Epoch">The epoch that it was at home under.</param>
[MessagePackObject]
public sealed record CameraReleased([property: Key(0)] string Camera, [property: Key(1)] uint Epoch) : IFabricMessage;

/// <summary>A parent to all: this node's process has ended (waitpid says so), nothing comes from it any more.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Address">The address of the run that has ended.</param>
/// <param name="Uid">Its number.</param>
[MessagePackObject]
public sealed record NodeEnded(
    [property: Key(0)] string Node, [property: Key(1)] string Address, [property: Key(2)] int Uid) : IFabricMessage;

/// <summary>Member to leader, again and again: this node is about to stop, its cameras shall go elsewhere.</summary>
/// <param name="Address">The node's address.</param>
/// <param name="Uid">Its run's number.</param>
[MessagePackObject]
public sealed record NodeClosing([property: Key(0)] string Address, [property: Key(1)] int Uid) : IFabricMessage;
