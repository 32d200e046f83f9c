namespace CameraFabric.Guest.Program;

/// <summary>Gives an interim report at most once in an interval. One thread.</summary>
internal sealed class ProgressTimer(GuestTally tally, Action<GuestReport>? progress, TimeSpan interval, long start)
{
    private readonly long _interval = interval.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>When the next report is due, nanoseconds; <see cref="long.MaxValue"/> when nobody wants reports.</summary>
    public long NextDue { get; private set; } = progress is null ? long.MaxValue : start + interval.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Reports if it is time.</summary>
    public void Tick(long now)
    {
        if (now < NextDue) return;
        progress?.Invoke(tally.ToReport(null, completed: false));
        // From now, not from when it was due: after a long frame one report is enough.
        NextDue = now + _interval;
    }
}
