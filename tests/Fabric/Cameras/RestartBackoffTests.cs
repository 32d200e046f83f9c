using CameraFabric.Fabric.Cameras;

namespace CameraFabric.Fabric.Tests.Cameras;

public sealed class RestartBackoffTests
{
    private const long Second = 1_000_000_000;
    private readonly RestartBackoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    public void The_first_attempt_comes_at_once_and_each_further_one_after_twice_as_long()
    {
        var delays = Enumerable.Range(0, 8).Select(_ => _backoff.Failed(0).TotalMilliseconds);

        Assert.Equal([0, 100, 200, 400, 800, 1000, 1000, 1000], delays);
    }

    [Fact]
    public void A_sensor_that_has_worked_long_enough_is_forgiven()
    {
        for (var i = 0; i < 5; i++) _backoff.Failed(0);
        _backoff.Works(10 * Second);
        _backoff.Works(14 * Second);

        Assert.Equal(TimeSpan.Zero, _backoff.Failed(15 * Second));
    }

    [Fact]
    public void A_sensor_that_fails_again_soon_is_not_forgiven()
    {
        for (var i = 0; i < 3; i++) _backoff.Failed(0);
        _backoff.Works(10 * Second);

        Assert.Equal(400, _backoff.Failed(11 * Second).TotalMilliseconds);
    }

    [Fact]
    public void Many_failures_do_not_overflow()
    {
        for (var i = 0; i < 5000; i++) _backoff.Failed(0);

        Assert.Equal(TimeSpan.FromSeconds(1), _backoff.Failed(0));
    }
}
