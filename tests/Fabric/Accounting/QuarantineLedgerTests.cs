using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Accounting;

public sealed class QuarantineLedgerTests
{
    private const long Second = 1_000_000_000;
    private readonly ManualFrameClock _clock = new(1000 * Second);

    [Fact]
    public void A_violation_is_kept_with_its_reason_and_its_age_and_a_served_connection_ends_the_quarantine_and_forgets_nothing()
    {
        var ledger = Ledger();
        ledger.Add("a ring of 3 entries");
        _clock.Advance(4 * Second);

        Assert.True(ledger.IsQuarantined);
        Assert.False(ledger.IsHeld);
        Assert.Equal(TimeSpan.Zero, ledger.Pause);
        ledger.Serve();
        Assert.False(ledger.IsQuarantined);
        Assert.Equal(1, ledger.Count);
        Assert.Equal(("a ring of 3 entries", 4.0), (ledger.Report()[0].Reason, ledger.Report()[0].SecondsAgo));
    }

    [Fact]
    public void Of_many_violations_the_count_and_the_last_reasons_are_kept_each_of_bounded_length()
    {
        var ledger = Ledger();
        for (var i = 1; i <= 1000; i++) ledger.Add($"violation {i} {new string('x', 10_000)}");

        Assert.Equal(1000, ledger.Count);
        var report = ledger.Report();
        Assert.Equal(QuarantineLedger.Kept, report.Length);
        Assert.StartsWith("violation 1000 ", report[0].Reason);
        Assert.StartsWith("violation 993 ", report[^1].Reason);
        Assert.All(report, static item => Assert.InRange(item.Reason.Length, 1, 500));
    }

    [Fact]
    public void So_many_violations_within_the_window_make_the_next_connection_wait_and_each_further_one_twice_as_long()
    {
        var ledger = Ledger();
        ledger.Add("1");
        ledger.Add("2");
        Assert.Equal(TimeSpan.Zero, ledger.Pause);

        var pauses = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            ledger.Add("again");
            pauses.Add(ledger.Pause.TotalSeconds);
            _clock.Advance(ledger.Pause.Ticks * 100);
            Assert.Equal(TimeSpan.Zero, ledger.Pause);
        }

        Assert.Equal([1, 2, 4, 8, 10, 10], pauses);
    }

    [Fact]
    public void Violations_that_lie_further_apart_than_the_window_make_nobody_wait()
    {
        var ledger = Ledger();
        for (var i = 0; i < 10; i++)
        {
            ledger.Add("now and then");
            Assert.Equal(TimeSpan.Zero, ledger.Pause);
            _clock.Advance(31 * Second);
        }
    }

    [Fact]
    public void Whoever_behaves_for_a_window_after_its_pause_begins_anew()
    {
        var ledger = Ledger();
        for (var i = 0; i < 5; i++) ledger.Add("a storm");
        Assert.Equal(4, ledger.Pause.TotalSeconds);
        _clock.Advance((4 + 60) * Second + 1);

        ledger.Add("once more");

        Assert.Equal(TimeSpan.Zero, ledger.Pause);
    }

    [Fact]
    public void An_operator_lets_in_at_once_and_under_the_operators_rule_nobody_else_does()
    {
        var ledger = Ledger(QuarantineRule.Operator);
        Assert.False(ledger.Release());
        for (var i = 0; i < 20; i++) ledger.Add("a storm");
        _clock.Advance(3600 * Second);
        Assert.True(ledger.IsHeld);

        Assert.True(ledger.Release());

        Assert.False(ledger.IsHeld);
        Assert.Equal(TimeSpan.Zero, ledger.Pause);
        Assert.Equal(20, ledger.Count);
    }

    [Fact]
    public void An_operator_ends_the_waiting_too_and_the_violations_before_count_no_more()
    {
        var ledger = Ledger();
        for (var i = 0; i < 3; i++) ledger.Add("a storm");
        Assert.True(ledger.Pause > TimeSpan.Zero);

        Assert.True(ledger.Release());

        Assert.Equal(TimeSpan.Zero, ledger.Pause);
        ledger.Add("one more");
        Assert.Equal(TimeSpan.Zero, ledger.Pause);
    }

    private QuarantineLedger Ledger(QuarantineRule rule = QuarantineRule.Reconnect) => new(
        new QuarantineLimits(rule, 3, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), _clock);
}
