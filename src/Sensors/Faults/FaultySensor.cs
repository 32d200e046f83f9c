using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Faults;

/// <summary>
/// A healthy sensor to which a script's faults happen: for tests, and to see what guests make of a bad camera. What the sensor does by
/// itself stays
/// as it is, so the same script over the same frames brings the same faults.
/// </summary>
public sealed class FaultySensor : ISensor
{
    private readonly ISensor _healthy;
    private readonly FrameClock _clock;
    private readonly FaultScript _script;
    private ulong _next;
    private ulong _last;
    private long _period;
    private byte[] _still = [];
    private bool _isFrozen;

    /// <summary>Puts faults around a sensor, which it owns from now on.</summary>
    /// <param name="healthy">The sensor.</param>
    /// <param name="context">What that sensor was told.</param>
    /// <param name="script">Which faults; it outlives the sensor.</param>
    public FaultySensor(ISensor healthy, SensorContext context, FaultScript script)
    {
        ArgumentNullException.ThrowIfNull(healthy);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(script);
        _healthy = healthy;
        _clock = context.Clock;
        _script = script;
        _next = context.FirstSequence;
    }

    /// <inheritdoc/>
    public CameraProfile Profile => _healthy.Profile;

    /// <inheritdoc/>
    public void Configure(StreamConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _period = configuration.Interval.Nanoseconds;
        Throw(FaultKind.ThrowConfigure);
        _healthy.Configure(configuration);
    }

    /// <inheritdoc/>
    public void Start()
    {
        Throw(FaultKind.ThrowStart);
        _healthy.Start();
    }

    /// <inheritdoc/>
    public void Stop() => _healthy.Stop();

    /// <inheritdoc/>
    public void Capture(FrameCapture capture, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capture);
        Throw(FaultKind.Throw);
        if (Happens(FaultKind.Hang, out var hang)) _script.Hang(_clock, hang!);
        if (Happens(FaultKind.Silent, out var silence) && !_clock.WaitUntil(FaultScript.EndOf(silence!, _clock.Now), stop))
            throw new OperationCanceledException(stop);

        capture.Renumber(Renumbering());
        _healthy.Capture(capture, stop);
        var frame = _next;
        _next = capture.Claimed + 1;
        if (capture.Fault is null) _last = capture.Sequence;
        Spoil(capture, frame);
        if (Happens(FaultKind.Late, frame, out var late) && !_clock.WaitUntil(_clock.Now + late!.Amount * _period, stop))
            throw new OperationCanceledException(stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _healthy.Dispose();
        Throw(FaultKind.ThrowDispose);
    }

    // What is added to the number that the sensor gives its next frame.
    private long Renumbering()
    {
        if (Happens(FaultKind.JumpAhead, out var ahead)) return ahead!.Amount;
        if (Happens(FaultKind.JumpBack, out var back)) return -back!.Amount;
        return _last != 0 && Happens(FaultKind.Repeat, out _) ? (long)_last - (long)_next : 0;
    }

    private void Spoil(FrameCapture capture, ulong frame)
    {
        if (!Happens(FaultKind.Freeze, frame, out _)) _isFrozen = false;
        else if (_isFrozen) _still.CopyTo(capture.Pixels);
        else
        {
            if (_still.Length != capture.Pixels.Length) _still = new byte[capture.Pixels.Length];
            capture.Pixels.CopyTo(_still);
            _isFrozen = true;
        }

        const long Second = 1_000_000_000;
        ref var header = ref capture.Header;
        if (Happens(FaultKind.TimeZero, frame, out _)) header.StartOfExposure = 0;
        if (Happens(FaultKind.TimeAhead, frame, out var ahead)) header.StartOfExposure += ahead!.Amount * Second;
        if (Happens(FaultKind.TimeBehind, frame, out var behind)) header.StartOfExposure -= behind!.Amount * Second;
        if (Happens(FaultKind.Short, frame, out var rest)) header.BytesUsed = (uint)(header.BytesUsed * (long)rest!.Amount / 100);
    }

    private void Throw(FaultKind kind)
    {
        if (Happens(kind, out var fault)) throw new IOException($"the sensor failed before frame {_next} ({fault})");
    }

    private bool Happens(FaultKind kind, out ScriptedFault? fault) => Happens(kind, _next, out fault);

    private bool Happens(FaultKind kind, ulong frame, out ScriptedFault? fault) => _script.TryTake(kind, frame, _clock.Now, out fault);
}
