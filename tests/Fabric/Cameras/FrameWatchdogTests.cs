using CameraFabric.Fabric.Cameras;

namespace CameraFabric.Fabric.Tests.Cameras;

public sealed class FrameWatchdogTests
{
    private const long Period = 33;
    private readonly FrameWatchdog _watchdog = new(periods: 3, floor: 10);

    [Fact]
    public void A_source_is_lost_after_three_missed_periods_and_not_before()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 1000);
        _watchdog.Frame(now: 500, duration: 0);

        Assert.False(_watchdog.IsExpired(500 + 3 * Period - 1));
        Assert.True(_watchdog.IsExpired(500 + 3 * Period));
    }

    [Fact]
    public void The_first_frame_may_take_longer()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 1000);

        Assert.False(_watchdog.IsExpired(1000 + 3 * Period - 1));
        Assert.True(_watchdog.IsExpired(1000 + 3 * Period));
    }

    [Fact]
    public void A_sensor_that_says_that_its_frames_take_longer_is_believed()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Frame(now: 50, duration: 1000);

        Assert.False(_watchdog.IsExpired(3049));
        Assert.True(_watchdog.IsExpired(3050));
    }

    [Fact]
    public void A_frame_that_says_nothing_leaves_what_the_sensor_said_before_and_a_start_does_not()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Frame(now: 50, duration: 1000);
        _watchdog.Frame(now: 1050, duration: 0);

        Assert.False(_watchdog.IsExpired(1050 + 2999));
        Assert.True(_watchdog.IsExpired(1050 + 3000));
        _watchdog.Start(now: 5000, Period, firstFrame: 0);
        Assert.True(_watchdog.IsExpired(5000 + 3 * Period));
    }

    [Fact]
    public void A_long_frame_that_was_asked_for_is_allowed_for_before_it_comes()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Frame(now: 10, duration: 0);
        _watchdog.Allow(duration: 500);

        Assert.False(_watchdog.IsExpired(10 + 1499));
        _watchdog.Frame(now: 600, duration: 500);
        _watchdog.Frame(now: 700, duration: Period);
        Assert.True(_watchdog.IsExpired(700 + 3 * Period));
    }

    [Fact]
    public void What_was_asked_for_and_never_comes_is_not_allowed_for_for_ever()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Allow(duration: 100_000);
        for (var frame = 1; frame <= 32; frame++) _watchdog.Frame(now: frame, duration: 0);

        Assert.True(_watchdog.IsExpired(32 + 3 * Period));
    }

    [Fact]
    public void It_is_never_quicker_than_its_floor()
    {
        var watchdog = new FrameWatchdog(periods: 3, floor: 500);
        watchdog.Start(now: 0, Period, firstFrame: 0);

        Assert.False(watchdog.IsExpired(499));
        Assert.True(watchdog.IsExpired(500));
    }

    [Fact]
    public void Time_in_which_nobody_could_report_does_not_count()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Excuse(now: 2 * Period, duration: Period);

        Assert.False(_watchdog.IsExpired(4 * Period - 1));
        Assert.True(_watchdog.IsExpired(4 * Period));
    }

    [Fact]
    public void After_a_stall_longer_than_the_silence_allowed_the_count_begins_anew_but_only_once_without_a_frame()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Excuse(now: 1290, duration: 1000);
        Assert.False(_watchdog.IsExpired(1290 + 3 * Period - 1));
        Assert.True(_watchdog.IsExpired(1290 + 3 * Period));

        _watchdog.Excuse(now: 2500, duration: 1000);
        Assert.True(_watchdog.IsExpired(1290 + 1000 + 3 * Period));

        _watchdog.Frame(now: 2600, duration: 0);
        _watchdog.Excuse(now: 3890, duration: 1000);
        Assert.False(_watchdog.IsExpired(3890 + 3 * Period - 1));
    }

    [Fact]
    public void A_stopped_camera_is_never_lost()
    {
        _watchdog.Start(now: 0, Period, firstFrame: 0);
        _watchdog.Stop();
        _watchdog.Frame(now: 5, duration: 0);

        Assert.False(_watchdog.IsExpired(long.MaxValue - 1));
    }
}
