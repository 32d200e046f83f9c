namespace CameraFabric.Platform;

/// <summary>
/// The clock of all frames: CLOCK_MONOTONIC in nanoseconds, the clock that V4L2 stamps its buffers with and that every process of one host
/// shares. Injected wherever time matters, so that tests can turn it by hand (<see cref="ManualFrameClock"/>). Thread-safe.
/// </summary>
public abstract class FrameClock
{
    /// <summary>The kernel's clock.</summary>
    public static FrameClock System { get; } = new SystemFrameClock();

    /// <summary>The time now, in nanoseconds since some moment before the start of the machine. Never goes back.</summary>
    public abstract long Now { get; }

    /// <summary>
    /// Blocks the calling thread until <see cref="Now"/> has reached a deadline. Allocates nothing in steady state. For dedicated
    /// threads, never for an actor.
    /// </summary>
    /// <param name="deadlineNanoseconds">The moment; one that is past returns at once.</param>
    /// <param name="stop">Ends the wait early.</param>
    /// <returns>True when the deadline was reached, false when stopped (also if both are the case at the start).</returns>
    public abstract bool WaitUntil(long deadlineNanoseconds, CancellationToken stop);

    /// <summary>
    /// Gives back what is kept for the calling thread's waits. For a thread that ends; one that waits again afterwards gets it anew.
    /// </summary>
    public virtual void LeaveThread()
    {
    }
}
