using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Ownership;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// One camera: what it is, how it is configured, who is joined, who owns it, and whether frames are wanted. Supervises the sensor
/// (restarted with
/// back-off, for ever) and the fan-out. Frames do not pass through here.
/// </summary>
internal sealed partial class CameraActor : UntypedActor, IWithTimers
{
    private readonly CameraRig _rig;
    private readonly FabricOptions _options;
    private readonly CameraMeter _meter;
    private readonly FrameClock _clock;
    private readonly ILogger _logger;
    private readonly OwnershipLedger _ledger;
    private readonly CameraMemory _memory;
    private readonly Dictionary<ulong, CameraMember> _members = [];
    private readonly List<IActorRef> _curious = [];
    private readonly IActorRef _fanOut;
    private readonly IActorRef _sensor;
    private CameraProfile? _profile;
    private StreamConfiguration _configuration;
    private int _holds;
    private bool _isSensorReady;
    private bool _isSourceLost;
    private bool _isCapturing;

    /// <summary>A camera over a memory that outlives it, and its children, which do as well.</summary>
    public CameraActor(CameraRig rig, CameraMemory memory, CameraMeter meter, FabricOptions options, FrameClock clock, ILoggerFactory loggers)
    {
        _rig = rig;
        _options = options;
        _meter = meter;
        _clock = clock;
        _logger = loggers.CreateLogger("CameraFabric.Cameras");
        _ledger = new OwnershipLedger(rig.Interleaved);
        _memory = memory;
        _configuration = rig.Stream;
        _fanOut = Child("fan-out", FanOutActor.Props(memory.FanOut));
        _sensor = Child("sensor", SensorActor.Props(rig, memory.Sensor, _fanOut, meter, options, clock, _logger));
        meter.Watch(() => memory.Sensor.Pools.Room);
    }

    private uint Generation
    {
        get => _memory.Generation;
        set => _memory.Generation = value;
    }

    /// <summary>How to make one.</summary>
    public static Props Props(
        CameraRig rig, CameraMemory memory, CameraMeter meter, FabricOptions options, FrameClock clock, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new CameraActor(rig, memory, meter, options, clock, loggers));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>

        // A link that fails has lost its connection, and nothing of it goes on: its reader asks for another.
        new OneForOneStrategy(-1, -1, _ => _links.Contains(Sender) ? Directive.Stop : Directive.Restart, loggingEnabled: false);

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // A defect here, not of the sensor. Who is joined is forgotten, so the sessions have to come back; who waits for a description goes
        // on waiting. The children are restarted, not stopped: frames in their mailboxes carry leases.
        LogDefect(_rig.Id, reason);
        foreach (var member in _members.Values)
        {
            _sensor.Tell(new CancelContext(member.Id, Forget: true));
            if (member.Entry is not { } entry) continue;
            _fanOut.Tell(new LeaveFanOut(entry));
            entry.Session.Tell(new CameraFailed(reason.Message));
        }

        foreach (var reader in _readers.Values)
        {
            CloseLink(reader, "the camera's actor failed");
            reader.Tell(new ReattachReader(reader.Attachment));
        }

