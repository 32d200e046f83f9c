using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Profiles;

public sealed class FrameIntervalTests
{
    [Theory]
    [InlineData("30", 1u, 30u, 33_333_333L)]
    [InlineData("30000/1001", 1001u, 30000u, 33_366_667L)]
    [InlineData("29.97", 1001u, 30000u, 33_366_667L)]
    [InlineData("23.976", 1001u, 24000u, 41_708_333L)]
    [InlineData("59.94", 1001u, 60000u, 16_683_333L)]
    [InlineData("12.5", 2u, 25u, 80_000_000L)]
    [InlineData("0.2", 5u, 1u, 5_000_000_000L)]
    [InlineData("1/10", 10u, 1u, 10_000_000_000L)]
    [InlineData(" 25 ", 1u, 25u, 40_000_000L)]
    public void Rate_is_read_as_an_exact_interval(string rate, uint numerator, uint denominator, long nanoseconds)
    {
        var interval = FrameInterval.Parse(rate);
        Assert.Equal(new FrameInterval(numerator, denominator), interval);
        Assert.Equal(nanoseconds, interval.Nanoseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-30")]
    [InlineData("30/0")]
    [InlineData("0/30")]
    [InlineData("1/2/3")]
    [InlineData("thirty")]
    [InlineData("1e3")]
    [InlineData("0.0000001")]
    [InlineData("4294967296")]
    [InlineData("4294967295.5")]
    public void Rate_that_is_none_is_refused(string? rate)
    {
        Assert.False(FrameInterval.TryParse(rate, out _));
        Assert.Contains("would be right", Assert.Throws<FormatException>(() => FrameInterval.Parse(rate!)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Intervals_compare_by_time()
    {
        Assert.Equal(0, new FrameInterval(1, 30).CompareTo(new FrameInterval(2, 60)));
        Assert.True(new FrameInterval(1, 60) < new FrameInterval(1, 30));
        Assert.True(new FrameInterval(uint.MaxValue, 1) > new FrameInterval(uint.MaxValue - 1, 1));
        Assert.True(new FrameInterval(1, 30) <= new FrameInterval(1, 30) && new FrameInterval(1, 30) >= new FrameInterval(2, 60));
    }

    [Fact]
    public void Text_is_seconds_and_read_back()
    {
        Assert.Equal("1001/30000", new FrameInterval(1001, 30000).ToString());
        Assert.True(FrameInterval.TryParseSeconds("1001/30000", out var interval));
        Assert.Equal(new FrameInterval(1001, 30000), interval);
        Assert.False(FrameInterval.TryParseSeconds("30", out _));
        Assert.Equal((0L, 0.0), (default(FrameInterval).Nanoseconds, default(FrameInterval).FramesPerSecond));
        Assert.Equal(30, new FrameInterval(1, 30).FramesPerSecond);
        Assert.Equal(4_294_967_295_000_000_000, new FrameInterval(uint.MaxValue, 1).Nanoseconds);
    }
}
