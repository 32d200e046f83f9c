using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Platform.Tests.Time;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void A_percentile_is_never_below_and_at_most_a_32nd_above_the_true_one()
    {
        var values = Gen.Choose(0, 62).SelectMany(bits =>
            Gen.Choose(0, int.MaxValue).Select(low => (1L << bits) + (low % (1L << Math.Min(bits, 30)))))
            .NonEmptyListOf();
        var fractions = Gen.Choose(0, 1000).Select(n => n / 1000.0);
        Check.QuickThrowOnFailure(Prop.ForAll(values.ToArbitrary(), fractions.ToArbitrary(), (list, fraction) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var value in list) histogram.Record(value);
            var sorted = list.Order().ToArray();
            var exact = sorted[Math.Max((int)Math.Ceiling(fraction * sorted.Length), 1) - 1];
            var told = histogram.Percentile(fraction);
            Assert.InRange(told, exact, exact + exact / 32);
            Assert.Equal(sorted[^1], histogram.Maximum);
            Assert.Equal(sorted.Length, histogram.Count);
        }));
    }

    [Fact]
    public void Extremes_have_a_bucket()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(0.5));
        histogram.Record(long.MaxValue);
        histogram.Record(-5);
        Assert.Equal(0, histogram.Percentile(0.5));
        Assert.Equal(long.MaxValue, histogram.Percentile(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(double.NaN));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) histogram.Record(i * 977L);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
