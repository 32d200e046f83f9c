using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Media;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Program;

/// <summary>
/// A guest without a VM: connects to a camera, streams, and checks everything that the device says against what it can see for itself. What
/// <c>camera-fabric guest</c> runs; also a load for tests and for simulations with thousands of vehicles.
/// </summary>
public sealed class CameraGuest
{
    private readonly CameraGuestOptions _options;
    private readonly FrameClock _clock;

    /// <summary>Makes a guest; <see cref="Run"/> starts it.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="clock">The guest's clock; the system's when null.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message lists everything that is.</exception>
    public CameraGuest(CameraGuestOptions options, FrameClock? clock = null)
    {
        if (options.Validate() is { Count: > 0 } wrong) throw new ArgumentException(string.Join("; ", wrong), nameof(options));
        options.Driver.Validate();
        _options = options;
        _clock = clock ?? FrameClock.System;
    }

    /// <summary>Runs to the end on the caller's thread.</summary>
    /// <param name="progress">Given an interim report every <see cref="CameraGuestOptions.ProgressInterval"/>, on the caller's thread; may
    /// be null.</param>
    /// <param name="stop">Ends the run in order; the report then says <c>stopped</c>.</param>
    /// <returns>The final report, whatever happened.</returns>
    /// <exception cref="IOException">The file for frames cannot be written.</exception>
    public GuestReport Run(Action<GuestReport>? progress = null, CancellationToken stop = default)
    {
        using var sink = _options.SaveTo is { } path ? new FrameSink(path) : null;
        var tally = new GuestTally(_options, _clock);
        var timer = new ProgressTimer(tally, progress, _options.ProgressInterval, _clock.Now);
        var pause = _options.ReconnectDelay;
        while (true)
        {
            var before = tally.Delivered;
            var end = Connect(tally, sink, timer, stop);
            if (end.Kind == SessionEndKind.Finished) return tally.ToReport(end.Reason, completed: true);
            if (!_options.Reconnect) return tally.ToReport(end.Reason, completed: false);
            if (tally.Delivered > before) pause = _options.ReconnectDelay;
            if (!Wait(pause, tally, timer, stop))
            {
                var stopped = stop.IsCancellationRequested;
                return tally.ToReport(stopped ? "stopped" : $"time is over; {end.Reason}", completed: stopped);
            }

            pause = pause * 2 < _options.MaximumReconnectDelay ? pause * 2 : _options.MaximumReconnectDelay;
        }
    }

    private SessionEnd Connect(GuestTally tally, FrameSink? sink, ProgressTimer timer, CancellationToken stop)
    {
        try
        {
            using IGuestSession session = _options.Face == VirtioFace.Media
                ? new MediaGuestSession(_options, tally, _clock, sink, timer)
                : new GuestSession(_options, tally, _clock, sink, timer);
            return session.Run(stop);
        }
        catch (Exception error) when (error is CameraDriverException or MediaDriverException or InsufficientMemoryException)
        {
            return new SessionEnd(SessionEndKind.Gone, error.Message);
        }
    }

    /// <summary>Waits before the next attempt, reporting on the way; false when the run is to end.</summary>
    private bool Wait(TimeSpan pause, GuestTally tally, ProgressTimer timer, CancellationToken stop)
    {
        var until = _clock.Now + pause.Ticks * TimeSpan.NanosecondsPerTick;
        var end = _options.Duration > TimeSpan.Zero ? tally.Started + _options.Duration.Ticks * TimeSpan.NanosecondsPerTick : long.MaxValue;
        while (true)
        {
            var now = _clock.Now;
            if (stop.IsCancellationRequested || now >= end) return false;
            timer.Tick(now);
            if (now >= until) return true;
            if (!_clock.WaitUntil(Math.Min(until, Math.Min(end, timer.NextDue)), stop)) return false;
        }
    }
}
