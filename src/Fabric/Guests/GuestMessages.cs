using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Guests;

// Inside one guest's device: between its threads and its actors. All of it stays on the node.

/// <summary>Connection thread to virtqueue: the ring runs.</summary>
/// <param name="Queue">The ring.</param>
internal sealed record QueueStarted(Virtqueue Queue);

/// <summary>Connection thread to session: the front-end keeps bytes for it, over a crash of this process.</summary>
/// <param name="State">The bytes.</param>
/// <param name="IsFresh">Nobody has left anything there.</param>
internal sealed record SavedStateGiven(SavedState State, bool IsFresh);

/// <summary>Connection thread to session: the front-end has mapped memory, or taken it away, or not.</summary>
/// <param name="Ticket">The session's number for its wish.</param>
/// <param name="IsMap">Whether it was to be mapped.</param>
/// <param name="IsDone">Whether it was done.</param>
internal sealed record SharedMemoryAnswered(ulong Ticket, bool IsMap, bool IsDone);

/// <summary>Connection thread to virtqueue: there may be something in the ring.</summary>
internal sealed class Kicked
{
    /// <summary>The one message.</summary>
    public static Kicked Message { get; } = new();
}

/// <summary>Port thread to device: somebody has connected.</summary>
/// <param name="Handover">Where the port waits for what to do with it.</param>
internal sealed record PeerConnected(Handover Handover);

/// <summary>Port thread to device: the connection is over; its rings are stopped.</summary>
/// <param name="End">Why.</param>
internal sealed record ConnectionEnded(VhostUserEnd End);

/// <summary>Port thread to device: the socket cannot be had; it is tried again.</summary>
/// <param name="Reason">Why.</param>
internal sealed record PortFailed(string Reason);

/// <summary>Port thread to device: it has ended.</summary>
/// <param name="Port">Which one: an actor that was restarted hears of the port that it had before as well.</param>
internal sealed record PortEnded(GuestPort Port);

/// <summary>Session to device: it has joined its camera; the front-end may begin.</summary>
internal sealed class SessionReady
{
    /// <summary>The one message.</summary>
    public static SessionReady Message { get; } = new();
}

/// <summary>Session to device: the camera does not take it.</summary>
/// <param name="Reason">Why.</param>
internal sealed record SessionRefused(string Reason);

/// <summary>To the device: the guest, or the node on its behalf, broke the rules; the connection is to end.</summary>
/// <param name="Reason">How.</param>
/// <param name="IsNode">Whether it was the node, so that the guest is not to blame.</param>
internal sealed record GuestViolated(string Reason, bool IsNode = false);

/// <summary>To the device: a connection has waited for as long as it had to.</summary>
/// <param name="Handover">Which one.</param>
internal sealed record PauseOver(Handover Handover);

/// <summary>To the device: the log has begun to leave lines out, which is to be told when it is time.</summary>
internal sealed class LinesLeftOut
{
    /// <summary>The one message.</summary>
    public static LinesLeftOut Message { get; } = new();
}

/// <summary>To the device: tell what the log left out.</summary>
internal sealed class SummarizeLog
{
    /// <summary>The one message.</summary>
    public static SummarizeLog Message { get; } = new();
}

/// <summary>To groups: pass a message on to the member at the end of a path.</summary>
/// <param name="Path">The members' names, each below the one before.</param>
/// <param name="Message">The message.</param>
internal sealed record PassOn(ImmutableArray<string> Path, object Message);

/// <summary>To the device: an operator ends its quarantine. Answered with <see cref="GuestReleased"/>.</summary>
internal sealed class ReleaseGuest
{
    /// <summary>The one message.</summary>
    public static ReleaseGuest Message { get; } = new();
}

/// <summary>The device's next connection is served at once.</summary>
/// <param name="WasQuarantined">Whether it would not have been.</param>
internal sealed record GuestReleased(bool WasQuarantined);

/// <summary>Stop a guest's devices for good. Answered with <see cref="GuestStopped"/>.</summary>
internal sealed class StopGuest
{
    /// <summary>The one message.</summary>
    public static StopGuest Message { get; } = new();
}

/// <summary>A guest, or one of its devices, has stopped.</summary>
/// <param name="Who">Which one.</param>
internal sealed record GuestStopped(IActorRef Who);

/// <summary>A connection between the port's thread, which accepted it, and the device's actor, which decides about it.</summary>
/// <param name="socket">The connection.</param>
internal sealed class Handover(UnixSocket socket)
{
    private readonly TaskCompletionSource<VhostUserBackend?> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cleared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection; the back-end's from the moment that there is one.</summary>
    public UnixSocket Socket { get; } = socket;

    /// <summary>The device serves the connection with this.</summary>
    public void Serve(VhostUserBackend backend) => _decision.TrySetResult(backend);

    /// <summary>The device does not want the connection.</summary>
    public void Refuse() => _decision.TrySetResult(null);

    /// <summary>Everything of the connection is gone; the next one may come.</summary>
    public void Clear() => _cleared.TrySetResult();

    /// <summary>For the port's thread: blocks until the device has decided.</summary>
    public VhostUserBackend? AwaitDecision() => _decision.Task.GetAwaiter().GetResult();

    /// <summary>For the port's thread: blocks until everything of the connection is gone.</summary>
    public void AwaitCleared() => _cleared.Task.GetAwaiter().GetResult();
}
