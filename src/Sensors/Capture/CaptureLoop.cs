using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Capture;

/// <summary>Drives a sensor on a thread of its own: a slot for each frame, its header, and on to the sink. When every slot is in use the
/// sensor
/// goes on into a spare one, so that its edges and control sets keep their pace, and the frame is reported lost. Runs once; a sensor that
/// failed
/// gets a new loop. In steady state it allocates nothing.</summary>
public sealed class CaptureLoop : IDisposable
{
    private readonly string _cameraId;
    private readonly ISensor _sensor;
    private readonly FramePool _pool;
    private readonly FramePool _spare;
    private readonly StreamConfiguration _configuration;
    private readonly uint _generation;
    private readonly ControlSchedule _schedule;
    private readonly IFrameSink _sink;
    private readonly FrameClock _clock;
    private readonly CaptureOptions _options;
    private readonly FrameCapture _capture;
    private readonly FrameMonitor _monitor;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private int _state;
    private ulong _lastSequence;
    private ulong _expected;
    private bool _hasSequence;
    private uint _dropped;

    /// <summary>Makes a loop that does not run yet.</summary>
    /// <param name="cameraId">Names the thread.</param>
    /// <param name="sensor">Stays the caller's to dispose, once the loop has ended.</param>
    /// <param name="pool">Slots at least as large as a frame; stays the caller's.</param>
    /// <param name="configuration">What <see cref="CameraProfile.Adjust"/> returned.</param>
    /// <param name="generation">The configuration's number, for the frames' headers.</param>
    /// <param name="schedule">Which control set hits which frame.</param>
    /// <param name="sink">Where frames go.</param>
    /// <param name="clock">The sensor's clock.</param>
    /// <param name="options">How the thread runs.</param>
    /// <exception cref="ArgumentException">The pool's slots are too small, or the configuration has no layout.</exception>
    public CaptureLoop(string cameraId, ISensor sensor, FramePool pool, StreamConfiguration configuration, uint generation,
        ControlSchedule schedule, IFrameSink sink, FrameClock clock, CaptureOptions options)
    {
        var layout = configuration.Layout();
        if (pool.FrameBytes < layout.TotalBytes)
            throw new ArgumentException(
                $"Camera {cameraId}: the pool's slots have {pool.FrameBytes} bytes; {layout} needs {layout.TotalBytes}.", nameof(pool));
        _cameraId = cameraId;
        _sensor = sensor;
        _pool = pool;
        _configuration = configuration;
        _generation = generation;
        _schedule = schedule;
        _sink = sink;
        _clock = clock;
        _options = options;
        _monitor = new FrameMonitor(clock, configuration, layout, schedule.NextEdge, options.FrozenAfter);
        _capture = new FrameCapture(layout, schedule, _monitor);
        _spare = new FramePool($"{cameraId}-spare", layout.TotalBytes, 1);
        _thread = new Thread(Run) { IsBackground = true, Name = $"capture {cameraId}" };
    }

    private enum State
    {
        New,
        Running,
        Ended,
    }

    /// <summary>True from <see cref="Start"/> until the thread has done its last.</summary>
    public bool IsRunning => Volatile.Read(ref _state) == (int)State.Running;

    /// <summary>The number of the last frame that was exposed, lost or not; 0 before the first.</summary>
    public ulong LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>What of the options could not be had (a right is missing); null when all is as wanted.</summary>
    public string? TuningProblem { get; private set; }

