using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Media;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Program;

/// <summary>
/// One connection of a <see cref="CameraGuest"/> to a virtio-media device: what a V4L2 application in a guest does, on one thread, and the
/// checks that V4L2 leaves room for.
/// </summary>
internal sealed partial class MediaGuestSession : IGuestSession, IMediaListener
{
    // After a buffer without a frame: often enough to notice that frames come again, seldom enough not to spin.
    private const long RetryNanoseconds = 20_000_000;

    /// <summary>What of a guest's checks virtio-media carries nothing for.</summary>
    public static readonly IReadOnlyList<string> Unchecked =
    [
        "checksums: v4l2_buffer has no place for one; pixels are held against their stamp alone",
        "why frames were dropped: V4L2 tells gaps in sequence numbers, without reasons",
        "controls of single frames: virtio-media has no requests",
        "completion in the fabric: latency counts from the buffer's timestamp, which is the start of the exposure",
    ];

    private readonly CameraGuestOptions _options;
    private readonly GuestTally _tally;
    private readonly FrameClock _clock;
    private readonly FrameSink? _sink;
    private readonly ProgressTimer _progress;
    private readonly MediaDriver _driver;
    private readonly HeldRequests<int> _held = new(MediaWire.MaximumBuffers);
    private MediaSession? _session;
    private bool _changed;
    private long _lastFrame;
    private long _lastTime;

    public MediaGuestSession(CameraGuestOptions options, GuestTally tally, FrameClock clock, FrameSink? sink, ProgressTimer progress)
    {
        _options = options;
        _tally = tally;
        _clock = clock;
        _sink = sink;
        _progress = progress;
        _driver = MediaDriver.Connect(options.Socket, this, DriverOptions(options));
        tally.Connected(_driver.ReadConfig().Card.ToString());
    }

