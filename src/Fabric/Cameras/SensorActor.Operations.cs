using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Capture;

namespace CameraFabric.Fabric.Cameras;

/// <summary>What takes time: it runs as a task, one at a time, and its outcome comes back as a message.</summary>
internal sealed partial class SensorActor
{
    private void ReceiveOutcome(object message)
    {
        switch (message)
        {
            case TryOpen open when open.Incarnation == _incarnation:
                Open();
                break;
            case TryOpen:
                break;
            case Opened opened when opened.Incarnation == _incarnation:
                _isBusy = false;
                _opening = null;
                _sensor = opened.Sensor;
                _memory.Opened(opened.Sensor.Profile);
                Context.Parent.Tell(new SensorReady(opened.Sensor.Profile));
                Reconcile();
                break;
            case OpenFailed failed when failed.Incarnation == _incarnation:
                _isBusy = false;
                _opening = null;
                if (_memory.Closer is not null) Reconcile();
                else Fail(SourceFault.Failed, $"camera {_rig.Id}: the sensor cannot be opened: {failed.Error.Message}", failed.Error);
                break;
            case Started started when started.Incarnation == _incarnation:
                _isBusy = false;
                (_starting, _start) = (null, null);
                _run = started.Run;
                if (started.Run.Loop!.TuningProblem is { } problem) LogTuning(_rig.Id, problem);
                if (!_run.HasEnded) Watch();
                Reconcile();
                break;
            case StartFailed failed when failed.Incarnation == _incarnation:
                _isBusy = false;
                (_starting, _start) = (null, null);
                Fail(SourceFault.Failed, $"camera {_rig.Id}: capture cannot start: {failed.Error.Message}", failed.Error);
                break;
            case Stopped stopped when stopped.Incarnation == _incarnation:
                _isBusy = false;
                AfterStop(stopped.InTime);
                break;
            case PoolMade made when made.Incarnation == _incarnation:
                Made(made);
                break;
            case PoolMade or Opened or Started or StartFailed or Stopped or OpenFailed or FirstFrame or CaptureFailed or CaptureEnded or FrameFaulty:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Brings what is nearer to what is wanted, by one step.</summary>
    private void Reconcile()
    {
        if (_isBusy) return;
        if (_run is not null && _memory.Wanted != _run.Wanted) Stop(_run);
        else if (_memory.Closer is { } closer) Close(closer);
        else if (_sensor is not null && _run is null && _memory.Wanted is not null) Start(_sensor, _memory.Wanted);
        else
        {
            if (_run is not null) SubmitDeferred();
            Lend();
        }
    }

    private void SubmitDeferred()
    {
        foreach (var set in _deferred) _memory.EnsureSchedule().Submit(set);
        _deferred.Clear();
    }

    private void Open()
    {
        _isBusy = true;
        var (closing, incarnation) = (_memory.Closing, _incarnation);
        _opening = Task.Run(async () =>
        {
            await closing.ConfigureAwait(false);
            return OpenAndCheck(new SensorContext(_rig.Id, _clock, _memory.NextSequence));
        });
        _opening.PipeTo(Self, Self, sensor => new Opened(incarnation, sensor), error => new OpenFailed(incarnation, error));
    }

    // A sensor whose description does not hold together has failed before it began.
    private ISensor OpenAndCheck(SensorContext context)
    {
        var sensor = _rig.Sensor(context);
        try
        {
            _ = sensor.Profile.Adjust(_rig.Stream).Layout();
            return sensor;
        }
        catch
        {
            sensor.Dispose();
            throw;
        }
    }

    private void Start(ISensor sensor, StartCapture wanted)
    {
        _isBusy = true;

        // The run that starts will call nothing off: what waits here goes with its first frames.
        SubmitDeferred();
        var incarnation = _incarnation;
        var run = new CaptureRun(wanted, Self, _fanOut, _meter, _memory, _clock);
        _starting = run;
        var schedule = _memory.EnsureSchedule();
        var tuning = new CaptureOptions
        {
            Processors = _rig.Cpu is { } cpu ? [cpu] : [],
            Nice = _options.FrameThreadNice == 0 ? null : _options.FrameThreadNice,
            Checksum = _options.FrameChecksum,
            FrozenAfter = _rig.FrozenAfter,
            Epoch = _memory.Epoch,
        };
        _start = Task.Run(() =>
        {
            var pool = _memory.Pools.For(wanted.Configuration.Layout().TotalBytes);
            run.Loop = new CaptureLoop(_rig.Id, sensor, pool, wanted.Configuration, wanted.Generation, schedule, run, _clock, tuning);
            _memory.Watchdog.Start(_clock.Now, wanted.Configuration.Interval.Nanoseconds,
                _options.FirstFrameAllowance.Ticks * TimeSpan.NanosecondsPerTick);
            run.Loop.Start();
            return run;
        });
        _start.PipeTo(Self, Self, started => new Started(incarnation, started), error => new StartFailed(incarnation, error));
    }

    private void Stop(CaptureRun run)
    {
        _isBusy = true;
        StopWatching();
        var (incarnation, timeout) = (_incarnation, _options.SensorStopTimeout);
        OnThread(() => EndLoop(run, timeout)).PipeTo(Self, Self, inTime => new Stopped(incarnation, inTime),
            _ => new Stopped(incarnation, false));
    }

    private void AfterStop(bool inTime)
    {
        var run = _run!;
        Remember(run);
        _run = null;
        if (!inTime)
        {
            LogLeftBehind(_rig.Id, _options.SensorStopTimeout.TotalSeconds);
            LeaveBehind(run, _sensor);
            _memory.Abandon();

            // The sensor is in the hands of a thread that does not come back; a new one is opened.
            _sensor = null;
            if (_memory.Closer is { } closer)
            {
                _memory.Closing = Task.FromResult(false);
                Close(closer);
                return;
            }

            Fail(SourceFault.Hung, $"camera {_rig.Id}: the sensor did not stop", null);
        }

        Reconcile();
    }

    private void Close(IActorRef closer)
    {
        Release();
        _memory.Closing.PipeTo(closer, Self, static inTime => new SensorClosed(inTime), static _ => new SensorClosed(false));
        Context.Stop(Self);
    }

    /// <summary>Gives the sensor back, in the background; the next one is opened after that.</summary>
    private void Release()
    {
        var (run, sensor, opening, start) = (_run ?? _starting, _sensor, _opening, _start);
        var (camera, self) = (Context.Parent, Self);
        (_run, _starting, _sensor, _opening, _start) = (null, null, null, null, null);
        if (run is null && sensor is null && opening is null) return;
        run?.Detach();

        // What is bound to frames that never come. Their requests have been ended by the fan-out.
        _memory.Schedule?.CancelAll();
        var before = _memory.Closing;

        // A sensor that stands still is given back as it was opened. A thread for each would be thousands at once at the end of a fleet.
        if (run is null && opening is null && before.IsCompleted)
        {
            _memory.Closing = Task.Run(() => GiveBack(null, sensor, static () => { }));
            return;
        }

        _memory.Closing = OnThread(() =>
        {
            before.Wait();
            if (start is not null) Outcome(start);
            return GiveBack(run, opening is null ? sensor : Outcome(opening), () => TellHung(camera, self));
        });
    }

    // What was under way ends by itself; only then can it be taken back.
    private static T? Outcome<T>(Task<T> task) where T : class
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            return null;
        }
    }

