using CameraFabric.Hosting.Trials;
using CameraFabric.Platform;

namespace CameraFabric.Hosting.Soak;

/// <summary>
/// Counts what undisturbed guests missed, as their interim reports tell it: gaps of more than one and a half periods, and frames told as
/// dropped. What came while the machine itself stood still is counted apart.
/// </summary>
internal sealed class StutterWatch(Pacemaker pacemaker, Action<string> say)
{
    // Guests report twice a second, and a report may be half a second on its way when the machine is busy.
    private const long Lookback = 1_500_000_000; // nanoseconds

    private readonly Dictionary<string, (long Gaps, long Drops)> _seen = [];

    /// <summary>What was missed, all together.</summary>
    public Missed All { get; private set; }

    /// <summary>Of that, what was missed while the machine stood still for half a period or longer.</summary>
    public Missed WithTheMachine { get; private set; }

    /// <summary>Looks at what guests said last.</summary>
    /// <param name="guests">The undisturbed ones.</param>
    /// <param name="counts">False while programs still start: then it is only noted where they stand.</param>
    public void Look(IEnumerable<GuestProcess> guests, bool counts)
    {
        var now = FrameClock.System.Now;
        foreach (var report in guests.SelectMany(guest => guest.Reports))
        {
            var (gaps, drops) = _seen.GetValueOrDefault(report.Socket);
            var more = new Missed(report.Pace.Stutters - gaps, report.Frames.DropsTold - drops);
            if (more is { Gaps: <= 0, Drops: <= 0 }) continue;
            _seen[report.Socket] = (report.Pace.Stutters, report.Frames.DropsTold);
            if (!counts) continue;
            All += more;
            var stalled = pacemaker.StalledBetween(now - Lookback, now);
            if (stalled) WithTheMachine += more;
            say($"{report.Name} of {report.Camera}: {more.Gaps} gaps, {more.Drops} drops, longest so far {report.Pace.MaximumGap / 1000:F0} ms{(stalled ? "; the machine stood still" : "")}");
        }
    }
}

/// <summary>What a guest missed.</summary>
/// <param name="Gaps">Gaps of more than one and a half periods.</param>
/// <param name="Drops">Frames told as dropped.</param>
internal readonly record struct Missed(long Gaps, long Drops)
{
    public static Missed operator +(Missed one, Missed other) => new(one.Gaps + other.Gaps, one.Drops + other.Drops);
}
