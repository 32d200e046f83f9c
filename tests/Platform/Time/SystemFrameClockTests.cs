using System.Diagnostics;

namespace CameraFabric.Platform.Tests.Time;

public sealed class SystemFrameClockTests
{
    private const long Hour = 3_600_000_000_000;
    private static readonly FrameClock Clock = FrameClock.System;

    [Fact]
    public void It_is_the_monotonic_clock_in_nanoseconds()
    {
        // On Linux the stopwatch reads the same clock in the same unit.
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        var before = Stopwatch.GetTimestamp();
        var now = Clock.Now;
        Assert.InRange(now, before, Stopwatch.GetTimestamp());
    }

    [Fact]
    public void A_deadline_that_is_past_returns_at_once()
    {
        Assert.True(Clock.WaitUntil(Clock.Now, CancellationToken.None));
        Assert.True(Clock.WaitUntil(long.MinValue, CancellationToken.None));
    }

    [Fact]
    public void A_wait_never_ends_before_its_deadline()
    {
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < 20; i++)
        {
            var deadline = Clock.Now + 300_000;
            Assert.True(Clock.WaitUntil(deadline, i % 2 == 0 ? stop.Token : CancellationToken.None));
            Assert.True(Clock.Now >= deadline);
        }
    }

    [Fact]
    public void Stopping_ends_the_wait_with_false()
    {
        using var stop = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        var waiter = new RealThread<bool>(() =>
        {
            begun.Set();
            return Clock.WaitUntil(Clock.Now + Hour, stop.Token);
        });
        Assert.True(begun.Wait(OpenDescriptors.Patience));
        stop.Cancel();
        Assert.False(waiter.Result());
        Assert.False(Clock.WaitUntil(0, stop.Token));
    }

    [Fact]
    public void A_stop_of_one_wait_does_not_end_the_next()
    {
        var waiter = new RealThread<bool>(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var stop = new CancellationTokenSource();
                var stopper = new RealThread<bool>(() =>
                {
                    stop.Cancel();
                    return true;
                });
                if (Clock.WaitUntil(Clock.Now + Hour, stop.Token)) return false;
                if (!stopper.Result()) return false;
                using var next = new CancellationTokenSource();
                var deadline = Clock.Now + 200_000;
                if (!Clock.WaitUntil(deadline, next.Token) || Clock.Now < deadline) return false;
            }

            return true;
        });
        Assert.True(waiter.Result());
    }

    [Fact]
    public void Threads_that_have_ended_leave_nothing_open()
    {
        var clock = new SystemFrameClock();
        for (var i = 0; i < 20; i++)
            Assert.True(new RealThread<bool>(() => clock.WaitUntil(clock.Now + 10_000, CancellationToken.None)).Result());

        Assert.Equal(1, clock.Interruptions);
    }

    [Fact]
    public void Waiting_allocates_nothing_once_it_has_begun()
    {
        var waiter = new RealThread<long>(() =>
        {
            using var stop = new CancellationTokenSource();
            for (var i = 0; i < 50; i++) Clock.WaitUntil(Clock.Now + 10_000, stop.Token);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++) Clock.WaitUntil(Clock.Now + 10_000, stop.Token);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, waiter.Result());
    }
}
