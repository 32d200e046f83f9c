using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// One guest's view of one camera: its socket, and for each connection a session and an actor for each ring. They stand and fall
/// together: a guest
/// that breaks the rules, or a defect in one of them, ends this connection and nothing else. The next connection begins afresh.
/// </summary>
internal sealed partial class GuestDeviceActor : UntypedActor
{
    private readonly SessionSettings _settings;
    private readonly ILogger _logger;
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
    private IActorRef? _stopper;

    /// <summary>A device that does not listen yet.</summary>
    public GuestDeviceActor(SessionSettings settings)
    {
        _settings = settings;
        _logger = settings.Loggers.CreateLogger("CameraFabric.Guests");
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
                Connect(connected.Handover);
                break;
            case SessionReady when Sender.Equals(_session) && !_isEnded && _handover is { } handover:
                Serve(handover);
                break;
            case SessionRefused refused when Sender.Equals(_session):
                Refuse(refused.Reason);
                break;
            case GuestViolated violated:
                Quarantine(violated.Reason);
                break;
            case ConnectionEnded ended:
                Ended(ended.End);
                break;
            case Terminated terminated:
                _children.Remove(terminated.ActorRef);
                ClearWhenGone();
                break;
            case PortFailed failed:
                _settings.Meter.Enter(GuestState.Waiting, failed.Reason);
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
        var isGuest = exception is VirtqueueException;
        if (!isGuest) LogDefect(_settings.Name, exception);
        Self.Tell(new GuestViolated(isGuest ? exception.Message : $"the node failed while serving the guest: {exception.Message}"));
        return Directive.Stop;
    }

    private void Listen()
    {
        if (_port is not null || _stopper is not null) return;
        _port = new GuestPort(_settings.Name, _settings.SocketPath, Self, _logger);
        _port.Start();
    }

    private void Connect(Handover handover)
    {
        // Without a port of its own, this actor was restarted, and the connection is one of the port before, which is ending.
        if (_stopper is not null || _handover is not null || _port is null)
        {
            handover.Refuse();
            handover.Clear();
            return;
        }

        (_handover, _violation, _isEnded) = (handover, "", false);
        _seat = new SessionSeat();
        _session = Add(GuestSessionActor.Props(_settings, _profile!, _settings.Ids.Next(), _seat), "session");
        _kicks = [.. Enumerable.Range(0, CameraWire.QueueCount).Select(static _ => new KickFlag())];
        _queues = [.. _kicks.Select((kicks, index) => Add(VirtqueueActor.Props(_session, kicks), $"queue-{index}"))];
    }

    private IActorRef Add(Props props, string name)
    {
        var child = Context.ActorOf(props, name);
        Context.Watch(child);
        _children.Add(child);
        return child;
    }

    private void Serve(Handover handover)
    {
        _device = new CameraDevice(_settings.Name, _seat!, _session!, _queues, _kicks, _settings.Options.QueueStopTimeout, _logger);
        var backend = new VhostUserBackend(handover.Socket, _device, _settings.Connection,
            _settings.Loggers.CreateLogger("CameraFabric.VhostUser"));
        _seat!.Backend = backend;
        _settings.Meter.CountConnection();
        _settings.Meter.Enter(GuestState.Connected);
        LogConnected(_settings.Name);
        handover.Serve(backend);
    }

    private void Refuse(string reason)
    {
        LogRefused(_settings.Name, reason);
        _settings.Meter.Enter(GuestState.Waiting, reason);
        _handover?.Refuse();
        EndChildren();
    }

    private void Quarantine(string reason)
    {
        if (_handover is null || _violation.Length > 0) return;
        if (_seat?.Backend is { } backend) reason = backend.Break(reason);
        else _handover.Refuse();
        _violation = reason;
        LogQuarantined(_settings.Name, reason);
        _settings.Meter.Enter(GuestState.Quarantined, reason);

        // Whether they have failed already or not: nothing from this guest is looked at any more.
        EndChildren();
    }

    private void Ended(VhostUserEnd end)
    {
        var isViolation = _violation.Length > 0 || end.Reason is VhostUserEndReason.ProtocolError or VhostUserEndReason.Broken;
        if (_violation.Length == 0 && isViolation) LogQuarantined(_settings.Name, end.Message);
        LogEnded(_settings.Name, end.Reason, end.Message);
        _settings.Meter.Enter(
            isViolation ? GuestState.Quarantined : GuestState.Waiting,
            _violation.Length > 0 ? _violation : end.Reason == VhostUserEndReason.PeerClosed ? "" : end.Message);
        EndChildren();
    }

    private void EndChildren()
    {
        _isEnded = true;
        foreach (var child in _children) Context.Stop(child);
        ClearWhenGone();
    }

    private void ClearWhenGone()
    {
        if (!_isEnded || _children.Count > 0) return;
        _device?.Abandon();
        var handover = _handover;
        (_handover, _device, _seat, _session) = (null, null, null, null);
        handover?.Clear();
    }

    private void Finish()
    {
        _settings.Meter.Enter(GuestState.Stopped, _violation);
        _stopper?.Tell(new GuestStopped(Self));
        Context.Stop(Self);
    }
}
