using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// One camera's sensor: opens it, runs and stops its capture thread, and passes controls on to it. When the sensor fails or goes quiet,
/// the actor
/// throws; its supervisor restarts it, and the new one opens a new sensor after a delay that grows. What can take time (opening,
/// stopping, making
/// memory) runs elsewhere, one thing after the other.
/// </summary>
internal sealed partial class SensorActor : UntypedActor
{
    private readonly CameraRig _rig;
    private readonly SensorMemory _memory;
    private readonly IActorRef _fanOut;
    private readonly CameraMeter _meter;
    private readonly FabricOptions _options;
    private readonly FrameClock _clock;
    private readonly ILogger _logger;
    private readonly List<ControlSet> _deferred = [];
    private readonly int _incarnation;
    private ISensor? _sensor;
    private CaptureRun? _run;
    private CaptureRun? _starting;
    private Task<ISensor>? _opening;
    private Task<CaptureRun>? _start;
    private ICancelable? _waiting;
    private ICancelable? _ticks;
    private long _lastTick;
    private bool _isBusy;

    /// <summary>An actor over a memory that outlives it.</summary>
    public SensorActor(CameraRig rig, SensorMemory memory, IActorRef fanOut, CameraMeter meter, FabricOptions options, FrameClock clock,
        ILogger logger)
    {
        _rig = rig;
        _memory = memory;
        _fanOut = fanOut;
        _meter = meter;
        _options = options;
        _clock = clock;
        _logger = logger;
        _incarnation = ++memory.Incarnation;
    }

