using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Program;

/// <summary>
/// Everything that a guest counts over its connections, and the report made of it. One thread, but for <see cref="Events"/> and
/// <see cref="Failures"/>; counting allocates nothing while all is well.
/// </summary>
internal sealed partial class GuestTally
{
    private static readonly ResultFlags[] Marks =
        [ResultFlags.Late, ResultFlags.Clamped, ResultFlags.Ignored, ResultFlags.Discontinuity, ResultFlags.Corrupt, ResultFlags.Truncated];

    private long _inPlace;
    private readonly CameraGuestOptions _options;
    private readonly FrameClock _clock;
    private readonly FrameAccount _frames = new();
    private readonly LatencyHistogram _latency = new();
    private readonly ControlTally _controls;
    private readonly long[] _statuses = new long[(int)CameraStatus.NotApplied + 1];
    private readonly long[] _marks = new long[Marks.Length];
    private string _camera = "";
    private string _stream = "";
    private long _malformed;
    private long _submitted;
    private long _ended;
    private long _bytes;
    private long _framesSpent;
    private long _period;
    private long _clockOffset;
    private long _firstSeen;
    private long _lastSeen;
    private bool _gapOpen;
    private long _maximumGap;
    private long _stutters;
    private readonly LongestGaps _gaps = new();
    private int _connections;
    private int _interruptions;
    private int _interruptionsSeen;
    private int _recovered;
    private long _longestInterruption;
    private long _lastInterruption;
    private long _interrupted;

    public GuestTally(CameraGuestOptions options, FrameClock clock)
    {
        _options = options;
        _clock = clock;
        Started = clock.Now;
        _controls = new ControlTally(Failures);
        Verifier = new FrameVerifier(Failures);
    }

    /// <summary>When the run began, nanoseconds of the guest's clock.</summary>
    public long Started { get; }

    /// <summary>Frames delivered.</summary>
    public long Delivered => _frames.Delivered;

    /// <summary>A delivered frame was read where it is.</summary>
    public void CountInPlace() => _inPlace++;

    /// <summary>What was found wrong.</summary>
    public FailureLog Failures { get; } = new();

    /// <summary>What events tell.</summary>
    public EventTally Events { get; } = new();

    /// <summary>Checks of pixels.</summary>
    public FrameVerifier Verifier { get; }

    /// <summary>A connection is there.</summary>
    public void Connected(string camera)
    {
        _connections++;
        _camera = camera;
    }

    /// <summary>Streaming begins, on this connection or with this configuration.</summary>
    /// <param name="stream">What is streamed.</param>
    /// <param name="clockOffset">What to add to the device's times, nanoseconds.</param>
    public void Begin(CameraStream stream, long clockOffset)
    {
        _stream = stream.Configuration.ToString();
        _period = stream.Configuration.Interval.Nanoseconds;
        _clockOffset = clockOffset;
        _gapOpen = false;
        _frames.BeginSpan();
        Verifier.Begin(stream);
    }

    /// <summary>The device was away, and is back on the same rings. Call thread.</summary>
    public void Resumed() => Interlocked.Increment(ref _interruptions);

    /// <summary>A request was submitted.</summary>
    public void Submitted() => _submitted++;

    /// <summary>Counts a request that has ended.</summary>
    /// <returns>True when it brought a frame.</returns>
    public bool Ended(CameraRequest request)
    {
        _ended++;
        _controls.Count(request);
        if (request.Violation is { } violation)
        {
            _malformed++;
            Failures.Add(violation);
            return false;
        }

        _statuses[(int)request.Status]++;
        if (request.Status != CameraStatus.Ok)
        {
            if (request.Frame != 0) _framesSpent++;
            if (request.Status == CameraStatus.Cancelled && request.Interruptions != _interruptionsSeen) _interrupted++;
            return false;
        }

        if (request.Interruptions != _interruptionsSeen) EndInterruption(request);
        Book(request);
        Pace(request.Seen);
        if (IsSettled(request.Seen)) _latency.Record(request.Seen - (request.Done + _clockOffset));
        _bytes += request.BytesUsed;
        for (var i = 0; i < Marks.Length; i++)
        {
            if ((request.Flags & Marks[i]) != 0) _marks[i]++;
        }

        return true;
    }

    /// <summary>The connection ended in order: every drop has been told by now, in results and in events.</summary>
    /// <param name="interleaved">Frames exposed for other guests lie between; results count them, but they are no drops to tell of.</param>
    public void CloseBooks(bool interleaved)
    {
        // A strict request that failed names the frame it used up: that is told as well, by its own result.
        var told = Events.Drops + _framesSpent;
        // What was told while the device was being killed may be lost with it; and no frame had the numbers that a source leaves out when
        // it comes back: SOURCE has told of them all.
        if (!interleaved && _interruptionsSeen == 0 && Events.SourceLost == 0 && told < _frames.Told)
            Failures.Add($"{_frames.Told} frames were dropped by the count of results, but only {told} were told with a reason");
    }

