using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>CLOCK_MONOTONIC itself, with waits that a cancellation can end at once.</summary>
internal sealed class SystemFrameClock : FrameClock
{
    [ThreadStatic]
    private static bool _isExact;

    // One for each wait of the moment, then for the next wait of any thread: threads come and go, and these stay as few as they were.
    private readonly Stack<EventFd> _free = new();

    private readonly Lock _gate = new();

    /// <summary>Eventfds that were ever made: as many as there were waits at one time.</summary>
    internal int Interruptions { get; private set; }

    public override long Now => Libc.MonotonicNow();

    public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return false;
        if (Now >= deadlineNanoseconds) return true;

        // Registering reuses the token's pooled nodes: after the first waits it allocates nothing.
        BeExact();
        var interruption = Take();
        var registration = stop.UnsafeRegister(static state => ((EventFd)state!).Signal(), interruption);
        try
        {
            while (true)
            {
                if (stop.IsCancellationRequested) return false;
                if (Now >= deadlineNanoseconds) return true;
                if (!Readiness.Wait(interruption.Descriptor, Libc.PollReadable, Deadline.At(deadlineNanoseconds))) continue;

                // Either this wait is stopped, or the signal came too late for an earlier one: then it is gone now, and the wait goes on.
                interruption.TryConsume(out _);
            }
        }
        finally
        {
            // Waits for the signal if one is under way: none comes later.
            registration.Dispose();
            lock (_gate) _free.Push(interruption);
        }
    }

    private EventFd Take()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var free)) return free;
            Interruptions++;
        }

        return EventFd.Create();
    }

    private static void BeExact()
    {
        if (_isExact) return;
        _isExact = true;

        // The kernel may delay a thread's timers to save wake-ups, by 50 us unless told otherwise; who waits for a frame's moment wants
        // it exact.
        _ = Libc.ProcessControl(Libc.ProcessControlSetTimerSlack, 1, 0, 0, 0);
    }
}