    /// <summary>How to make one.</summary>
    public static Props Props(
        CameraRig rig, SensorMemory memory, IActorRef fanOut, CameraMeter meter, FabricOptions options, FrameClock clock, ILogger logger) =>
        Akka.Actor.Props.Create(() => new SensorActor(rig, memory, fanOut, meter, options, clock, logger))
            .WithDispatcher("camera-fabric.frame-path-dispatcher");

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_memory.Closer is not null) Reconcile();
        else if (_memory.Delay <= TimeSpan.Zero) Self.Tell(new TryOpen(_incarnation));
        else _waiting = Context.System.Scheduler.ScheduleTellOnceCancelable(_memory.Delay, Self, new TryOpen(_incarnation), Self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubmitControls submit:
                Submit(submit.Set);
                break;
            case CancelControls cancel:
                Cancel(cancel.Set);
                break;
            case CancelContext cancel:
                Cancel(cancel);
                break;
            case SetGlobalControls set:
                Allow(set.Controls.AsSpan());
                if (_memory.Profile is not null) _memory.EnsureSchedule().SetGlobal(set.Controls.AsSpan());
                break;
            case StartCapture start:
                _memory.Wanted = start;
                Reconcile();
                break;
            case Cameras.StopCapture:
                _memory.Wanted = null;
                Reconcile();
                break;
            case WatchdogTick:
                Look(_clock.Now);
                break;
            case FirstFrame first when IsOurs(first.Run):
                _memory.Backoff.Works(_clock.Now);
                Context.Parent.Tell(SensorDelivers.Message);
                break;
            case CaptureFailed failed when IsOurs(failed.Run):
                _run = failed.Run;
                Fail(SourceFaults.Of(failed.Error), $"camera {_rig.Id}: the sensor failed: {failed.Error.Message}", failed.Error);
                break;
            case FrameFaulty faulty when IsOurs(faulty.Run):
                Tell(faulty.Fault, faulty.Frame);
                break;
            case CaptureEnded ended when IsOurs(ended.Run):
                End(ended.Run);
                break;
            case ContinueAbove above:
                ContinueAbove(above.Sequence);
                break;
            case LendPool lend:
                Lend(lend);
                break;
            case Cameras.CloseSensor:
                _memory.Closer = Sender;
                _memory.Wanted = null;
                Reconcile();
                break;
            default:
                ReceiveOutcome(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _waiting?.Cancel();
        StopWatching();
        Release();
        base.PostStop();
    }

    private void Look(long now)
    {
        // Ticks that come late say that this machine is busy, which is no fault of the sensor's.
        var lateness = now - _lastTick - 2 * _options.WatchdogTick.Ticks * TimeSpan.NanosecondsPerTick;
        if (_lastTick != 0 && lateness > 0) _memory.Watchdog.Excuse(now, lateness);
        _lastTick = now;
        if (_run is not { HasEnded: false } || _isBusy || !_memory.Watchdog.IsExpired(now)) return;
        Fail(SourceFault.Silent, $"camera {_rig.Id}: no frame for {_rig.WatchdogPeriods} periods", null);
    }

    private bool IsOurs(CaptureRun run) => run == _run || run == _starting;

    private void Submit(ControlSet set)
    {
        Allow(set.Controls.AsSpan());

        // Unless capture runs, the end of an old run may yet call off all that the schedule knows.
        if (_isBusy || _run is null) _deferred.Add(set);
        else _memory.EnsureSchedule().Submit(set);
    }

    private void Allow(ReadOnlySpan<ControlEntry> controls)
    {
        foreach (ref readonly var entry in controls)
        {
            var duration = ControlDurations.Of(entry);
            if (_memory.Watchdog.Allow(duration) && _memory.HasReaders) Context.Parent.Tell(new AllowSilence(duration));
        }
    }

    // A camera that had another home goes on counting where that one stopped. What is open counts on from where it began: it is opened anew.
    private void ContinueAbove(ulong sequence)
    {
        if (sequence < _memory.NextSequence) return;
        _memory.Exposed(sequence);
        if (_sensor is null && _opening is null) return;
        _fanOut.Tell(FanOut.LoseSource.Message);
        _memory.Delay = TimeSpan.Zero;
        throw new SensorException($"camera {_rig.Id}: its numbers go on above {sequence}", null);
    }

    // Not in OnReceive: its closure would be made for every message there.
    private void Cancel(ulong id)
    {
        if (_deferred.RemoveAll(set => set.Id == id) == 0) _memory.Schedule?.Cancel(id);
    }

    private void Cancel(CancelContext cancel)
    {
        _deferred.RemoveAll(set => set.Context == cancel.Context);
        if (cancel.Forget) _memory.Schedule?.ForgetContext(cancel.Context);
        else _memory.Schedule?.CancelContext(cancel.Context);
    }

    private void End(CaptureRun run)
    {
        run.HasEnded = true;
        StopWatching();
        LogEnded(_rig.Id);
        _fanOut.Tell(FanOut.LoseSource.Message);
        Context.Parent.Tell(new SensorEnded(_memory.LastSequence));
    }

    /// <summary>Says so to those concerned, and leaves the rest to the supervisor.</summary>
    private void Fail(SourceFault fault, string reason, Exception? error)
    {
        _memory.Delay = _memory.Backoff.Failed(_clock.Now);
        _meter.CountRestart();

        // Of frames each single one was counted.
        if (error is not FrameFaultException) _meter.Faults.Add((int)fault);
        _meter.DescribeFault($"{Word(fault)} after frame {_memory.LastSequence}: {error?.Message ?? reason}");
        LogFailed(_rig.Id, reason, _memory.Delay.TotalMilliseconds);

        // In this order: the fan-out has heard of every request whose controls came here, so it ends them all.
        _fanOut.Tell(FanOut.LoseSource.Message);
        Context.Parent.Tell(new SensorTroubled(reason, _memory.LastSequence, fault));
        throw new SensorException(reason, error);
    }

    /// <summary>Says so of what the sensor survives.</summary>
    private void Tell(SourceFault fault, ulong frame)
    {
        _meter.DescribeFault($"{Word(fault)}: frame {frame}");
        LogFaulty(_rig.Id, Word(fault), frame);
        Context.Parent.Tell(new SensorFaulty(fault, frame));
    }

    private static string Word(SourceFault fault) => RigWords.Of(fault.ToString());

    private void Watch() => _ticks ??= Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
        _options.WatchdogTick, _options.WatchdogTick, Self, WatchdogTick.Message, Self);

    private void StopWatching()
    {
        _ticks?.Cancel();
        _ticks = null;
        _lastTick = 0;
        _memory.Watchdog.Stop();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: {Reason}; next attempt in {Delay} ms")]
    private partial void LogFailed(string camera, string reason, double delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: the sensor is faulty, {Fault}: frame {Frame}")]
    private partial void LogFaulty(string camera, string fault, ulong frame);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: the recording is at its end")]
    private partial void LogEnded(string camera);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: capture thread: {Problem}")]
    private partial void LogTuning(string camera, string problem);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "camera {Camera}: the capture thread did not end within {Timeout} s and is left behind")]
    private partial void LogLeftBehind(string camera, double timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: the sensor failed when it was given back")]
    private partial void LogNotGivenBack(string camera, Exception exception);

    /// <summary>Open the sensor now.</summary>
    /// <param name="Incarnation">Of whom it is asked.</param>
    private sealed record TryOpen(int Incarnation);

    /// <summary>Look whether frames come.</summary>
    private sealed class WatchdogTick
    {
        public static WatchdogTick Message { get; } = new();
    }
}
