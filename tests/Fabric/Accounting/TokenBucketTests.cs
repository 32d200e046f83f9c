using CameraFabric.Fabric.Accounting;

namespace CameraFabric.Fabric.Tests.Accounting;

public sealed class TokenBucketTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void A_full_bucket_gives_what_it_holds_at_once_and_then_as_much_as_flows_in()
    {
        var bucket = new TokenBucket(perSecond: 10, capacity: 3);

        Assert.Equal([0, 0, 0], [bucket.Take(Second, 1), bucket.Take(Second, 1), bucket.Take(Second, 1)]);
        Assert.True(bucket.IsEmpty(Second));
        Assert.Equal(Second / 10, bucket.Take(Second, 1));
        Assert.Equal(2 * Second / 10, bucket.Take(Second, 1));
        Assert.True(bucket.IsEmpty(Second + (2 * Second / 10)));
        Assert.False(bucket.IsEmpty(Second + (2 * Second / 10) + 1));
    }

    [Fact]
    public void It_never_holds_more_than_its_capacity_however_long_it_fills()
    {
        var bucket = new TokenBucket(perSecond: 10, capacity: 3);
        _ = bucket.Take(0, 3);

        Assert.Equal(0, bucket.Take(3600 * Second, 3));
        Assert.True(bucket.IsEmpty(3600 * Second));
    }

    [Fact]
    public void Something_larger_than_the_bucket_passes_once_and_is_made_up_for()
    {
        var bucket = new TokenBucket(perSecond: 100, capacity: 100);

        Assert.False(bucket.IsEmpty(Second));
        _ = bucket.Take(Second, 250);

        Assert.True(bucket.IsEmpty(Second + (3 * Second / 2)));
        Assert.False(bucket.IsEmpty(Second + (3 * Second / 2) + 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Over_any_time_at_most_the_rate_and_one_bucket_and_one_use_pass(int seed)
    {
        const double Rate = 1e6;
        var random = new Random(seed);
        var bucket = new TokenBucket(Rate, Rate / 4);
        var uses = new List<(long At, long Amount)>();
        long now = 0;
        for (var i = 0; i < 2000; i++)
        {
            now += random.Next(1, 20_000_000);
            if (bucket.IsEmpty(now)) continue;
            var amount = random.Next(1, 50_000);
            _ = bucket.Take(now, amount);
            uses.Add((now, amount));
        }

        for (var first = 0; first < uses.Count; first += 37)
        {
            long sum = 0;
            for (var last = first; last < uses.Count; last++)
            {
                sum += uses[last].Amount;
                var allowed = (Rate * (uses[last].At - uses[first].At) / 1e9) + (Rate / 4) + 50_000;
                Assert.True(sum <= allowed, $"{sum} passed in {uses[last].At - uses[first].At} ns; {allowed} may");
            }
        }
    }
}
