using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>
/// Session to sensor: controls for one frame. The session has told the fan-out of the request that waits for that frame before it sends
/// this,
/// always: so the frame that carries the set finds its request.
/// </summary>
/// <param name="Set">The controls, their frame and their strictness.</param>
[MessagePackObject]
public sealed record SubmitControls(
    [property: Key(0), MessagePackFormatter(typeof(ControlSetFormatter))] ControlSet Set) : IFabricMessage;

/// <summary>Session to sensor: a set is not wanted any more.</summary>
/// <param name="Set">The set's id.</param>
[MessagePackObject]
public sealed record CancelControls([property: Key(0)] ulong Set) : IFabricMessage;

/// <summary>Camera to sensor: forget what a session wanted, e.g. because it has stopped or is the owner no longer.</summary>
/// <param name="Context">The session.</param>
/// <param name="Forget">Also forget the values that it had set.</param>
[MessagePackObject]
public sealed record CancelContext([property: Key(0)] ulong Context, [property: Key(1)] bool Forget) : IFabricMessage;

/// <summary>Sensor to fan-out: a set will come with no frame.</summary>
/// <param name="Set">The set.</param>
/// <param name="Context">Whose it was.</param>
/// <param name="Reason">Why.</param>
/// <param name="Frame">The frame concerned.</param>
[MessagePackObject]
public sealed record ControlSetLost(
    [property: Key(0)] ulong Set, [property: Key(1)] ulong Context, [property: Key(2)] ControlSetFailure Reason,
    [property: Key(3)] ulong Frame) : IFabricMessage;

/// <summary>
/// Session to camera, camera to sensor: values for all frames from now on. Answered by the camera with <see cref="GlobalControlsSet"/>.
/// </summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
/// <param name="Controls">The values, already within their ranges.</param>
[MessagePackObject]
public sealed record SetGlobalControls(
    [property: Key(0)] ulong Ticket,
    [property: Key(1)] ulong Session,
    [property: Key(2), MessagePackFormatter(typeof(ControlEntriesFormatter))] ImmutableArray<ControlEntry> Controls) : IFabricMessage;

/// <summary>Camera to session: the values are on their way to the sensor, or why not.</summary>
/// <param name="Ticket">The session's number for its wish.</param>
/// <param name="Status">How it went.</param>
[MessagePackObject]
public sealed record GlobalControlsSet([property: Key(0)] ulong Ticket, [property: Key(1)] CameraStatus Status) : IFabricMessage;

/// <summary>Fan-out to sessions: the sensor uses other values than before, by somebody else's wish.</summary>
/// <param name="Frame">The first frame with them.</param>
/// <param name="Changed">The values that differ.</param>
[MessagePackObject]
public sealed record ControlsChanged(
    [property: Key(0)] ulong Frame,
    [property: Key(1), MessagePackFormatter(typeof(ControlEntriesFormatter))] ImmutableArray<ControlEntry> Changed) : IFabricMessage;
