using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Profiles;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>Session to camera: the guest wants this configuration. Answered with <see cref="CameraConfigured"/>.</summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
/// <param name="Wanted">What the guest asked for.</param>
[MessagePackObject]
public sealed record ConfigureCamera(
    [property: Key(0)] ulong Ticket,
    [property: Key(1)] ulong Session,
    [property: Key(2), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Wanted) : IFabricMessage;

/// <summary>
/// Camera to session: the configuration that is in force now, which is the one asked for, the nearest possible, or the owner's.
/// </summary>
/// <param name="Ticket">The session's number for its wish.</param>
/// <param name="Status">How it went.</param>
/// <param name="Configuration">What is in force.</param>
/// <param name="Generation">Its number; frames carry it.</param>
[MessagePackObject]
public sealed record CameraConfigured(
    [property: Key(0)] ulong Ticket,
    [property: Key(1)] CameraStatus Status,
    [property: Key(2), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Configuration,
    [property: Key(3)] uint Generation) : IFabricMessage;

/// <summary>
/// Camera to sessions: somebody has configured the camera anew. Who had another configuration follows, or gets no more frames.
/// </summary>
/// <param name="Configuration">What is in force.</param>
/// <param name="Generation">Its number; frames carry it.</param>
/// <param name="IsOutdated">Whether the session had configured something else.</param>
[MessagePackObject]
public sealed record ConfigurationMoved(
    [property: Key(0), MessagePackFormatter(typeof(StreamConfigurationFormatter))] StreamConfiguration Configuration,
    [property: Key(1)] uint Generation,
    [property: Key(2)] bool IsOutdated) : IFabricMessage;
