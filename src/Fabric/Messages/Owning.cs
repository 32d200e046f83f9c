using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>Session to camera: the guest wants to own the camera. Answered with <see cref="OwnerAnswered"/>.</summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
/// <param name="Force">Whether to take it from another owner.</param>
[MessagePackObject]
public sealed record AcquireOwner(
    [property: Key(0)] ulong Ticket, [property: Key(1)] ulong Session, [property: Key(2)] bool Force) : IFabricMessage;

/// <summary>Session to camera: the guest gives the camera back. Answered with <see cref="OwnerAnswered"/>.</summary>
/// <param name="Ticket">The session's number for this wish.</param>
/// <param name="Session">The session.</param>
[MessagePackObject]
public sealed record ReleaseOwner([property: Key(0)] ulong Ticket, [property: Key(1)] ulong Session) : IFabricMessage;

/// <summary>Camera to session: what became of its wish; or, with ticket 0, what somebody else's wish means for it.</summary>
/// <param name="Ticket">The session's number for its wish, or 0.</param>
/// <param name="Status">How it went.</param>
/// <param name="Role">What the session is from now on.</param>
/// <param name="IsForced">Whether another one took the camera.</param>
[MessagePackObject]
public sealed record OwnerAnswered(
    [property: Key(0)] ulong Ticket,
    [property: Key(1)] CameraStatus Status,
    [property: Key(2)] SessionRole Role,
    [property: Key(3)] bool IsForced) : IFabricMessage;
