using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Remote;

/// <summary>An actor of another system.</summary>
internal sealed class RemoteActorRef : InternalActorRefBase
{
    private readonly RemoteActorRefProvider _provider;

    /// <summary>Names an actor.</summary>
    /// <param name="provider">Of this system.</param>
    /// <param name="path">Its path with its address.</param>
    public RemoteActorRef(RemoteActorRefProvider provider, ActorPath path)
    {
        _provider = provider;
        Path = path;
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider => _provider;

    public override bool IsLocal => false;

    public override bool IsTerminated => false;

    public override IInternalActorRef Parent => Path.Depth == 0 ? this : new RemoteActorRef(_provider, Path.Parent);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        var path = Path;
        foreach (var step in name) path = step == ".." ? path.Parent : path / step;
        return new RemoteActorRef(_provider, path);
    }

    protected override void TellInternal(object message, IActorRef sender) => _provider.Transport.Send(this, message, sender);

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch:
                _provider.RemoteWatcher.Tell(new RemoteWatcher.WatchRemote(watch.Watchee, watch.Watcher), ActorRefs.NoSender);
                break;
            case Unwatch unwatch:
                _provider.RemoteWatcher.Tell(new RemoteWatcher.UnwatchRemote(unwatch.Watchee, unwatch.Watcher), ActorRefs.NoSender);
                break;
        }
        _provider.Transport.Send(this, message, ActorRefs.NoSender);
    }

    public override void Start()
    {
    }

    // Ending, pausing and restarting an actor is its parent's business, and no parent here has children elsewhere.
    public override void Stop() => SendSystemMessage(new Terminate());

    public override void Suspend()
    {
    }

    public override void Resume(Exception causedByFailure = null!)
    {
    }

    public override void Restart(Exception cause)
    {
    }
}
