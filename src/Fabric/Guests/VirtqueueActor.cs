using Akka.Actor;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// One ring of a guest's device: pops what the guest made available and tells the session. A guest that breaks the ring's rules makes it
/// throw, and
/// the whole device, and only that, goes down with it.
/// </summary>
internal sealed class VirtqueueActor : UntypedActor
{
    // So many chains, then others have their turn.
    private const int ChainsPerTurn = 64;
    private readonly IActorRef _session;
    private readonly KickFlag _kicks;
    private Virtqueue? _queue;

    /// <summary>An actor for a ring that does not run yet.</summary>
    public VirtqueueActor(IActorRef session, KickFlag kicks)
    {
        _session = session;
        _kicks = kicks;
    }

    /// <summary>How to make one.</summary>
    public static Props Props(IActorRef session, KickFlag kicks) =>
        Akka.Actor.Props.Create(() => new VirtqueueActor(session, kicks)).WithDispatcher("camera-fabric.guest-dispatcher");

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Guests.Kicked:
                _kicks.Lower();
                Pop();
                break;
            case QueueStarted started:
                _queue = started.Queue;
                Pop();
                break;
            case QueueStop stop:
                _queue = null;
                _session.Tell(stop);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Pop()
    {
        if (_queue is null) return;
        for (var i = 0; i < ChainsPerTurn; i++)
        {
            if (_queue.TryPop() is not { } chain) return;
            _session.Tell(chain);
        }

        if (_kicks.Raise()) Self.Tell(Guests.Kicked.Message);
    }
}
