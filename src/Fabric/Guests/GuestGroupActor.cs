using System.Collections.Immutable;
using Akka.Actor;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// What is stopped together and otherwise stands each for itself: the devices of one guest, and the guests of a node.
/// </summary>
internal sealed class GuestGroupActor : UntypedActor
{
    private readonly HashSet<IActorRef> _running = [];
    private IActorRef? _stopper;

    /// <summary>Makes its members.</summary>
    /// <param name="members">Their names, and how to make them.</param>
    public GuestGroupActor(ImmutableArray<(string Name, Props Props)> members)
    {
        foreach (var (name, props) in members) _running.Add(Context.Watch(Context.ActorOf(props, name)));
    }

    /// <summary>How to make one.</summary>
    public static Props Props(ImmutableArray<(string Name, Props Props)> members) =>
        Akka.Actor.Props.Create(() => new GuestGroupActor(members));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StopGuest:
                _stopper = Sender;
                foreach (var member in _running) member.Tell(message);
                AnswerWhenStopped();
                break;
            case PassOn passOn:
                // Nobody of that name: it has stopped, and whoever asks is not answered.
                var below = passOn.Path[1..];
                Context.Child(passOn.Path[0]).Forward(below.IsEmpty ? passOn.Message : new PassOn(below, passOn.Message));
                break;
            case GuestStopped stopped:
                _running.Remove(stopped.Who);
                AnswerWhenStopped();
                break;
            case Terminated terminated:
                // One that ended without being asked cannot answer: nobody is to wait for it.
                _running.Remove(terminated.ActorRef);
                AnswerWhenStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AnswerWhenStopped()
    {
        if (_running.Count > 0 || _stopper is null) return;
        _stopper.Tell(new GuestStopped(Self));
        Context.Stop(Self);
    }
}