    /// <summary>The report as things stand.</summary>
    /// <param name="end">Why the run has ended; null while it goes on.</param>
    /// <param name="completed">Whether that is no failure.</param>
    public GuestReport ToReport(string? end, bool completed)
    {
        var span = _lastSeen - _firstSeen;
        return new GuestReport
        {
            Name = _options.Name,
            Socket = _options.Socket,
            Camera = _camera,
            Stream = _stream,
            Final = end is not null,
            End = end ?? "",
            Completed = completed,
            Seconds = (_clock.Now - Started) / 1e9,
            FramesPerSecond = _frames.Delivered > 1 && span > 0 ? (_frames.Delivered - 1) * 1e9 / span : 0,
            Connections = _connections,
            Frames = new GuestFrameReport
            {
                Delivered = _frames.Delivered,
                InPlace = _inPlace,
                Bytes = _bytes,
                First = _frames.First,
                Last = _frames.Last,
                Span = _frames.Span,
                DropsTold = _frames.Told,
                DropsByReason = Events.DropsByReason(),
                Marked = Named(_marks, i => Marks[i].ToString()),
                Events = _options.Face == VirtioFace.Media ? _mediaEvents : Events.ByType(),
                SourceFaults = Events.SourceFaults(),
                EventsLost = Events.Lost,
                Balanced = _frames.Balanced,
            },
            Requests = new GuestRequestReport { Submitted = _submitted, ByStatus = Statuses(), Unfinished = _submitted - _ended },
            Latency = new GuestLatencyReport
            {
                Count = _latency.Count,
                P50 = _latency.Percentile(0.5) / 1e3,
                P99 = _latency.Percentile(0.99) / 1e3,
                Maximum = _latency.Maximum / 1e3,
            },
            Interruptions = new GuestInterruptionReport
            {
                Count = Volatile.Read(ref _interruptions),
                Recovered = _recovered,
                LongestGap = _longestInterruption / 1e3,
                LastGap = _lastInterruption / 1e3,
                Cancelled = _interrupted,
            },
            Pace = new GuestPaceReport
            {
                Period = _period / 1e3,
                MaximumGap = _maximumGap / 1e3,
                Stutters = _stutters,
                LastFrame = _lastSeen / 1e3,
                Longest = _gaps.ToReport(),
            },
            Controls = _controls.ToReport(),
            Verification = new GuestVerificationReport
            {
                Checksums = Verifier.Checksums,
                Stamps = Verifier.Stamps,
                Failures = Failures.Count,
                First = Failures.First,
                Unchecked = _options.Face == VirtioFace.Media ? MediaGuestSession.Unchecked : [],
            },
        };
    }

    private void Book(CameraRequest request)
    {
        var last = _frames.Last;
        if (!_frames.TryBook(request.Frame, request.DroppedBefore, out var gap))
            Failures.Add($"frame {request.Frame} after frame {last}: numbers must go up");
        else if (gap != request.DroppedBefore && _gapOpen)
            Failures.Add($"frame {request.Frame} after frame {last}: {gap} frames are missing, {request.DroppedBefore} were told");
    }

    // The first frame since the device was away: the books and the pace begin anew, and the time between is told on its own.
    private void EndInterruption(CameraRequest request)
    {
        _interruptionsSeen = request.Interruptions;
        _recovered++;
        _lastInterruption = _lastSeen == 0 ? 0 : request.Seen - _lastSeen;
        _longestInterruption = Math.Max(_longestInterruption, _lastInterruption);
        _gapOpen = false;
        _frames.BeginSpan();
        if ((request.Flags & ResultFlags.Discontinuity) == 0)
            Failures.Add($"frame {request.Frame} is the first since the device was away, and no discontinuity");
    }

    private void Pace(long seen)
    {
        if (_firstSeen == 0) _firstSeen = seen;
        if (_gapOpen && IsSettled(seen))
        {
            var gap = seen - _lastSeen;
            if (gap > _maximumGap) _maximumGap = gap;
            if (_period > 0 && gap > _period + _period / 2)
            {
                _stutters++;
                _gaps.Add(_lastSeen, gap);
            }
        }

        _gapOpen = true;
        _lastSeen = seen;
    }

    private bool IsSettled(long seen) => seen - _firstSeen >= _options.Settle.Ticks * TimeSpan.NanosecondsPerTick;

    private IReadOnlyDictionary<string, long> Statuses()
    {
        var named = Named(_statuses, i => ((CameraStatus)i).ToString());
        if (_malformed > 0) named["Malformed"] = _malformed;
        return named;
    }

    private static SortedDictionary<string, long> Named(long[] counts, Func<int, string> name)
    {
        var named = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0) named[name(i)] = counts[i];
        }

        return named;
    }
}
