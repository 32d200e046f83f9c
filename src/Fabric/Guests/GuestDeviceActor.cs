using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// One guest's view of one camera: its socket, and for each connection a session and an actor for each ring. They stand and fall
/// together: a guest
/// that breaks the rules, or a defect in one of them, ends this connection and nothing else. The next connection begins afresh.
/// </summary>
internal sealed partial class GuestDeviceActor : UntypedActor
{
    private readonly SessionSettings _settings;
    private readonly DeviceLogger _logger;
    private readonly HashSet<IActorRef> _children = [];
    private GuestPort? _port;
    private CameraProfile? _profile;
    private Handover? _handover;
    private CameraDevice? _device;
    private SessionSeat? _seat;
    private IActorRef? _session;
    private ImmutableArray<IActorRef> _queues = [];
    private ImmutableArray<KickFlag> _kicks = [];
    private string _violation = "";
    private bool _isEnded;
    private ICancelable? _summary;
    private ICancelable? _pause;
    private IActorRef? _stopper;

    /// <summary>A device that does not listen yet.</summary>
    public GuestDeviceActor(SessionSettings settings)
    {
        _settings = settings;
        _logger = new DeviceLogger(settings.Loggers.CreateLogger("CameraFabric.Guests"), settings.Lines, settings.Name);

        // Others log within this budget, too, while the guest is connected and nothing else happens here.
        var self = Self;
        settings.Lines.Begun = () => self.Tell(LinesLeftOut.Message, ActorRefs.NoSender);
    }

    /// <summary>How to make one.</summary>
    public static Props Props(SessionSettings settings) => Akka.Actor.Props.Create(() => new GuestDeviceActor(settings));

    // A device is of use once its camera can say what it is.
    /// <inheritdoc/>
    protected override void PreStart() => _settings.Camera.Tell(DescribeCamera.Message);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new AllForOneStrategy(-1, -1, Judge, loggingEnabled: false);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CameraDescribed described:
                _profile = described.Profile;
                Listen();
                break;
            case PeerConnected connected:
                Meet(connected.Handover);
                break;
            case PauseOver over when over.Handover == _handover && _pause is not null:
                Connect(over.Handover);
                break;
            case PauseOver:
                break;
            case SessionReady when Sender.Equals(_session) && !_isEnded && _handover is { } handover:
                Serve(handover);
                break;
            case SessionRefused refused when Sender.Equals(_session):
                Refuse(refused.Reason);
                break;
            case GuestViolated violated:
                CutOff(violated.Reason, violated.IsNode);
                break;
            case ReleaseGuest:
                Sender.Tell(new GuestReleased(Release()));
                break;
            case LinesLeftOut:
                SummarizeLater();
                break;
            case SummarizeLog:
                _summary = null;
                _logger.Summarize();
                SummarizeLater();
                break;
            case ConnectionEnded ended:
                Ended(ended.End);
                break;
            case Terminated terminated:
                _children.Remove(terminated.ActorRef);
                ClearWhenGone();
                break;
            case PortFailed failed:
                EnterEnd(failed.Reason);
                break;
            case StopGuest:
                _stopper = Sender;
                if (_port is null) Finish();
                else _port.Stop();
                if (_handover is { } undecided && _device is null)
                {
                    // No connection ends that has not begun: the port would wait for ever until it may go on.
                    undecided.Refuse();
                    EndChildren();
                }

                break;
            case PortEnded ended when ended.Port == _port:
                Finish();
                break;
            case SessionReady or SessionRefused or PortEnded:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _summary?.Cancel();
        _pause?.Cancel();
        // Also after a failure of this actor itself: the port's thread must not wait for it for ever.
        _device?.Abandon();
        _port?.Stop();
        _handover?.Refuse();
        _handover?.Clear();
        base.PostStop();
    }

    // Runs when a child has failed. What the guest did is its own fault; anything else is the node's, and ends the connection all the same.
    private Directive Judge(Exception exception)
    {
        if (exception is VirtqueueException)
        {
            Self.Tell(new GuestViolated(exception.Message));
            return Directive.Stop;
        }

        LogDefect(_settings.Name, exception);
        Self.Tell(new GuestViolated($"the node failed while serving the guest: {exception.Message}", IsNode: true));
        return Directive.Stop;
    }

    private void Listen()
    {
        if (_port is not null || _stopper is not null) return;
        _port = new GuestPort(_settings.Name, _settings.SocketPath, Self, _logger);
        _port.Start();
    }

    private IActorRef Add(Props props, string name)
    {
        var child = Context.ActorOf(props, name);
        Context.Watch(child);
        _children.Add(child);
        return child;
    }

    private void Finish()
    {
        _settings.Meter.Enter(GuestState.Stopped, _settings.Meter.Quarantine.IsQuarantined ? _violation : "");
        _stopper?.Tell(new GuestStopped(Self));
        Context.Stop(Self);
    }
}