    // Never throws: the next sensor is opened after this, and a task that failed would keep it from being opened for ever.
    private bool GiveBack(CaptureRun? run, ISensor? sensor, Action tellHung)
    {
        try
        {
            var hasEnded = run is null || EndLoop(run, _options.SensorStopTimeout);
            if (run is not null) Remember(run);
            if (!hasEnded)
            {
                LogLeftBehind(_rig.Id, _options.SensorStopTimeout.TotalSeconds);
                LeaveBehind(run!, sensor);
                _memory.Abandon();
                tellHung();
                return false;
            }

            sensor?.Dispose();
        }
        catch (Exception exception)
        {
            LogNotGivenBack(_rig.Id, exception);
        }

        return true;
    }

    // Silence is known at once; that the sensor does not even stop only now.
    private void TellHung(IActorRef camera, IActorRef self)
    {
        _meter.Faults.Add((int)SourceFault.Hung);
        _meter.DescribeFault($"{Word(SourceFault.Hung)} after frame {_memory.LastSequence}: the sensor does not come back");
        camera.Tell(new SensorFaulty(SourceFault.Hung, _memory.LastSequence), self);
    }

    // Its thread may yet come back: what it brings is refused, and it is tidied up then.
    private static void LeaveBehind(CaptureRun run, ISensor? sensor)
    {
        run.Detach();
        _ = OnThread(() =>
        {
            EndLoop(run, Timeout.InfiniteTimeSpan);
            sensor?.Dispose();
            return true;
        });
    }

    private void Remember(CaptureRun run)
    {
        if (run.Loop is { } loop) _memory.Exposed(loop.LastSequence);
    }

    // Waiting for a thread to end does not take one from the pool.
    private static Task<bool> OnThread(Func<bool> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    private static bool EndLoop(CaptureRun run, TimeSpan timeout)
    {
        if (run.Loop is not { } loop) return true;
        if (!loop.Stop(timeout)) return false;
        loop.Dispose();
        return true;
    }

    private sealed record Opened(int Incarnation, ISensor Sensor);

    private sealed record OpenFailed(int Incarnation, Exception Error);

    private sealed record Started(int Incarnation, CaptureRun Run);

    private sealed record StartFailed(int Incarnation, Exception Error);

    private sealed record Stopped(int Incarnation, bool InTime);
}
