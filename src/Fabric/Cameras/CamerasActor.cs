using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>All cameras of a node. A camera that fails is made anew; the others do not notice.</summary>
internal sealed partial class CamerasActor : UntypedActor
{
    // So many lines at the start are read; more are not.
    private const int Many = 64;

    private readonly Rig _rig;
    private readonly ImmutableDictionary<string, CameraMeter> _meters;
    private readonly FrameClock _clock;
    private readonly ILoggerFactory _loggers;
    private readonly HomeNode? _node;
    private readonly Dictionary<string, CameraRig> _byId;
    private readonly HashSet<string> _running = [];
    private readonly ILogger _logger;
    private readonly int _count;
    private int _ready;
    private IActorRef? _stopper;

    /// <summary>Makes a camera's actor for each camera of the rig; in a cluster, for those that the placement gives to this node.</summary>
    public CamerasActor(
        Rig rig, ImmutableDictionary<string, CameraMeter> meters, FrameClock clock, ILoggerFactory loggers, HomeNode? node)
    {
        (_rig, _meters, _clock, _loggers, _node) = (rig, meters, clock, loggers, node);
        _logger = loggers.CreateLogger("CameraFabric.Cameras");
        _count = rig.Cameras.Length;
        _readers = rig.Readers();
        _byId = rig.Cameras.ToDictionary(static camera => camera.Id, StringComparer.Ordinal);
        if (node is not null) return;
        foreach (var camera in rig.Cameras)
        {
            var meter = meters[camera.Id];
            var memory = new CameraMemory(camera, meter, rig.Options, clock, loggers) { IsOneOfMany = _count > Many };
            Context.ActorOf(CameraActor.Props(camera, memory, meter, rig.Options, clock, loggers), camera.Id);
            _running.Add(camera.Id);
        }
    }

    /// <summary>How to make one.</summary>
    public static Props Props(
        Rig rig, ImmutableDictionary<string, CameraMeter> meters, FrameClock clock, ILoggerFactory loggers, HomeNode? node = null) =>
        Akka.Actor.Props.Create(() => new CamerasActor(rig, meters, clock, loggers, node));

    // As long as a camera is at home here it is made anew, whatever happened to it.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        -1, -1, static error => error is ActorInitializationException ? Directive.Stop : Directive.Restart);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LocateCameras:
                Sender.Tell(new CamerasLocated(Context.GetChildren().ToImmutableDictionary(static child => child.Path.Name)));
                break;
            case CameraReady:
                if (++_ready == _count && _count > Many && _node is null) LogAllReady(_count);
                break;
            case FindCamera find:
                Sender.Tell(new CameraFound(Context.Child(find.Camera)));
                break;
            case PlacementChanged changed when _node is not null:
                Place(changed);
                break;
            case Terminated terminated:
                Gone(terminated.ActorRef);
                break;
            case StopCameras:
                _stopper = Sender;
                _wanted.Clear();
                foreach (var child in Context.GetChildren()) child.Tell(Cameras.StopCamera.Message);
                AnswerWhenStopped();
                break;
            case CameraStopped stopped:
                Released(stopped.Camera);
                _running.Remove(stopped.Camera);
                AnswerWhenStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AnswerWhenStopped()
    {
        if (_running.Count == 0) _stopper?.Tell(CamerasStopped.Message);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Cameras} cameras: all are ready")]
    private partial void LogAllReady(int cameras);
}

/// <summary>A camera's sensor has been opened for the first time.</summary>
internal sealed class CameraReady
{
    /// <summary>The one message.</summary>
    public static CameraReady Message { get; } = new();
}

/// <summary>Where are the cameras? Answered with <see cref="CamerasLocated"/>.</summary>
internal sealed class LocateCameras
{
    /// <summary>The one message.</summary>
    public static LocateCameras Message { get; } = new();
}

/// <summary>Where the cameras are.</summary>
/// <param name="Cameras">Their actors, by id.</param>
internal sealed record CamerasLocated(ImmutableDictionary<string, IActorRef> Cameras);

/// <summary>Where is one camera? Answered with <see cref="CameraFound"/>.</summary>
/// <param name="Camera">Its id.</param>
internal sealed record FindCamera(string Camera);

/// <summary>Where a camera is.</summary>
/// <param name="Camera">Its actor.</param>
internal sealed record CameraFound(IActorRef Camera);

/// <summary>Stop all cameras. Answered with <see cref="CamerasStopped"/>.</summary>
internal sealed class StopCameras
{
    /// <summary>The one message.</summary>
    public static StopCameras Message { get; } = new();
}

/// <summary>All cameras have stopped.</summary>
internal sealed class CamerasStopped
{
    /// <summary>The one message.</summary>
    public static CamerasStopped Message { get; } = new();
}
