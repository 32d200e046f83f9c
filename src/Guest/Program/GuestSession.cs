using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Program;

/// <summary>
/// One connection of a <see cref="CameraGuest"/>: configures, keeps requests going round, counts and checks what comes back. The driver's
/// call thread only notes the time and hands completed requests over, so that checking one frame does not falsify the latency of the next.
/// </summary>
internal sealed partial class GuestSession : ICameraListener, IGuestSession
{
    // After a request that brought no frame: often enough to notice that frames come again, seldom enough not to spin.
    private const long RetryNanoseconds = 20_000_000;

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);

    private readonly CameraGuestOptions _options;
    private readonly GuestTally _tally;
    private readonly FrameClock _clock;
    private readonly FrameSink? _sink;
    private readonly ProgressTimer _progress;
    private readonly CompletionQueue _completed;
    private readonly HeldRequests<CameraRequest> _held;
    private readonly CameraDriver _driver;
    private volatile string? _gone;
    private volatile bool _changed;
    private volatile bool _isInterrupted;
    private int _withDevice;
    private ulong _ordinal;
    private bool _isInPlace;
    private long _lastFrame;

    public GuestSession(CameraGuestOptions options, GuestTally tally, FrameClock clock, FrameSink? sink, ProgressTimer progress)
    {
        _options = options;
        _tally = tally;
        _clock = clock;
        _sink = sink;
        _progress = progress;
        var driverOptions = DriverOptions(options);
        _completed = new CompletionQueue(driverOptions.MaximumInFlight);
        _held = new HeldRequests<CameraRequest>(driverOptions.MaximumInFlight);
        try
        {
            _driver = CameraDriver.Connect(options.Socket, this, driverOptions, clock);
        }
        catch
        {
            _completed.Dispose();
            throw;
        }

        tally.Connected(_driver.Config.Name.ToString());
    }

    /// <inheritdoc/>
    /// <exception cref="CameraDriverException">The device refused, did not answer, or broke the protocol.</exception>
    /// <exception cref="InsufficientMemoryException">The stream needs more memory than the guest has.</exception>
    public SessionEnd Run(CancellationToken stop)
    {
        using var wake = stop.Register(_completed.Wake);
        if (_options.AcquireOwner) _driver.AcquireOwner();
        while (true)
        {
            Configure();
            var end = Stream(stop);
            if (end.Kind == SessionEndKind.Gone) return end;
            Stop();
            _driver.Release();
            if (end.Kind == SessionEndKind.Finished)
            {
                _tally.CloseBooks((_driver.Config.Flags & CameraConfigFlags.Interleaved) != 0);
                return end;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _driver.Dispose();
        _completed.Dispose();
    }

    /// <inheritdoc/>
    void ICameraListener.Completed(CameraRequest request) => _completed.Put(request);

    /// <inheritdoc/>
    void ICameraListener.Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls)
    {
        _tally.Events.Count(occurred);
        if (occurred.Type != CameraEventType.Source || occurred.Code != (uint)SourceEvent.Changed) return;
        _changed = true;
        _completed.Wake();
    }

    /// <inheritdoc/>
    void ICameraListener.ConfigChanged() => _completed.Wake();

    /// <inheritdoc/>
    void ICameraListener.Violated(string what) => _tally.Failures.Add(what);

    /// <inheritdoc/>
    void ICameraListener.Interrupted(string reason) => _isInterrupted = true;

    /// <inheritdoc/>
    void ICameraListener.Resumed(TimeSpan gap)
    {
        _tally.Resumed();
        _isInterrupted = false;
        _completed.Wake();
    }

    /// <inheritdoc/>
    void ICameraListener.Disconnected(string reason)
    {
        _gone = reason;
        _completed.Wake();
    }

    private SessionEnd Stream(CancellationToken stop)
    {
        _lastFrame = _clock.Now;
        SubmitDue();
        while (true)
        {
            if (_gone is { } reason)
            {
                TakeLeftovers();
                return new SessionEnd(SessionEndKind.Gone, reason);
            }

            var now = _clock.Now;
            if (EndOf(now, stop) is { } end) return end;
            _progress.Tick(now);
            SubmitDue();
            if (_completed.TryTake(Pause(now), out var request)) Handle(request!, stop);
        }
    }

    private SessionEnd? EndOf(long now, CancellationToken stop)
    {
        if (_options.Frames > 0 && _tally.Delivered >= _options.Frames)
            return new SessionEnd(SessionEndKind.Finished, $"{_tally.Delivered} frames received");
        if (stop.IsCancellationRequested) return new SessionEnd(SessionEndKind.Finished, "stopped");
        if (_options.Duration > TimeSpan.Zero && now >= EndOfRun)
            return new SessionEnd(SessionEndKind.Finished, $"{_options.Duration.TotalSeconds:0.###} s are over");
        // How long a device may be away is the transport's to say.
        if (_isInterrupted) _lastFrame = now;
        if (_changed) return new SessionEnd(SessionEndKind.Changed, "the camera has changed");
        if (_options.StallTimeout > TimeSpan.Zero && now - _lastFrame >= Nanoseconds(_options.StallTimeout))
            return new SessionEnd(SessionEndKind.Gone, $"no frame for {_options.StallTimeout.TotalSeconds:0.###} s");
        return null;
    }

    /// <summary>No request beyond the frames that are wanted, so that a run of 300 frames ends with 300.</summary>
    private bool IsWanted => _options.Frames == 0 || _tally.Delivered + _withDevice < _options.Frames;

    private long EndOfRun => _tally.Started + Nanoseconds(_options.Duration);

    /// <summary>How long to wait for a completed request: until something else is due.</summary>
    private TimeSpan Pause(long now)
    {
        var due = Math.Min(_progress.NextDue, _held.NextDue);
        if (_options.Duration > TimeSpan.Zero) due = Math.Min(due, EndOfRun);
        if (_options.StallTimeout > TimeSpan.Zero) due = Math.Min(due, _lastFrame + Nanoseconds(_options.StallTimeout));
        // Rounded up to the milliseconds that the wait knows: waking before the time would only mean waiting again.
        return TimeSpan.FromMilliseconds(Math.Clamp((due - now + 999_999) / 1_000_000, 0, 60_000));
    }

    private void Handle(CameraRequest request, CancellationToken stop)
    {
        var framed = Count(request);
        if (framed && _options.DelayPerFrame > TimeSpan.Zero) _clock.WaitUntil(_clock.Now + Nanoseconds(_options.DelayPerFrame), stop);
        if (request.Violation is null && request.Status == CameraStatus.Stale) _changed = true;
        var hold = framed ? Nanoseconds(_options.Hold) : RetryNanoseconds;
        _held.Add(request, hold == 0 ? 0 : _clock.Now + hold);
    }

    private bool Count(CameraRequest request)
    {
        _withDevice--;
        if (!_tally.Ended(request)) return false;
        _lastFrame = _clock.Now;
        if (!request.InPlace) Look(request, _driver.Pixels(request.Buffer));
        else if (_driver.TryReadInPlace(request, static (pixels, at) => at.Session.Look(at.Request, pixels), (Session: this, Request: request)))
            _tally.CountInPlace();
        else _tally.Failures.Add($"frame {request.Frame}: it is not there in place");
        return true;
    }

    private void Look(CameraRequest request, ReadOnlySpan<byte> pixels)
    {
        if (_options.Verify) _tally.Verifier.Verify(request, pixels);
        _sink?.Write(request, _driver.Stream, pixels);
    }

    private void SubmitDue()
    {
        while (IsWanted && _held.TryTake(_clock.Now, out var request)) Submit(request!);

        // No request follows that would give back what these hold in place; but those that are still with the device may need it.
        while (!IsWanted && _held.TryTake(_clock.Now, out var request)) GiveBack(request!);
    }

    private void GiveBack(CameraRequest request)
    {
        try
        {
            _driver.GiveBack(request);
            _driver.Return(request);
        }
        catch (CameraDriverException error) when (error.Failure == CameraFailure.Disconnected)
        {
            _gone ??= error.Message;
        }
        catch (CameraDriverException error) when (error is { Failure: CameraFailure.Refused, Status: CameraStatus.Stale })
        {
            // The configuration has ended, and what was held with it.
            _driver.Return(request);
        }
    }

    private void Submit(CameraRequest request)
    {
        if (_options.Exposure is { } script)
            request.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(script.ValueFor(_ordinal)));
        _ordinal++;
        try
        {
            _driver.Submit(request);
            _withDevice++;
            _tally.Submitted();
        }
        catch (CameraDriverException error) when (error.Failure == CameraFailure.Disconnected)
        {
            _gone ??= error.Message;
        }
    }

    /// <summary>Frames that were complete before the connection ended are frames.</summary>
    private void TakeLeftovers()
    {
        while (_completed.TryTake(TimeSpan.Zero, out var request)) Count(request!);
    }

    private void Stop()
    {
        try
        {
            _driver.Stop();
        }
        catch (CameraDriverException error) when (error is { Failure: CameraFailure.Refused, Status: CameraStatus.Stale })
        {
            // The device has given the configuration up by itself: nothing streams, and every request has ended.
        }

        var deadline = _clock.Now + Nanoseconds(DrainTimeout);
        while (_withDevice > 0 && _clock.Now < deadline && _gone is null)
        {
            if (_completed.TryTake(TimeSpan.FromMilliseconds(50), out var request)) _held.Add(Counted(request!), 0);
        }

        if (_withDevice > 0 && _gone is null) _tally.Failures.Add($"STOP was answered, but {_withDevice} requests have not ended");
        while (_held.TryTake(long.MaxValue, out var request)) _driver.Return(request!);
    }

    private CameraRequest Counted(CameraRequest request)
    {
        Count(request);
        return request;
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
