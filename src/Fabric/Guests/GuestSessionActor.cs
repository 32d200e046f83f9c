using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Media.Sessions;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// One guest's session with one camera, as long as its connection lasts: runs the session's state machine, which knows no actors, and
/// carries its
/// wishes to the camera and the camera's answers to it.
/// </summary>
internal sealed partial class GuestSessionActor : UntypedActor, IMediaSessionHost
{
    private readonly SessionSettings _settings;
    private readonly CameraProfile _profile;
    private readonly SessionSeat _seat;
    private readonly FanOutSession _entry;
    private readonly IGuestSession _session;
    private readonly List<QueueStop> _stops = [];
    private readonly Dictionary<ulong, SubmitControls> _plainSets = [];
    private IActorRef _fanOut = ActorRefs.Nobody;
    private IActorRef _sensor = ActorRefs.Nobody;
    private ICancelable? _tick;
    private long _tickDue;
    private uint _generation;
    private bool _isGoingOn;
    private GuestState _reported = GuestState.Connected;

    /// <summary>A session that has not joined its camera yet.</summary>
    public GuestSessionActor(SessionSettings settings, CameraProfile profile, ulong id, SessionSeat seat)
    {
        _settings = settings;
        _profile = profile;
        _seat = seat;
        _entry = new FanOutSession(id, settings.View.Role, settings.Meter, Self, settings.Guest.MaximumInFlight)
        {
            Bytes = settings.Budget.Bytes,
        };
        _session = settings.View.Face switch
        {
            GuestFace.Media => new MediaSession(settings.OptionsFor(id), profile, settings.View.Role, this, settings.Clock),
            _ => new CameraSession(settings.OptionsFor(id), profile, settings.View.Role, this, settings.Clock),
        };
        settings.Meter.Requests.Add(_session.Counters);
        settings.Meter.Become(settings.View.Role);
    }

    /// <summary>How to make one.</summary>
    public static Props Props(SessionSettings settings, CameraProfile profile, ulong id, SessionSeat seat) =>
        Akka.Actor.Props.Create(() => new GuestSessionActor(settings, profile, id, seat)).WithDispatcher("camera-fabric.guest-dispatcher");