    /// <inheritdoc/>
    /// <exception cref="MediaDriverException">The device refused, did not answer, or broke the protocol.</exception>
    public SessionEnd Run(CancellationToken stop)
    {
        Require("OPEN", _driver.Open(out _session));
        using var wake = stop.Register(_session!.Signal);
        while (true)
        {
            Configure(_session);
            var end = Stream(_session, stop);
            if (end.Kind == SessionEndKind.Gone) return end;
            Stop(_session);
            if (end.Kind == SessionEndKind.Changed) continue;
            _session.Close();
            return end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _driver.Dispose();
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    /// <inheritdoc/>
    void IMediaListener.Violated(string what) => _tally.Failures.Add(what);

    /// <inheritdoc/>
    void IMediaListener.Disconnected(string reason)
    {
    }

    private SessionEnd Stream(MediaSession session, CancellationToken stop)
    {
        _lastFrame = _clock.Now;
        Requeue(session);
        while (true)
        {
            if (_driver.Failure is { } reason) return new SessionEnd(SessionEndKind.Gone, reason);
            if (session.Lost is { } errno) return new SessionEnd(SessionEndKind.Gone, $"the device gave the session up (errno {errno})");
            var now = _clock.Now;
            if (EndOf(now, stop) is { } end) return end;
            _progress.Tick(now);
            TakeEvents(session);
            Requeue(session);
            if (session.TryDequeue(Pause(now), out var buffer)) Handle(buffer, stop);
        }
    }

    private SessionEnd? EndOf(long now, CancellationToken stop)
    {
        if (_options.Frames > 0 && _tally.Delivered >= _options.Frames)
            return new SessionEnd(SessionEndKind.Finished, $"{_tally.Delivered} frames received");
        if (stop.IsCancellationRequested) return new SessionEnd(SessionEndKind.Finished, "stopped");
        if (_options.Duration > TimeSpan.Zero && now >= EndOfRun)
            return new SessionEnd(SessionEndKind.Finished, $"{_options.Duration.TotalSeconds:0.###} s are over");
        if (_changed) return new SessionEnd(SessionEndKind.Changed, "the camera has changed");
        if (_options.StallTimeout > TimeSpan.Zero && now - _lastFrame >= Nanoseconds(_options.StallTimeout))
            return new SessionEnd(SessionEndKind.Gone, $"no frame for {_options.StallTimeout.TotalSeconds:0.###} s");
        return null;
    }

    private long EndOfRun => _tally.Started + Nanoseconds(_options.Duration);

    private TimeSpan Pause(long now)
    {
        var due = Math.Min(_progress.NextDue, _held.NextDue);
        if (_options.Duration > TimeSpan.Zero) due = Math.Min(due, EndOfRun);
        if (_options.StallTimeout > TimeSpan.Zero) due = Math.Min(due, _lastFrame + Nanoseconds(_options.StallTimeout));
        return TimeSpan.FromMilliseconds(Math.Clamp((due - now + 999_999) / 1_000_000, 0, 60_000));
    }

    private void TakeEvents(MediaSession session)
    {
        while (session.TryTakeEvent(out var occurred))
        {
            // The first number of a change is what changed: V4L2_EVENT_SRC_CH_RESOLUTION.
            if (occurred.Type == V4l2EventType.SourceChange && occurred.Control.Changes != 0) _changed = true;
            _tally.MediaEvent(occurred.Type);
        }
    }

    private void Handle(in V4l2Buffer buffer, CancellationToken stop)
    {
        var seen = _clock.Now;
        var isFrame = Count(buffer, seen);
        if (isFrame && _options.DelayPerFrame > TimeSpan.Zero) _clock.WaitUntil(_clock.Now + Nanoseconds(_options.DelayPerFrame), stop);
        var hold = isFrame ? Nanoseconds(_options.Hold) : RetryNanoseconds;
        _held.Add((int)buffer.Index, hold == 0 ? 0 : _clock.Now + hold);
    }

    private bool Count(in V4l2Buffer buffer, long seen)
    {
        if (buffer.Flags.HasFlag(V4l2BufferFlags.Error))
        {
            _tally.MediaFailed();
            return false;
        }

        _lastFrame = seen;
        var time = buffer.Seconds * 1_000_000_000 + buffer.Microseconds * 1_000;
        if (!buffer.Flags.HasFlag(V4l2BufferFlags.TimestampMonotonic))
            _tally.Failures.Add($"frame {buffer.Sequence}: its time is not said to be CLOCK_MONOTONIC's");
        if (time <= _lastTime || time > seen)
        {
            _tally.Failures.Add(
                $"frame {buffer.Sequence}: its time {time} ns does not lie between the last frame's {_lastTime} and now, {seen}");
        }

        _lastTime = time;
        if (!_tally.MediaFrame(buffer.Sequence, buffer.BytesUsed, seen, time)) return true;
        if (buffer.BytesUsed > (uint)_frame.Length)
        {
            _tally.Failures.Add($"frame {buffer.Sequence}: {buffer.BytesUsed} bytes used of a buffer of {_frame.Length}");
            return true;
        }

        var pixels = _frame.AsSpan(0, (int)buffer.BytesUsed);
        if (_options.Verify || _sink is not null) CopyFrame((int)buffer.Index, pixels);
        if (_options.Verify) _tally.Verifier.Verify(buffer.Sequence, pixels);
        _sink?.Write(pixels);
        return true;
    }

    /// <summary>Gives buffers back to the device, as long as frames are wanted.</summary>
    private void Requeue(MediaSession session)
    {
        while (IsWanted(session) && _held.TryTake(_clock.Now, out var index))
        {
            var status = Queue(session, index);
            if (status == 0)
            {
                _tally.Submitted();
                continue;
            }

            Require($"QBUF of buffer {index}", status);
        }
    }

    private bool IsWanted(MediaSession session) => _options.Frames == 0 || _tally.Delivered + session.Queued < _options.Frames;

    private void Stop(MediaSession session)
    {
        var withDevice = session.Queued;
        Require("STREAMOFF", session.StreamOff());
        for (; withDevice > 0; withDevice--) _tally.MediaCancelled();
        Free(session);
        _held.Clear();
    }

    private static void Require(string what, int status)
    {
        if (status != 0) throw new MediaDriverException($"{what} was refused: {(MediaStatus)status} (errno {status})");
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
