using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Links;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

// Between a camera's home and its readers on other nodes. What sessions say (ConfigureCamera, StartStream, ...) a reader hands on as it is.

/// <summary>
/// Reader to home: it begins, or begins anew: what it had here is over. Answered with <see cref="ReaderAttached"/> as soon as the camera
/// can say what it is; not at all by a home of another epoch.
/// </summary>
/// <param name="Attachment">The reader's number for this attempt; grows.</param>
/// <param name="Node">The reader's node.</param>
/// <param name="Epoch">The placement that it knows of.</param>
/// <param name="LastFrame">The newest frame that it has seen; 0 for none. The home's numbers go on above it.</param>
/// <param name="Configuration">What was in force when it last knew; null if it never did.</param>
[MessagePackObject]
public sealed record AttachReader(
    [property: Key(0)] ulong Attachment,
    [property: Key(1)] string Node,
    [property: Key(2)] uint Epoch,
    [property: Key(3)] ulong LastFrame,
    [property: Key(4), MessagePackFormatter(typeof(OptionalConfigurationFormatter))] StreamConfiguration? Configuration) : IFabricMessage;

/// <summary>Home to reader, before <see cref="ReaderAttached"/>: a part of the camera's profile, which may not fit into one message of Akka.</summary>
/// <param name="Attachment">Of the reader's attempt.</param>
/// <param name="Page">Which part, from 0.</param>
/// <param name="Bytes">The part.</param>
[MessagePackObject]
public sealed record ProfilePage([property: Key(0)] ulong Attachment, [property: Key(1)] int Page, [property: Key(2)] byte[] Bytes) : IFabricMessage;

