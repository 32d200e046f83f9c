using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>
/// A camera as the sessions of one node see it, wherever it is at home: speaks to them what <see cref="CameraActor"/> speaks, hands their
/// wishes on to the home, and has a fan-out of its own for the frames that come. It follows the home when that moves, and no session ends
/// for it: what they have and stream is taken up again at the next home. Supervises the fan-out and its end of the link.
/// </summary>
internal sealed partial class CameraReaderActor : UntypedActor, IWithTimers
{
    private readonly ReaderSettings _settings;
    private readonly ReaderMemory _memory;
    private readonly ILogger _logger;
    private readonly LinkMeterOf _ends;
    private readonly Dictionary<ulong, ReaderMember> _members;
    private readonly IActorRef _fanOut;
    private ICancelable? _ticks;

    /// <summary>A reader over a memory that outlives it, and its fan-out, which does as well.</summary>
    public CameraReaderActor(ReaderSettings settings, ReaderMemory memory)
    {
        _settings = settings;
        _memory = memory;
        _logger = settings.Loggers.CreateLogger("CameraFabric.Readers");
        _members = memory.Members;
        _ends = settings.Meter.LinkTo;
        var child = Context.Child("fan-out");
        _fanOut = child.IsNobody() ? Context.ActorOf(FanOutActor.Props(memory.FanOut), "fan-out") : child;
        memory.Intake.Begin(_fanOut, Self);
        settings.Meter.Watch(() => memory.Pools.Room);
    }

    private delegate LinkMeter LinkMeterOf(string node);

    /// <summary>How to make one.</summary>
    public static Props Props(ReaderSettings settings, ReaderMemory memory) =>
        Akka.Actor.Props.Create(() => new CameraReaderActor(settings, memory));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>

        // A link that fails has lost its connection, and nothing of it goes on: another is asked for after a while.
        new OneForOneStrategy(-1, -1, _ => Sender.Equals(_fanOut) ? Directive.Restart : Directive.Stop, loggingEnabled: false);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _ticks = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(PulseInterval, PulseInterval, Self, Pulse.Message, Self);
        if (_memory.Assignment is not null) Attach();
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // A defect here. To sessions it is as if the home had moved: the source is lost, and back when the reader has attached anew. The fan-out
        // stays, because frames in its mailbox carry leases.
        LogDefect(_settings.Camera.Id, message?.GetType().Name ?? "", Sender, reason);
        Detach();
        PostStop();
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        _gap = WantsFrames;
        base.PostRestart(reason);
        if (_memory.Stopper is not null) _fanOut.Tell(FanOut.DrainFanOut.Message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _ticks?.Cancel();
        StopWatching();
        _memory.Intake.Close();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubmitControls submit: Submit(submit); break;
            case CancelControls cancel: TellHome(cancel); break;
            case WatchdogTick: LookForFrames(); break;
            case FrameCame came: Came(came); break;
            case Pulse: Beat(); break;
            case DescribeCamera: Describe(); break;
            case JoinCamera join: Join(join); break;
            case LeaveCamera leave: Leave(leave); break;
            case ConfigureCamera configure: Ask(configure, configure.Session, configure.Ticket); break;
            case StartStream start: Start(start); break;
            case StopStream stop: Stop(stop); break;
            case SetGlobalControls set: Set(set); break;
            case AcquireOwner acquire: Ask(acquire, acquire.Session, acquire.Ticket); break;
            case ReleaseOwner release: Ask(release, release.Session, release.Ticket); break;
            case LendPool lend: lend.Borrower.Tell(new PoolLent(lend.Ticket, null)); break;
            case HoldCapture hold: Hold(hold); break;
            case ReleaseCapture: Release(); break;
            default: ReceiveFromNode(message); break;
        }
    }

    private void ReceiveFromNode(object message)
    {
        switch (message)
        {
            case PlacementChanged changed: Follow(changed.Table.Of(_settings.Camera.Id)); break;
            case CarrierEnded ended: Ended(ended); break;
            case TryLink attempt when attempt.Number == _retry: Link(); break;
            case TryLink: break;
            case StopReader: StopAll(); break;
            case FanOutDrained drained: Drained(drained); break;
            case Terminated terminated when terminated.ActorRef.Equals(_home): LoseHome("it has ended"); break;
            case Terminated terminated when terminated.ActorRef.Equals(_linkActor): Ended(new CarrierEnded(_carrier!.Link, default)); break;
            case Terminated: break;
            case IFabricMessage told: ReceiveFromHome(told); break;
            default: Unhandled(message); break;
        }
    }

    private void Describe()
    {
        if (_memory.Profile is null || !_memory.HasBeenLinked) _memory.Curious.Add(Sender);
        else Sender.Tell(new CameraDescribed(_memory.Profile));
    }

    private void Hold(HoldCapture hold)
    {
        if (_memory.Stopper is not null)
        {
            hold.Look.Answer.TrySetCanceled();
            return;
        }

        _memory.Holds++;
        _fanOut.Tell(hold.Look);
        TellHome(new HoldRemote(_memory.Holds));
        Attend();
    }

    private void Release()
    {
        _memory.Holds = Math.Max(0, _memory.Holds - 1);
        TellHome(new HoldRemote(_memory.Holds));
        Attend();
    }

    // First the carrier, so that no frame comes any more; then the fan-out, which has seen all of them by then.
    private void StopAll()
    {
        if (_memory.Stopper is not null) return;
        _memory.Stopper = Sender;
        _settings.Meter.Enter(CameraState.Stopped);
        Detach();
        _fanOut.Tell(FanOut.DrainFanOut.Message);
    }

    private void Drained(FanOutDrained drained)
    {
        if (!drained.InTime) LogNotDrained(_settings.Camera.Id);
        _memory.Pools.Retire();
        _settings.Meter.Attend(0, 0, "");
        _memory.Stopper!.Tell(new ReaderStopped(_settings.Camera.Id));
        Context.Stop(Self);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: its reader failed at a {Kind} from {Peer}, which is a defect; it begins anew")]
    private partial void LogDefect(string camera, string kind, IActorRef peer, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: the reader's delivery thread did not end in time")]
    private partial void LogNotDrained(string camera);
}

/// <summary>Stop the reader for good. Answered with <see cref="ReaderStopped"/>.</summary>
internal sealed class StopReader
{
    /// <summary>The one message.</summary>
    public static StopReader Message { get; } = new();
}

/// <summary>The reader has stopped: no thread of it runs.</summary>
/// <param name="Camera">The camera's id.</param>
internal sealed record ReaderStopped(string Camera);
