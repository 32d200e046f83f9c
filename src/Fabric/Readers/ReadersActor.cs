using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Placement;

namespace CameraFabric.Fabric.Readers;

/// <summary>All readers of a node: one for each camera that somebody here has asked for.</summary>
internal sealed class ReadersActor : UntypedActor
{
    private readonly ImmutableDictionary<string, ReaderSettings> _settings;
    private readonly HashSet<string> _running = [];
    private PlacementChanged? _placement;
    private IActorRef? _stopper;

    /// <summary>Readers that are made when they are asked for.</summary>
    /// <param name="settings">By the camera's id.</param>
    public ReadersActor(ImmutableDictionary<string, ReaderSettings> settings) => _settings = settings;

    /// <summary>How to make one.</summary>
    public static Props Props(ImmutableDictionary<string, ReaderSettings> settings) =>
        Akka.Actor.Props.Create(() => new ReadersActor(settings));

    // Guests hold on to their cameras' readers: whatever happens to one, it is made anew in its place.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        -1, -1, static error => error is ActorInitializationException ? Directive.Stop : Directive.Restart);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FindCamera find:
                Sender.Tell(new CameraFound(Reader(find.Camera)));
                break;
            case LocateReaders locate:
                Sender.Tell(new ReadersLocated(locate.Cameras.ToImmutableDictionary(static camera => camera, Reader)));
                break;
            case PlacementChanged changed:
                _placement = changed;
                foreach (var child in Context.GetChildren()) child.Tell(changed);
                break;
            case StopReaders:
                _stopper = Sender;
                foreach (var child in Context.GetChildren()) child.Tell(StopReader.Message);
                AnswerWhenStopped();
                break;
            case ReaderStopped stopped:
                _running.Remove(stopped.Camera);
                AnswerWhenStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private IActorRef Reader(string camera)
    {
        var known = Context.Child(camera);
        if (!known.IsNobody() || _stopper is not null) return known;
        var settings = _settings[camera];
        var reader = Context.ActorOf(CameraReaderActor.Props(settings, new ReaderMemory(settings)), camera);
        _running.Add(camera);
        if (_placement is not null) reader.Tell(_placement);
        return reader;
    }

    private void AnswerWhenStopped()
    {
        if (_running.Count == 0) _stopper?.Tell(ReadersStopped.Message);
    }
}

/// <summary>Where are these cameras' readers? Answered with <see cref="ReadersLocated"/>.</summary>
/// <param name="Cameras">The cameras' ids.</param>
internal sealed record LocateReaders(ImmutableHashSet<string> Cameras);

/// <summary>Where readers are.</summary>
/// <param name="Readers">Their actors, by the camera's id.</param>
internal sealed record ReadersLocated(ImmutableDictionary<string, IActorRef> Readers);

/// <summary>Stop all readers. Answered with <see cref="ReadersStopped"/>.</summary>
internal sealed class StopReaders
{
    /// <summary>The one message.</summary>
    public static StopReaders Message { get; } = new();
}

/// <summary>All readers have stopped.</summary>
internal sealed class ReadersStopped
{
    /// <summary>The one message.</summary>
    public static ReadersStopped Message { get; } = new();
}