        foreach (var curious in _curious) Self.Tell(DescribeCamera.Message, curious);
        _sensor.Tell(Cameras.StopCapture.Message);
        PostStop();
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);

        // What was configured is forgotten; frames of it that are still on their way are nobody's.
        Generation++;
        if (_memory.Stopper is not null) CloseChildren();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        Hear(message);
        switch (message)
        {
            case LookForLeases: FinishStop(); break;
            case ConfigureCamera configure: Configure(configure); break;
            case StartStream start: Start(start); break;
            case StopStream stop: Stop(stop); break;
            case SetGlobalControls set: SetControls(set); break;
            case AcquireOwner acquire: Answer(acquire.Ticket, acquire.Session, _ledger.Acquire(acquire.Session, acquire.Force)); break;
            case ReleaseOwner release: Answer(release.Ticket, release.Session, _ledger.Release(release.Session)); break;
            case JoinCamera join: Join(join); break;
            case LeaveCamera leave: Leave(leave.Session); break;
            case DescribeCamera: Describe(); break;
            case HoldCapture hold: Hold(hold); break;
            case Cameras.ReleaseCapture: Release(); break;
            case Cameras.StopCamera: StopAll(); break;
            default: ReceiveFromReaders(message); break;
        }
    }

    private void ReceiveFromChildren(object message)
    {
        switch (message)
        {
            case SensorReady ready: Ready(ready.Profile); break;
            case SensorDelivers: Delivers(); break;
            case SensorTroubled trouble: Troubled(trouble); break;
            case SensorFaulty faulty: Faulty(faulty); break;
            case AllowSilence allow: TellReaders(allow); break;
            case SensorEnded ended: LoseSource(CameraState.Ended, "the recording is at its end", ended.LastFrame, SourceFault.None); break;
            case SensorClosed closed: Closed(closed); break;
            case FanOutDrained drained: Drained(drained); break;
            default: Unhandled(message); break;
        }
    }

    private void Describe()
    {
        if (_profile is null) _curious.Add(Sender);
        else Sender.Tell(new CameraDescribed(_profile));
    }

    private void Join(JoinCamera join)
    {
        if (_members.Count >= _options.MaximumSessionsPerCamera || _memory.Stopper is not null)
        {
            Sender.Tell(new CameraFull(_options.MaximumSessionsPerCamera));
            return;
        }

        var entry = join.Session;
        _members[entry.Id] = new CameraMember(entry, join.Guest);
        var change = _ledger.Join(entry.Id, entry.Role == SessionRole.Owner, join.MayAcquire);
        if (entry.Role == SessionRole.Owner && change.Gained != entry.Id) _members[entry.Id].Become(SessionRole.Observer);
        _fanOut.Tell(new JoinFanOut(entry));
        entry.Session.Tell(new CameraJoined(_fanOut, _sensor, entry.Role, _configuration, !_isSourceLost));
        Attend();
    }

    private void Leave(ulong session)
    {
        if (!_members.Remove(session, out var member)) return;
        _ledger.Leave(session);
        if (member.Entry is not null) _fanOut.Tell(new LeaveFanOut(member.Entry));
        _sensor.Tell(new CancelContext(session, Forget: true));
        Attend();
        Want();
    }

    private void Start(StartStream start)
    {
        if (!_members.TryGetValue(start.Session, out var member)) return;
        if (member.Generation != Generation || start.Generation != Generation)
        {
            member.Tell(new StreamAnswered(start.Ticket, true, CameraStatus.Stale));
            return;
        }

        member.IsStreaming = true;
        if (!start.Initial.IsDefaultOrEmpty && Steers(member))
        {
            _sensor.Tell(new SetGlobalControls(start.Ticket, start.Session, start.Initial));
        }
        if (member.Entry is not null) _fanOut.Tell(new BeginStream(member.Entry, Generation));
        Attend();
        Want();
        member.Tell(new StreamAnswered(start.Ticket, true, CameraStatus.Ok));
    }

    private void Stop(StopStream stop)
    {
        if (!_members.TryGetValue(stop.Session, out var member)) return;
        member.IsStreaming = false;
        if (member.Entry is not null) _fanOut.Tell(new EndStream(member.Entry));
        _sensor.Tell(new CancelContext(stop.Session, Forget: false));
        Attend();
        Want();
        member.Tell(new StreamAnswered(stop.Ticket, false, CameraStatus.Ok));
    }

    private void SetControls(SetGlobalControls set)
    {
        if (!_members.TryGetValue(set.Session, out var member)) return;
        var status = Steers(member) ? CameraStatus.Ok : CameraStatus.NotOwner;
        if (status == CameraStatus.Ok) _sensor.Tell(set);
        member.Tell(new GlobalControlsSet(set.Ticket, status));
        if (status != CameraStatus.Ok) return;
        foreach (var other in _members.Values)
        {
            if (other != member) other.Tell(new ControlsChanged(0, set.Controls));
        }
    }

    private void Hold(HoldCapture hold)
    {
        if (_memory.Stopper is not null)
        {
            hold.Look.Answer.TrySetCanceled();
            return;
        }

        _holds++;
        _fanOut.Tell(hold.Look);
        Want();
    }

    private void Release()
    {
        _holds = Math.Max(0, _holds - 1);
        Want();
    }

    private static IActorRef Child(string name, Props props) =>
        Context.Child(name) is var child && !child.IsNobody() ? child : Context.ActorOf(props, name);

    private bool Steers(CameraMember member) => member.Role != SessionRole.Observer;

    /// <summary>Frames are captured exactly as long as somebody wants them.</summary>
    private void Want()
    {
        Tap();
        var wanted = _memory.Stopper is null && (_holds > 0 || _members.Values.Any(static member => member.IsStreaming)
            || _readers.Values.Any(static reader => reader.Holds > 0));
        if (wanted == _isCapturing || _profile is null) return;
        _isCapturing = wanted;
        if (wanted)
        {
            if (_isSensorReady && !_isSourceLost) _meter.Enter(CameraState.Streaming);
            _sensor.Tell(new StartCapture(_configuration, Generation));
            return;
        }

        _sensor.Tell(Cameras.StopCapture.Message);
        if (!_isSensorReady) return;
        _meter.Enter(CameraState.Idle);

        // A recording that had ended begins anew when somebody starts again, and whether a lost source is back shows only then.
        RegainSource();
    }

    private void Attend() => _meter.Attend(
        _members.Count,
        _members.Values.Count(static member => member.IsStreaming),
        _members.GetValueOrDefault(_ledger.Owner)?.Guest ?? "");
}
