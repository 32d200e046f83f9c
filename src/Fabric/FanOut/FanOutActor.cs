using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Delivery;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// One camera's fan-out: told of frames by the capture thread and of requests by sessions, it decides who gets what and hands that to the
/// delivery
/// thread. On a dispatcher of its own, so that a frame does not wait behind anything else. It never holds a frame between two messages.
/// </summary>
internal sealed class FanOutActor : UntypedActor
{
    private readonly FanOutState _state;

    /// <summary>An actor over a state that outlives it.</summary>
    public FanOutActor(FanOutState state) => _state = state;

    /// <summary>How to make one.</summary>
    public static Props Props(FanOutState state) =>
        Akka.Actor.Props.Create(() => new FanOutActor(state)).WithDispatcher("camera-fabric.frame-path-dispatcher");

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        var table = _state.Table;
        switch (message)
        {
            case Frame frame:
                Take(frame);
                break;
            case FrameRequest request:
                table.Arm(request);
                break;
            case FrameMissed missed:
                Lose(missed.Sequence, missed.ControlSet, missed.Reason, missed.Count);
                break;
            case ControlSetLost lost:
                table.LoseControlSet(lost.Set, lost.Context, StatusOf(lost.Reason), lost.Frame);
                foreach (var tap in _state.Taps) tap.LoseControlSet(lost);
                break;
            case BeginStream begin:
                _state.EnsureDelivery();
                table.Begin(begin.Session, begin.Generation);
                break;
            case EndStream end:
                table.End(end.Session);
                break;
            case JoinFanOut join:
                _state.EnsureDelivery();
                table.Add(join.Session);
                break;
            case LeaveFanOut leave:
                table.Remove(leave.Session);
                break;
            case UnbindSession unbind:
                table.Unbind(unbind.Session);
                break;
            case SupersedeConfiguration supersede:
                table.Supersede(supersede.Generation);
                break;
            case Fabric.FanOut.LoseSource:
                _state.Applied.Restart();
                table.FailAll(CameraStatus.NoSource);
                foreach (var tap in _state.Taps) tap.LoseSource();
                break;
            case OpenTap open:
                if (!_state.Taps.Contains(open.Tap)) _state.Taps.Add(open.Tap);
                break;
            case CloseTap close:
                _state.Taps.Remove(close.Tap);
                break;
            case TakeFrame look:
                // While no frame comes, only those that have not given up wait.
                _state.Lookers.RemoveAll(static other => other.Answer.Task.IsCompleted);
                _state.Lookers.Add(look);
                break;
            case DescribeFanOut describe:
                table.IsPerFrame = describe.Profile.IsPerFrame;
                _state.Applied.Watch(describe.Profile.Controls);
                break;
            case Fabric.FanOut.DrainFanOut:
                Drain();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // The frame of the failed message was given back where it was taken. Requests that wait may depend on what was lost:
        // they end, and their guests ask again.
        _state.Table.FailAll(CameraStatus.Internal);
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var look in _state.Lookers) look.Answer.TrySetCanceled();
        _state.Lookers.Clear();
        base.PostStop();
    }

    private void Take(Frame frame)
    {
        try
        {
            if (_state.IsDraining)
            {
                _state.Meter.CountFannedOut();
                return;
            }

            FrameEvents.Log.Offered(_state.Camera, (long)frame.Header.Sequence);
            _state.Meter.Rate.Record(_state.Clock.Now);
            if (!_state.Fence.IsOpen(_state.Clock.Now))
            {
                var (sequence, set) = (frame.Header.Sequence, frame.Header.ControlSet);
                _state.Meter.CountFannedOut();
                Lose(sequence, set, FrameDropReason.Fenced, 1);
                return;
            }

            _state.Table.Offer(frame);
            foreach (var tap in _state.Taps) tap.Offer(frame);
            if (_state.Lookers.Count > 0) Show(frame);
            TellChanges(frame);
        }
        finally
        {
            frame.Return();
        }
    }

    private void Lose(ulong sequence, ulong set, FrameDropReason reason, int count)
    {
        _state.Table.Lose(sequence, set, reason, count);
        foreach (var tap in _state.Taps) tap.Miss(sequence, set, reason, count);
    }

    private void Show(Frame frame)
    {
        foreach (var look in _state.Lookers)
        {
            var lease = frame.Lease();
            if (!look.Answer.TrySetResult(lease)) lease.Dispose();
        }

        _state.Lookers.Clear();
    }

    // Interleaved guests know what each frame of theirs was exposed with, and so do its observers: there the values change by design.
    private void TellChanges(Frame frame)
    {
        var observers = 0;
        foreach (var session in _state.Table.Sessions)
        {
            if (session.Role == SessionRole.Interleaved) return;
            if (session.Role == SessionRole.Observer && session.IsStreaming) observers++;
        }

        if (observers == 0) return;
        var changed = _state.Applied.Look(_state.Clock.Now, frame.Applied);
        if (changed.IsEmpty) return;
        var told = new ControlsChanged(frame.Header.Sequence, changed);
        foreach (var session in _state.Table.Sessions)
        {
            if (session.Role == SessionRole.Observer && session.IsStreaming) session.Session.Tell(told, Self);
        }
    }

    private void Drain()
    {
        _state.Table.FailAll(CameraStatus.Cancelled);
        foreach (var look in _state.Lookers) look.Answer.TrySetCanceled();
        _state.Lookers.Clear();
        _state.DrainAsync().PipeTo(Sender, Self, static inTime => new FanOutDrained(inTime), static _ => new FanOutDrained(false));
    }

    private static CameraStatus StatusOf(ControlSetFailure reason) => reason switch
    {
        ControlSetFailure.TooLate => CameraStatus.TooLate,
        ControlSetFailure.FrameLost => CameraStatus.FrameLost,
        _ => CameraStatus.Cancelled,
    };
}
