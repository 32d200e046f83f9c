using Akka.Actor;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// A session to its camera's sensor: its guest is to see the pool that frames of this size are captured into. Answered with
/// <see cref="PoolLent"/>, as soon as there is one; after the deadline not at all.
/// </summary>
/// <param name="Ticket">The ask's ticket.</param>
/// <param name="FrameBytes">Bytes of a frame.</param>
/// <param name="Borrower">Who asks.</param>
/// <param name="Deadline">Frame-clock time, nanoseconds, after which nobody waits for it.</param>
internal sealed record LendPool(ulong Ticket, int FrameBytes, IActorRef Borrower, long Deadline);

/// <summary>The sensor to a session: the pool that frames of that size are captured into.</summary>
/// <param name="Ticket">The ask's ticket.</param>
/// <param name="Pool">The pool; null if there can be none.</param>
internal sealed record PoolLent(ulong Ticket, FramePool? Pool);
