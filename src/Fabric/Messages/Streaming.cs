using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>Session to camera: the guest starts its stream. Answered with <see cref="StreamAnswered"/>.</summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
/// <param name="Generation">The configuration that it means.</param>
/// <param name="Initial">Control values to begin with; they count if the session controls the camera.</param>
[MessagePackObject]
public sealed record StartStream(
    [property: Key(0)] ulong Ticket,
    [property: Key(1)] ulong Session,
    [property: Key(2)] uint Generation,
    [property: Key(3), MessagePackFormatter(typeof(ControlEntriesFormatter))] ImmutableArray<ControlEntry> Initial) : IFabricMessage;

/// <summary>Session to camera: the guest stops its stream. Answered with <see cref="StreamAnswered"/>.</summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
[MessagePackObject]
public sealed record StopStream([property: Key(0)] ulong Ticket, [property: Key(1)] ulong Session) : IFabricMessage;

/// <summary>Camera to session: the stream runs, or has stopped, or why not.</summary>
/// <param name="Ticket">The session's number for its wish.</param>
/// <param name="Running">Whether it was about starting.</param>
/// <param name="Status">How it went.</param>
[MessagePackObject]
public sealed record StreamAnswered(
    [property: Key(0)] ulong Ticket, [property: Key(1)] bool Running, [property: Key(2)] CameraStatus Status) : IFabricMessage;

/// <summary>Session to camera: the session is over; what it has there is given up.</summary>
/// <param name="Session">The session.</param>
[MessagePackObject]
public sealed record LeaveCamera([property: Key(0)] ulong Session) : IFabricMessage;

/// <summary>Camera to sessions: its source is lost, or back.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Frame">The last frame before it; 0 if it is not known.</param>
/// <param name="Fault">Why it is lost, if that is known.</param>
[MessagePackObject]
public sealed record SourceMoved(
    [property: Key(0)] SourceEvent Event, [property: Key(1)] ulong Frame, [property: Key(2)] SourceFault Fault) : IFabricMessage;

/// <summary>Camera to sessions: something is wrong with its source, which goes on all the same.</summary>
/// <param name="Fault">What is wrong.</param>
/// <param name="Frame">The frame that shows it; 0 if none does.</param>
[MessagePackObject]
public sealed record SourceFaulty([property: Key(0)] SourceFault Fault, [property: Key(1)] ulong Frame) : IFabricMessage;

/// <summary>Camera to sessions that stream: frames should come, and none have for as long as the watchdog allows.</summary>
/// <param name="Frame">The last frame; 0 if there was none.</param>
[MessagePackObject]
public sealed record StreamSilent([property: Key(0)] ulong Frame) : IFabricMessage;
