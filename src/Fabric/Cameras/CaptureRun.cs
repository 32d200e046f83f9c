using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Dispatch;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// One run of a camera's capture thread, from start to stop, and where that thread hands its frames on: to the fan-out directly, and to the
/// sensor's actor what concerns it. Once it is detached, whatever still comes is refused and counted.
/// </summary>
internal sealed class CaptureRun : IFrameSink
{
    private readonly IActorRef _sensor;
    private readonly IActorRef _fanOut;
    private readonly CameraMeter _meter;
    private readonly FrameWatchdog _watchdog;
    private readonly FaultPace _faultPace;
    private readonly FrameClock _clock;
    private volatile bool _isDetached;
    private ulong _next;
    private bool _hasDelivered;

    /// <summary>A run that has no loop yet.</summary>
    public CaptureRun(StartCapture wanted, IActorRef sensor, IActorRef fanOut, CameraMeter meter, SensorMemory memory, FrameClock clock)
    {
        Wanted = wanted;
        _sensor = sensor;
        _fanOut = fanOut;
        _meter = meter;
        _watchdog = memory.Watchdog;
        _faultPace = memory.FaultPace;
        _clock = clock;
    }

    /// <summary>What it captures.</summary>
    public StartCapture Wanted { get; }

    /// <summary>The loop that it is the sink of.</summary>
    public CaptureLoop? Loop { get; set; }

    /// <summary>Whether the sensor has come to its end.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Refuses everything from now on.</summary>
    public void Detach() => _isDetached = true;

    /// <inheritdoc/>
    public void Published(Frame frame)
    {
        _meter.CountCaptured();
        CountSkipped(frame.Header.Sequence);
        if (_isDetached)
        {
            _meter.Lost.Add((int)FrameLoss.Late);
            frame.Return();
            return;
        }

        _watchdog.Frame(_clock.Now, DurationOf(frame.Applied));
        DedicatedExecutor.TellHere(_fanOut, frame);
        if (_hasDelivered) return;
        _hasDelivered = true;
        _sensor.Tell(new FirstFrame(this), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void Lost(ulong sequence, ulong controlSet, FrameLossReason reason)
    {
        _meter.CountCaptured();
        CountSkipped(sequence);
        _meter.Lost.Add((int)(_isDetached ? FrameLoss.Late : LossOf(reason)));
        if (_isDetached) return;

        // A frame without a place is still a sign of life; one that failed is not.
        if (reason == FrameLossReason.NoFreeSlot) _watchdog.Frame(_clock.Now, 0);
        if (reason != FrameLossReason.Stopped) _fanOut.Tell(new FrameMissed(sequence, controlSet, DropOf(reason)), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void Faulty(FrameFault fault, ulong sequence, ulong controlSet)
    {
        if (fault != FrameFault.Frozen) LoseFaulty(fault, sequence, controlSet);
        var kind = SourceFaults.Of(fault);
        _meter.Faults.Add((int)kind);
        if (!_isDetached && _faultPace.MayTell(kind, _clock.Now)) _sensor.Tell(new FrameFaulty(this, kind, sequence), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void ControlSetLost(in ControlSetLoss loss)
    {
        // A set is called off by its own session, which knows, or because capture ends, which the fan-out is told in its own words.
        if (_isDetached || loss.Reason == ControlSetFailure.Cancelled) return;
        _fanOut.Tell(new ControlSetLost(loss.Set, loss.Context, loss.Reason, loss.Frame), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void Ended() => _sensor.Tell(new CaptureEnded(this), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void Failed(Exception error) => _sensor.Tell(new CaptureFailed(this, error), ActorRefs.NoSender);

    private void LoseFaulty(FrameFault fault, ulong sequence, ulong controlSet)
    {
        _meter.CountCaptured();
        var isNumbered = fault is FrameFault.Mistimed or FrameFault.Short;
        if (isNumbered) CountSkipped(sequence);
        _meter.Lost.Add((int)(_isDetached ? FrameLoss.Late : LossOf(fault)));
        if (_isDetached) return;

        // It shows that the sensor lives; whether it is of any use, its frames have to show.
        _watchdog.Frame(_clock.Now, 0);

        // A number that does not count says nothing to guests, and the next one is still to come.
        var last = isNumbered ? sequence : Math.Max(_next, 1) - 1;
        _fanOut.Tell(new FrameMissed(last, controlSet, FrameDropReason.Faulty), ActorRefs.NoSender);
    }

    // A number that the sensor left out is a frame that somebody misses, as much as one that was dropped here.
    private void CountSkipped(ulong sequence)
    {
        var skipped = _next == 0 || sequence <= _next ? 0 : (int)Math.Min(sequence - _next, int.MaxValue);
        _next = sequence + 1;
        if (skipped == 0) return;
        _meter.CountCaptured(skipped);
        _meter.Lost.Add((int)FrameLoss.Skipped, skipped);
        if (!_isDetached) _fanOut.Tell(new FrameMissed(sequence - 1, 0, FrameDropReason.SensorSkipped, skipped), ActorRefs.NoSender);
    }

    private static FrameLoss LossOf(FrameLossReason reason) => reason switch
    {
        FrameLossReason.NoFreeSlot => FrameLoss.NoFreeSlot,
        FrameLossReason.Stopped => FrameLoss.Stopped,
        _ => FrameLoss.SensorFailed,
    };

    private static FrameLoss LossOf(FrameFault fault) => fault switch
    {
        FrameFault.Repeated => FrameLoss.Repeated,
        FrameFault.Backward => FrameLoss.Backward,
        FrameFault.Leapt => FrameLoss.Leapt,
        FrameFault.Mistimed => FrameLoss.Mistimed,
        _ => FrameLoss.Short,
    };

    private static FrameDropReason DropOf(FrameLossReason reason) =>
        reason == FrameLossReason.NoFreeSlot ? FrameDropReason.NoFreeSlot : FrameDropReason.SensorFailed;

    private static long DurationOf(ReadOnlySpan<ControlEntry> applied)
    {
        long longest = 0;
        foreach (ref readonly var entry in applied) longest = Math.Max(longest, ControlDurations.Of(entry));
        return longest;
    }
}

/// <summary>A run's first frame has come.</summary>
/// <param name="Run">The run.</param>
internal sealed record FirstFrame(CaptureRun Run);

/// <summary>Something is wrong with a run's frame.</summary>
/// <param name="Run">The run.</param>
/// <param name="Fault">What.</param>
/// <param name="Frame">The number that the sensor gave the frame.</param>
internal sealed record FrameFaulty(CaptureRun Run, SourceFault Fault, ulong Frame);

/// <summary>A run's sensor has no more frames.</summary>
/// <param name="Run">The run.</param>
internal sealed record CaptureEnded(CaptureRun Run);

/// <summary>A run's sensor has failed.</summary>
/// <param name="Run">The run.</param>
/// <param name="Error">How.</param>
internal sealed record CaptureFailed(CaptureRun Run, Exception Error);
