using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>CLOCK_MONOTONIC itself, with waits that a cancellation can end at once.</summary>
internal sealed class SystemFrameClock : FrameClock
{
    // One eventfd a waiting thread, kept for its next wait; for a thread that ends without LeaveThread the finalizer closes it some time.
    [ThreadStatic]
    private static EventFd? _interruption;

    public override long Now => Libc.MonotonicNow();

    public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return false;
        if (Now >= deadlineNanoseconds) return true;

        // Registering reuses the token's pooled nodes: after the first waits it allocates nothing.
        var interruption = _interruption ??= Prepare();
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
            registration.Dispose();
        }
    }

    public override void LeaveThread()
    {
        _interruption?.Dispose();
        _interruption = null;
    }

    private static EventFd Prepare()
    {
        // The kernel may delay a thread's timers to save wake-ups, by 50 us unless told otherwise; who waits for a frame's moment wants
        // it exact.
        _ = Libc.ProcessControl(Libc.ProcessControlSetTimerSlack, 1, 0, 0, 0);
        return EventFd.Create();
    }
}
