using Akka.Actor;

namespace Akka.TestKit;

/// <summary>The actor behind <see cref="TestKitBase.TestActor"/>: puts what it receives into the mailbox of the test.</summary>
internal sealed class TestActor(TestMailbox mailbox, TaskCompletionSource<ActorCell> started) : UntypedActor
{
    private Func<object, bool>? _ignore;

    protected override void PreStart() => started.TrySetResult((ActorCell)Context);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetIgnore set: _ignore = set.Ignore; break;
            case WatchActor watch: Context.Watch(watch.Actor); break;
            case UnwatchActor unwatch: Context.Unwatch(unwatch.Actor); break;
            default:
                if (_ignore?.Invoke(message) != true) mailbox.Add(new Envelope(message, Sender));
                break;
        }
    }

    internal sealed record SetIgnore(Func<object, bool>? Ignore) : INoSerializationVerificationNeeded;

    internal sealed record WatchActor(IActorRef Actor) : INoSerializationVerificationNeeded;

    internal sealed record UnwatchActor(IActorRef Actor) : INoSerializationVerificationNeeded;
}