    /// <inheritdoc/>
    protected override void PreStart() =>
        _settings.Camera.Tell(new JoinCamera(_entry, _settings.Guest.Name, _settings.View.MayAcquire));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FrameRequest request:
                _session.OnRequestCompleted(request);
                FinishStops();
                break;
            case DescriptorChain chain:
                _session.OnChain(chain);
                break;
            case Tick:
                _tick?.Cancel();
                _tick = null;
                _session.OnTick();
                FinishStops();
                break;
            case GoOn:
                _isGoingOn = false;
                _session.Resume();
                break;
            case DropNotice notice:
                Tell(notice);
                LookAtPool();
                break;
            case QueueStop stop:
                StopQueue(stop);
                break;
            case PoolLent lent:
                Lent(lent);
                break;
            case PoolShared shared:
                Shared(shared);
                break;
            case SharedMemoryAnswered answered:
                Tell(answered);
                break;
            case SavedStateGiven given:
                _session.OnSavedState(given.State, given.IsFresh);
                break;
            default:
                ReceiveFromCamera(message);
                break;
        }

        Report();
        Schedule();

        // However many commands wait, others have their turn in between.
        if (!_session.HasCommands || _isGoingOn) return;
        _isGoingOn = true;
        Self.Tell(GoOn.Message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _tick?.Cancel();

        // Whatever ends the session: the guest's chains go back, the camera is rid of it, and whoever waits for that is told.
        try
        {
            _session.Stop();
        }
        finally
        {
            _settings.Camera.Tell(new LeaveCamera(_entry.Id));
            _settings.Ids.Release(_entry.Id);
            foreach (var stop in _stops) stop.Done();
            base.PostStop();
        }
    }

    private void ReceiveFromCamera(object message)
    {
        switch (message)
        {
            case CameraJoined joined:
                Joined(joined);
                break;
            case CameraFull full:
                Context.Parent.Tell(new SessionRefused($"the camera has {full.Limit} sessions, which is all that it may have"));
                break;
            case CameraConfigured configured:
                _generation = configured.Generation;
                _session.OnCameraConfiguration(configured.Configuration);
                _session.OnConfigured(configured.Ticket, configured.Status, configured.Configuration);
                break;
            case StreamAnswered { Running: true } started:
                _session.OnStarted(started.Ticket, started.Status);
                break;
            case StreamAnswered stopped:
                _session.OnStopped(stopped.Ticket, stopped.Status);
                break;
            case GlobalControlsSet set:
                _session.OnControlsSet(set.Ticket, set.Status);
                break;
            case OwnerAnswered owner:
                _session.OnOwner(owner.Ticket, owner.Status, owner.Role, owner.IsForced);
                break;
            case SourceMoved moved:
                _session.OnSource(moved.Event, moved.Frame, fault: moved.Fault);
                break;
            case SourceFaulty faulty:
                _session.OnSourceFault(faulty.Fault, faulty.Frame);
                break;
            case StreamSilent silent:
                _session.OnStreamTimeout(silent.Frame);
                break;
            case ConfigurationMoved moved:
                Follow(moved);
                break;
            case CameraFailed failed:
                throw new InvalidOperationException($"the camera's actor failed: {failed.Reason}");
            case ControlsChanged changed:
                _session.OnControlsChanged(changed.Frame, changed.Changed.AsSpan());
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Joined(CameraJoined joined)
    {
        _fanOut = joined.FanOut;
        _sensor = joined.Sensor;
        _session.OnCameraConfiguration(joined.Configuration);
        if (joined.Role != _session.Role) _session.OnOwner(0, CameraStatus.Ok, joined.Role);
        if (!joined.IsSourcePresent) _session.OnSource(SourceEvent.Lost);
        _seat.Session = _session;
        Context.Parent.Tell(SessionReady.Message);
    }

    private void Follow(ConfigurationMoved moved)
    {
        _session.OnCameraConfiguration(moved.Configuration);

        // The profile is the same; what the guest has configured and attached fits no longer.
        // A session that is being restored has not told its guest of any configuration yet.
        if (moved.IsOutdated && !_session.IsRestoring) _session.OnSource(SourceEvent.Changed, profile: _profile);
    }

    private void Tell(DropNotice notice)
    {
        notice.Open();
        for (var reason = 0; reason < DropReasons.Count; reason++)
        {
            var count = notice.Take((Accounting.FrameDropReason)reason);
            if (count > 0 && DropReasons.ToGuest((Accounting.FrameDropReason)reason) is { } told)
            {
                _session.OnFramesDropped(count, told, notice.LastFrame);
            }
        }
    }

    private void StopQueue(QueueStop stop)
    {
        if (stop.Queue is null) _session.Stop();
        else _session.OnQueueStopping(stop.Queue.Index);
        _stops.Add(stop);
        FinishStops();
    }

    // A request that is being copied ends by itself; the ring is waited for until then.
    private void FinishStops()
    {
        for (var i = _stops.Count - 1; i >= 0; i--)
        {
            var held = _stops[i].Queue is { } queue ? queue.Held : _session.InFlight;
            if (held > 0) continue;
            _stops[i].Done();
            _stops.RemoveAt(i);
        }
    }

    private void Report()
    {
        var state = _session.State switch
        {
            SessionState.Configured => GuestState.Configured,
            SessionState.Streaming or SessionState.Stopping => GuestState.Streaming,
            SessionState.Idle => GuestState.Connected,
            _ => _reported,
        };
        if (state == _reported) return;
        _reported = state;
        _settings.Meter.Enter(state);
    }

    // Once for the earliest deadline, not now and again: of a thousand cameras' sessions hardly one is ever late.
    private void Schedule()
    {
        var due = _session.NextTick;
        if (due == long.MaxValue || (_tick is not null && _tickDue <= due)) return;
        _tick?.Cancel();
        _tickDue = due;
        var left = TimeSpan.FromTicks(Math.Max(0, due - _settings.Clock.Now) / TimeSpan.NanosecondsPerTick);
        _tick = Context.System.Scheduler.ScheduleTellOnceCancelable(
            left > _settings.Options.SessionTick ? left : _settings.Options.SessionTick, Self, Tick.Message, Self);
    }

    /// <summary>Time has passed.</summary>
    internal sealed class Tick
    {
        /// <summary>The one message.</summary>
        public static Tick Message { get; } = new();
    }

    /// <summary>There are commands left from the turn before.</summary>
    private sealed class GoOn
    {
        /// <summary>The one message.</summary>
        public static GoOn Message { get; } = new();
    }
}
