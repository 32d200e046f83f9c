namespace CameraFabric.Platform.Tests.Time;

public sealed class ManualFrameClockTests
{
    private const long Start = 1_000_000_000;
    private readonly ManualFrameClock _clock = new();

    [Fact]
    public void It_stands_still_until_it_is_turned()
    {
        Assert.Equal(Start, _clock.Now);
        Assert.Equal(Start, _clock.Now);
        _clock.Advance(5);
        Assert.Equal(Start + 5, _clock.Now);
        _clock.AdvanceTo(Start + 50);
        Assert.Equal(Start + 50, _clock.Now);
        Assert.Equal(77, new ManualFrameClock(77).Now);
    }

    [Fact]
    public void It_never_goes_back()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.AdvanceTo(Start - 1));
        Assert.Throws<OverflowException>(() => _clock.Advance(long.MaxValue));
        Assert.Equal(Start, _clock.Now);
    }

    [Fact]
    public void A_deadline_that_is_past_returns_at_once()
    {
        Assert.True(_clock.WaitUntil(Start, CancellationToken.None));
        Assert.True(_clock.WaitUntil(long.MinValue, CancellationToken.None));
        Assert.Equal(0, _clock.Waiters);
    }

    [Fact]
    public void A_waiter_goes_when_its_deadline_is_reached_and_not_before()
    {
        var waiter = new RealThread<(bool Reached, long At)>(() => (_clock.WaitUntil(Start + 100, CancellationToken.None), _clock.Now));
        Assert.True(_clock.WaitForWaiter(1, OpenDescriptors.Patience));
        _clock.Advance(99);
        Assert.Equal(1, _clock.Waiters);
        _clock.Advance(1);
        Assert.Equal(0, _clock.Waiters);
        Assert.Equal((true, Start + 100), waiter.Result());
    }

    [Fact]
    public void Only_those_go_whose_time_has_come()
    {
        var waiters = Enumerable.Range(1, 4)
            .Select(i => new RealThread<bool>(() => _clock.WaitUntil(Start + (i * 10), CancellationToken.None)))
            .ToArray();
        Assert.True(_clock.WaitForWaiter(4, OpenDescriptors.Patience));
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(10);
            Assert.Equal(3 - i, _clock.Waiters);
            Assert.True(waiters[i].Result());
        }
    }

    [Fact]
    public void A_loop_is_driven_step_by_step_without_a_race()
    {
        var ticks = new List<long>();
        var loop = new RealThread<int>(() =>
        {
            for (var next = Start + 10; next <= Start + 1000; next += 10)
            {
                _clock.WaitUntil(next, CancellationToken.None);
                ticks.Add(_clock.Now);
            }

            return ticks.Count;
        });
        for (var i = 0; i < 100; i++)
        {
            // Were a waiter still counted after it was let go, this would return too early and the ticks would run together.
            Assert.True(_clock.WaitForWaiter(1, OpenDescriptors.Patience));
            _clock.Advance(10);
        }

        Assert.Equal(100, loop.Result());
        Assert.Equal(Enumerable.Range(1, 100).Select(i => Start + (i * 10L)), ticks);
    }

    [Fact]
    public void Stopping_ends_the_wait_with_false()
    {
        using var stop = new CancellationTokenSource();
        var waiter = new RealThread<bool>(() => _clock.WaitUntil(long.MaxValue, stop.Token));
        Assert.True(_clock.WaitForWaiter(1, OpenDescriptors.Patience));
        stop.Cancel();
        Assert.False(waiter.Result());
        Assert.Equal(0, _clock.Waiters);
        Assert.False(_clock.WaitUntil(0, stop.Token));
    }

    [Fact]
    public void Waiting_for_a_waiter_that_does_not_come_returns_false() =>
        Assert.False(_clock.WaitForWaiter(1, TimeSpan.FromMilliseconds(1)));
}
