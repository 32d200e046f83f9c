using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// A moment of CLOCK_MONOTONIC until which a call may wait, or none. For waits of the kernel, which are always in real time.
/// </summary>
internal readonly struct Deadline
{
    private readonly long _nanoseconds;

    private Deadline(long nanoseconds) => _nanoseconds = nanoseconds;

    public bool IsInfinite => _nanoseconds == long.MaxValue;

    /// <summary>Nanoseconds left, 0 once it is past, <see cref="long.MaxValue"/> if it never is.</summary>
    public long Remaining => IsInfinite ? long.MaxValue : Math.Max(0, _nanoseconds - Libc.MonotonicNow());

    /// <summary>Milliseconds left, rounded up, -1 if it is never past: what epoll_wait(2) takes.</summary>
    public int RemainingMilliseconds =>
        IsInfinite ? -1 : (int)Math.Min(int.MaxValue, (Remaining + 999_999) / 1_000_000);

    /// <summary>A moment of the clock; <see cref="long.MaxValue"/> is never past.</summary>
    public static Deadline At(long nanoseconds) => new(nanoseconds);

    /// <exception cref="ArgumentOutOfRangeException">Negative, but not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static Deadline After(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan) return new Deadline(long.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var ticks = Math.Min(timeout.Ticks, TimeSpan.TicksPerDay * 36_500);
        return new Deadline(Libc.MonotonicNow() + (ticks * TimeSpan.NanosecondsPerTick));
    }
}