    /// <summary>Configures and starts the sensor, on the new thread; failures there are told to the sink.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (Interlocked.CompareExchange(ref _state, (int)State.Running, (int)State.New) != (int)State.New)
                throw new InvalidOperationException($"Camera {_cameraId}: a capture loop runs once.");
            _thread.Start();
        }
    }

    /// <summary>Asks the loop to end and waits for its thread. On the capture thread itself it only asks.</summary>
    /// <returns>False when the sensor did not come back in time; the thread ends when it does.</returns>
    public bool Stop(TimeSpan timeout)
    {
        lock (_gate)
        {
            Interlocked.CompareExchange(ref _state, (int)State.Ended, (int)State.New);
            if ((_thread.ThreadState & ThreadState.Unstarted) != 0)
                return true;
        }
        _stop.Cancel();
        return Thread.CurrentThread != _thread && _thread.Join(timeout);
    }

    /// <summary>Stops, waiting a few seconds at most, and gives the spare slot's memory back.</summary>
    public void Dispose()
    {
        Stop(TimeSpan.FromSeconds(5));
        _spare.Dispose();
    }

    private void Run()
    {
        Exception? error = null;
        var ended = false;
        try
        {
            Tune();
            _sensor.Configure(_configuration);
            _schedule.Restart(new ControlEntry(
                ControlCatalogue.FrameDuration.Id, ControlValue.From(_configuration.Interval.Nanoseconds)));
            _sensor.Start();
            while (!_stop.IsCancellationRequested)
                CaptureOne();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (EndOfStreamException)
        {
            ended = true;
        }
        catch (Exception exception)
        {
            error = exception;
        }
        try
        {
            _sensor.Stop();
        }
        catch (Exception exception)
        {
            error ??= exception;
        }
        _schedule.CancelAll();
        TellLosses();
        if (error is not null)
            _sink.Failed(error);
        else if (ended)
            _sink.Ended();
        Volatile.Write(ref _state, (int)State.Ended);
    }

    private void CaptureOne()
    {
        var slot = _pool.TryRent();
        var isSpare = slot is null;
        slot ??= _spare.TryRent() ?? throw new InvalidOperationException($"Camera {_cameraId}: the spare slot is in use.");
        _capture.Begin(slot);
        try
        {
            _sensor.Capture(_capture, _stop.Token);
            if (!_capture.IsComplete)
                throw new InvalidOperationException($"Camera {_cameraId}: the sensor returned without completing its frame.");
        }
        catch
        {
            Abandon(slot);
            throw;
        }
        _capture.End();
        if (_capture.Fault is null)
            Count(_capture.Sequence);
        TellLosses();
        if ((_capture.Fault ?? _monitor.Content(slot.Header)) is { } fault)
        {
            slot.Abandon();
            Refuse(fault);
            return;
        }
        _monitor.Accept();
        if (isSpare)
        {
            slot.Abandon();
            _dropped = Saturate(_dropped, 1);
            _sink.Lost(_capture.Sequence, _capture.ControlSet, FrameLossReason.NoFreeSlot);
        }
        else
        {
            Publish(slot);
        }
    }

    private void Publish(FrameSlot slot)
    {
        ref var header = ref slot.Header;
        var pixels = slot.Pixels[..(int)header.BytesUsed];
        header.ConfigurationGeneration = _generation;
        header.Epoch = _options.Epoch;
        header.DroppedBefore = _dropped;
        _dropped = 0;
        if (_options.Checksum)
        {
            header.Checksum = Crc32C.Compute(pixels);
            header.Flags |= (uint)FrameFlags.Checksummed;
        }
        header.Complete = _clock.Now;
        var isFrozen = _monitor.IsFrozen(header, pixels);
        if (isFrozen)
            _sink.Faulty(FrameFault.Frozen, header.Sequence, 0);
        _sink.Published(slot.Publish());
        if (isFrozen)
            _monitor.BearFrozen();
    }

    private void Refuse(FrameFault fault)
    {
        // Numbers that do not count are no frames that anybody misses.
        if (_capture.Fault is null)
            _dropped = Saturate(_dropped, 1);
        _sink.Faulty(fault, _capture.Sequence, _capture.ControlSet);
        _monitor.Refuse(fault, _capture.Sequence);
    }

    // The frame had its edge, so its set is bound to it and goes with it.
    private void Abandon(FrameSlot slot)
    {
        _capture.End();
        slot.Abandon();
        TellLosses();
        if (!_capture.IsLatched || _capture.Fault is not null)
            return;
        Count(_capture.Sequence);
        _sink.Lost(_capture.Sequence, _capture.ControlSet,
            _stop.IsCancellationRequested ? FrameLossReason.Stopped : FrameLossReason.SensorFailed);
    }

    private void Count(ulong sequence)
    {
        if (_hasSequence)
            _dropped = Saturate(_dropped, sequence - _expected);
        _hasSequence = true;
        _expected = sequence + 1;
        Volatile.Write(ref _lastSequence, sequence);
    }

    private void TellLosses()
    {
        while (_schedule.TryTakeLoss(out var loss))
            _sink.ControlSetLost(in loss);
    }

    private void Tune()
    {
        ThreadTuning.NameCurrent($"cap-{_cameraId}");
        var problem = "";
        if (!_options.Processors.IsDefaultOrEmpty && !ThreadTuning.TrySetAffinity(_options.Processors.AsSpan(), out var affinity))
            problem = affinity;
        if (_options.RealtimePriority is { } priority && !ThreadTuning.TrySetRealtimePriority(priority, out var realtime))
            problem += (problem == "" ? "" : "; ") + realtime;
        if (_options.Nice is { } nice && !ThreadTuning.TrySetNice(nice, out var niceness))
            problem += (problem == "" ? "" : "; ") + niceness;
        TuningProblem = problem == "" ? null : problem;
    }

    private static uint Saturate(uint count, ulong more) => (uint)Math.Min(uint.MaxValue, count + Math.Min(more, uint.MaxValue));
}
