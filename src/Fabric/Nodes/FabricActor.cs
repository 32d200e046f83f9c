using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Readers;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>The root of a node: its cameras, and then its guests, which need to know the cameras. They stop in the other order.</summary>
internal sealed partial class FabricActor : UntypedActor
{
    private readonly Rig _rig;
    private readonly ImmutableDictionary<string, CameraMeter> _cameraMeters;
    private readonly ImmutableDictionary<(string Guest, string Camera), GuestMeter> _guestMeters;
    private readonly FrameClock _clock;
    private readonly ILoggerFactory _loggers;
    private readonly NodeSeat? _seat;
    private readonly IActorRef? _placement;
    private readonly SessionIds _ids;
    private readonly IActorRef _cameras;
    private IActorRef? _guests;
    private IActorRef? _stopper;

    /// <summary>The root and its cameras.</summary>
    public FabricActor(
        Rig rig,
        ImmutableDictionary<string, CameraMeter> cameraMeters,
        ImmutableDictionary<(string Guest, string Camera), GuestMeter> guestMeters,
        FrameClock clock,
        ILoggerFactory loggers,
        NodeSeat? seat,
        NodeLinks? links,
        ImmutableDictionary<string, CameraMeter>? readerMeters)
    {
        _ids = seat is null ? new SessionIds() : new SessionIds(seat.Index);
        _rig = rig;
        _seat = seat;
        _cameraMeters = cameraMeters;
        _guestMeters = guestMeters;
        _clock = clock;
        _loggers = loggers;
        _placement = seat is null ? null : StartPlacement(seat);
        var home = seat is null ? null : new HomeNode(seat.Node.Name, seat.Fence, links?.Listener, links?.Options ?? new LinkOptions(), _placement!);
        _cameras = Context.ActorOf(CamerasActor.Props(rig, _cameraMeters, clock, loggers, home), "cameras");
        if (seat is null) _cameras.Tell(LocateCameras.Message);
        else _readers = StartReaders(seat, home!, readerMeters!);
    }

    /// <summary>How to make one.</summary>
    public static Props Props(
        Rig rig,
        ImmutableDictionary<string, CameraMeter> cameraMeters,
        ImmutableDictionary<(string Guest, string Camera), GuestMeter> guestMeters,
        FrameClock clock,
        ILoggerFactory loggers,
        NodeSeat? seat = null,
        NodeLinks? links = null,
        ImmutableDictionary<string, CameraMeter>? readerMeters = null) =>
        Akka.Actor.Props.Create(() => new FabricActor(rig, cameraMeters, guestMeters, clock, loggers, seat, links, readerMeters));

    // Placement, fence and membership begin anew over what they know, and ask for the rest. Groups go on as they are: made anew they would take
    // their cameras and guests along. Nothing that a message does ends any of them for good.
    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(-1, -1, error => error switch
    {
        ActorInitializationException => Directive.Stop,
        _ when Sender.Equals(_cameras) || Sender.Equals(_guests) || Sender.Equals(_readers) => Directive.Resume,
        _ => Directive.Restart,
    });

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CamerasLocated located when _stopper is null && _seat is null:
                StartGuests(located.Cameras);
                break;
            case CamerasLocated located when _stopper is null:
                _direct = located.Cameras;
                StartGuestsWhenLocated();
                break;
            case ReadersLocated located when _stopper is null:
                _located = located.Readers;
                StartGuestsWhenLocated();
                break;
            case CamerasLocated or ReadersLocated:
                break;
            case FindCamera find:
                (_readers ?? _cameras).Forward(find);
                break;
            case PassOn passOn:
                _guests?.Forward(passOn);
                break;
            case StopFabric when _stopper is null:
                _stopper = Sender;
                _placement?.Tell(CloseNode.Message);
                if (_guests is null) StopBehindGuests();
                else _guests.Tell(StopGuest.Message);
                break;
            case GuestStopped:
                StopBehindGuests();
                break;
            case ReadersStopped:
                _cameras.Tell(StopCameras.Message);
                break;
            case CamerasStopped:
                _placement?.Tell(AllHomesReleased.Message);
                _stopper?.Tell(FabricStopped.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void StartGuests(ImmutableDictionary<string, IActorRef> cameras)
    {
        var guests = _rig.Guests.Select(guest => (guest.Name, DevicesOf(guest, cameras)));
        _guests = Context.ActorOf(GuestGroupActor.Props([.. guests]), "guests");
    }

    private void StopBehindGuests()
    {
        if (_readers is null) _cameras.Tell(StopCameras.Message);
        else _readers.Tell(StopReaders.Message);
    }

    private IActorRef StartPlacement(NodeSeat seat)
    {
        var settings = new PlacementSettings(_rig, seat, new AkkaCluster(Context.System), _clock, _loggers);
        var placement = Context.ActorOf(PlacementActor.Props(settings), "placement");
        var fence = Context.ActorOf(FenceActor.Props(settings), "fence");
        Context.ActorOf(MembershipActor.Props(seat.Self, [placement, fence], _loggers), "membership");
        Context.ActorOf(UnreadActor.Props(_loggers.CreateLogger("CameraFabric.Messages")), "unread");
        return placement;
    }

    private Props DevicesOf(GuestRig guest, ImmutableDictionary<string, IActorRef> cameras)
    {
        var devices = ImmutableArray.CreateBuilder<(string, Props)>();
        var budget = GuestBudget.Of(guest, _rig.Options, _clock);
        foreach (var view in guest.Cameras)
        {
            var (path, meter) = (RigValidator.SocketPath(_rig, guest, view), _guestMeters[(guest.Name, view.Camera)]);
            var settings = new SessionSettings(guest, view, path, cameras[view.Camera], meter, _ids, _rig.Options, _clock, _loggers)
            {
                Budget = budget,
            };
            devices.Add((view.Camera, GuestDeviceActor.Props(settings)));
        }

        return GuestGroupActor.Props(devices.ToImmutable());
    }
}

/// <summary>Stop the node's cameras and guests. Answered with <see cref="FabricStopped"/>.</summary>
internal sealed class StopFabric
{
    /// <summary>The one message.</summary>
    public static StopFabric Message { get; } = new();
}

/// <summary>Nothing of the node runs any more.</summary>
internal sealed class FabricStopped
{
    /// <summary>The one message.</summary>
    public static FabricStopped Message { get; } = new();
}