/// <summary>Home to reader: it is known here from now on.</summary>
/// <param name="Attachment">Of the reader's attempt.</param>
/// <param name="Node">The home's node: the reader's own means that frames need no link.</param>
/// <param name="Epoch">The home's epoch.</param>
/// <param name="ProfilePages">How many <see cref="ProfilePage"/>s have come before: what the camera is.</param>
/// <param name="Configuration">What is in force.</param>
/// <param name="Generation">Its number; frames carry it.</param>
/// <param name="IsSourcePresent">Whether frames can come.</param>
[MessagePackObject]
public sealed record ReaderAttached(
    [property: Key(0)] ulong Attachment,
    [property: Key(1)] string Node,
    [property: Key(2)] uint Epoch,
    [property: Key(3)] int ProfilePages,
    [property: Key(4), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Configuration,
    [property: Key(5)] uint Generation,
    [property: Key(6)] bool IsSourcePresent) : IFabricMessage;

/// <summary>Home to reader: the camera cannot be read from its node, now and until something is changed.</summary>
/// <param name="Attachment">Of the reader's attempt.</param>
/// <param name="Reason">Why, and what would be right, for people.</param>
[MessagePackObject]
public sealed record AttachRefused([property: Key(0)] ulong Attachment, [property: Key(1)] string Reason) : IFabricMessage;

/// <summary>Reader to home: it goes, and so do its sessions.</summary>
/// <param name="Attachment">Of its last attempt.</param>
[MessagePackObject]
public sealed record DetachReader([property: Key(0)] ulong Attachment) : IFabricMessage;

/// <summary>Home to reader: something between them was lost; it is to attach anew.</summary>
/// <param name="Attachment">Which attempt is over.</param>
[MessagePackObject]
public sealed record ReattachReader([property: Key(0)] ulong Attachment) : IFabricMessage;

/// <summary>
/// Reader to home: a session joins, or goes on after a move of the home with what it had. Answered with <see cref="RemoteJoined"/>.
/// </summary>
/// <param name="Session">The session's number.</param>
/// <param name="Guest">The guest's name, for people.</param>
/// <param name="Role">What it is to be; one that goes on: what it is.</param>
/// <param name="MayAcquire">Whether it may own the camera at run time.</param>
/// <param name="IsStreaming">Whether it streams.</param>
/// <param name="Configuration">What it has configured; null for nothing.</param>
/// <param name="Controls">The values for all frames that it has set.</param>
[MessagePackObject]
public sealed record JoinRemote(
    [property: Key(0)] ulong Session,
    [property: Key(1)] string Guest,
    [property: Key(2)] SessionRole Role,
    [property: Key(3)] bool MayAcquire,
    [property: Key(4)] bool IsStreaming,
    [property: Key(5), MessagePackFormatter(typeof(OptionalConfigurationFormatter))] StreamConfiguration? Configuration,
    [property: Key(6), MessagePackFormatter(typeof(ControlEntriesFormatter))] ImmutableArray<ControlEntry> Controls) : IFabricMessage;

/// <summary>Home to reader: a session has joined.</summary>
/// <param name="Session">The session.</param>
/// <param name="Role">What it is to the camera.</param>
/// <param name="Configuration">What is in force.</param>
/// <param name="Generation">Its number.</param>
/// <param name="IsConfigured">Whether that is what the session has.</param>
/// <param name="IsStreaming">Whether frames are meant for it.</param>
[MessagePackObject]
public sealed record RemoteJoined(
    [property: Key(0)] ulong Session,
    [property: Key(1)] SessionRole Role,
    [property: Key(2), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Configuration,
    [property: Key(3)] uint Generation,
    [property: Key(4)] bool IsConfigured,
    [property: Key(5)] bool IsStreaming) : IFabricMessage;

/// <summary>Home to reader: the camera has as many sessions as it may have.</summary>
/// <param name="Session">The session that cannot join.</param>
/// <param name="Limit">How many it may have.</param>
[MessagePackObject]
public sealed record RemoteRefused([property: Key(0)] ulong Session, [property: Key(1)] int Limit) : IFabricMessage;

/// <summary>Home to reader: a message for one of its sessions.</summary>
/// <param name="Session">The session.</param>
/// <param name="Message">The message.</param>
[MessagePackObject]
public sealed record ToSession(
    [property: Key(0)] ulong Session,
    [property: Key(1), MessagePackFormatter(typeof(NestedMessageFormatter))] IFabricMessage Message) : IFabricMessage;

/// <summary>Home to reader: there is a new configuration, before any session is told of it.</summary>
/// <param name="Configuration">What is in force.</param>
/// <param name="Generation">Its number.</param>
[MessagePackObject]
public sealed record HomeConfigured(
    [property: Key(0), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Configuration,
    [property: Key(1)] uint Generation) : IFabricMessage;

/// <summary>Reader to home: how many on its node want frames without being a session.</summary>
/// <param name="Holds">How many.</param>
[MessagePackObject]
public sealed record HoldRemote([property: Key(0)] int Holds) : IFabricMessage;

/// <summary>Home to reader: a frame that takes longer was asked for; its silence is no fault.</summary>
/// <param name="Duration">How long it takes, in nanoseconds.</param>
[MessagePackObject]
public sealed record AllowSilence([property: Key(0)] long Duration) : IFabricMessage;

/// <summary>Reader to home: it wants a link. Answered with <see cref="LinkOffered"/>, and later with <see cref="LinkOpened"/>.</summary>
/// <param name="Attachment">Of its attempt.</param>
/// <param name="Link">The reader's number for the link; grows.</param>
[MessagePackObject]
public sealed record OpenLink([property: Key(0)] ulong Attachment, [property: Key(1)] ulong Link) : IFabricMessage;

/// <summary>Home to reader: where to fetch frames.</summary>
/// <param name="Link">The reader's number for the link.</param>
/// <param name="Offer">Where, and with what token.</param>
[MessagePackObject]
public sealed record LinkOffered([property: Key(0)] ulong Link, [property: Key(1)] LinkOffer Offer) : IFabricMessage;

/// <summary>Home to reader: from now on no frame is captured that does not go over this link, or is told as missed there.</summary>
/// <param name="Link">The reader's number for the link.</param>
[MessagePackObject]
public sealed record LinkOpened([property: Key(0)] ulong Link) : IFabricMessage;

/// <summary>
/// Reader to home, now and again: how much it has told. A home that has heard less asks it to begin anew: a message was lost.
/// </summary>
/// <param name="Attachment">Of its attempt.</param>
/// <param name="Told">Messages that it has told since, this one left out.</param>
[MessagePackObject]
public sealed record ReaderPulse([property: Key(0)] ulong Attachment, [property: Key(1)] long Told) : IFabricMessage;

/// <summary>Home to reader, in answer to its pulse: how much it has told. A reader that has heard less begins anew.</summary>
/// <param name="Attachment">Of the reader's attempt.</param>
/// <param name="Told">Messages that it has told since the reader was attached, this one left out.</param>
[MessagePackObject]
public sealed record HomePulse([property: Key(0)] ulong Attachment, [property: Key(1)] long Told) : IFabricMessage;
