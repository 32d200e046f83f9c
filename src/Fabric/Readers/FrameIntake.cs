using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Dispatch;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Readers;

/// <summary>
/// Where a reader's frames come in, from one carrier at a time: refuses what is of an older epoch or comes from a carrier that is closed,
/// finds out what a link's break has cost, and tells the reader's fan-out. Thread-safe; allocates nothing for a frame.
/// </summary>
internal sealed class FrameIntake(CameraMeter meter, FrameClock clock, FrameWatchdog watchdog)
{
    private readonly Lock _lock = new();
    private IActorRef _fanOut = ActorRefs.Nobody;
    private IActorRef _reader = ActorRefs.Nobody;
    private FrameCarrier? _open;
    private uint _epoch;
    private ulong _last;
    private bool _countsGap;
    private bool _tellsFrame;

    /// <summary>Says when frames have stopped coming.</summary>
    public FrameWatchdog Watchdog { get; } = watchdog;

    /// <summary>The newest frame that has come or was told as missed; 0 for none.</summary>
    public ulong LastFrame
    {
        get
        {
            lock (_lock) return _last;
        }
    }

    /// <summary>Whom to tell.</summary>
    /// <param name="fanOut">Gets frames.</param>
    /// <param name="reader">Hears of the first frame and of broken links.</param>
    public void Begin(IActorRef fanOut, IActorRef reader)
    {
        lock (_lock) (_fanOut, _reader) = (fanOut, reader);
    }

    /// <summary>Frames of an older epoch are refused from now on.</summary>
    /// <param name="epoch">The newest epoch that is known.</param>
    public void Know(uint epoch)
    {
        lock (_lock) _epoch = Math.Max(_epoch, epoch);
    }

    /// <summary>From now on this carrier, and no other.</summary>
    /// <param name="link">The reader's number for it.</param>
    /// <param name="ends">Where its end is counted; null for one that is no link.</param>
    /// <param name="countsGap">
    /// Whether the numbers that are missing before its first frame are frames that sessions here have missed: frames were wanted all the
    /// time. The home before may have exposed them, or other readers have had them: results count them, so they are told.
    /// </param>
    public FrameCarrier Open(ulong link, LinkMeter? ends, bool countsGap)
    {
        lock (_lock)
        {
            _countsGap = countsGap;
            return _open = new FrameCarrier(this, link, ends);
        }
    }

    /// <summary>What comes from now on is refused; what came before has been told to the fan-out.</summary>
    public void Close()
    {
        lock (_lock) _open = null;
    }

    /// <summary>Numbers that are missing from now on are nobody's loss.</summary>
    public void ForgetGap()
    {
        lock (_lock) _countsGap = false;
    }

    /// <summary>Tells the reader of the next frame that comes: <see cref="FrameCame"/>.</summary>
    public void TellNextFrame()
    {
        lock (_lock) _tellsFrame = true;
    }

    internal void Received(FrameCarrier carrier, Frame frame)
    {
        lock (_lock)
        {
            ref readonly var header = ref frame.Header;
            var (sequence, epoch) = (header.Sequence, header.Epoch);
            if (carrier != _open || epoch < _epoch)
            {
                meter.CountCaptured();
                meter.Lost.Add((int)(epoch < _epoch ? FrameLoss.OldEpoch : FrameLoss.Late));
                carrier.Ends?.CountRefused();
                frame.Return();
                return;
            }

            CountGap(sequence);
            meter.CountCaptured();
            _last = Math.Max(_last, sequence);
            Watchdog.Frame(clock.Now, DurationOf(frame.Applied));

            // A link's own thread can do the fan-out's work; the turn of a home's fan-out cannot.
            if (carrier.Ends is not null) DedicatedExecutor.TellHere(_fanOut, frame);
            else _fanOut.Tell(frame, ActorRefs.NoSender);
            if (!_tellsFrame) return;
            _tellsFrame = false;
            _reader.Tell(new FrameCame(carrier.Link), ActorRefs.NoSender);
        }
    }

    internal void Missed(FrameCarrier carrier, ulong sequence, ulong controlSet, FrameDropReason reason, int count)
    {
        lock (_lock)
        {
            if (carrier != _open) return;
            CountGap(sequence - Math.Min(sequence, (ulong)count - 1));
            Miss(sequence, controlSet, reason, count);

            // A frame without a place is still a sign of life; one that failed is not.
            if (reason is FrameDropReason.LinkBusy or FrameDropReason.NoFreeSlot) Watchdog.Frame(clock.Now, 0);
        }
    }

    internal void Lost(FrameCarrier carrier, ControlSetLost lost)
    {
        lock (_lock)
        {
            if (carrier == _open) _fanOut.Tell(lost, ActorRefs.NoSender);
        }
    }

    internal void SourceLost(FrameCarrier carrier)
    {
        lock (_lock)
        {
            if (carrier == _open) _fanOut.Tell(LoseSource.Message, ActorRefs.NoSender);
        }
    }

    internal void Ended(FrameCarrier carrier, LinkEnd end) => _reader.Tell(new CarrierEnded(carrier.Link, end), ActorRefs.NoSender);

    // Before the first sign of a new link: what the broken one had swallowed.
    private void CountGap(ulong first)
    {
        if (!_countsGap) return;
        _countsGap = false;
        if (_last != 0 && first > _last + 1) Miss(first - 1, 0, FrameDropReason.LinkDown, (int)Math.Min(first - _last - 1, int.MaxValue));
    }

    private void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count)
    {
        meter.CountCaptured(count);
        meter.Lost.Add((int)FrameLoss.Missed, count);
        _last = Math.Max(_last, sequence);
        _fanOut.Tell(new FrameMissed(sequence, controlSet, reason, count), ActorRefs.NoSender);
    }

    private static long DurationOf(ReadOnlySpan<ControlEntry> applied)
    {
        long longest = 0;
        foreach (ref readonly var entry in applied) longest = Math.Max(longest, ControlDurations.Of(entry));
        return longest;
    }
}
