using CameraFabric.Guest.Program;

namespace CameraFabric.Guest.Tests.Program;

public sealed class LongestGapsTests
{
    [Fact]
    public void The_longest_are_kept_in_the_order_in_which_they_came()
    {
        var gaps = new LongestGaps();
        for (var i = 1; i <= LongestGaps.Capacity; i++) gaps.Add(i * 1_000_000, i * 1000);

        gaps.Add(100_000_000, 500);
        gaps.Add(200_000_000, 1500);

        var kept = gaps.ToReport();
        Assert.Equal([.. Enumerable.Range(2, LongestGaps.Capacity - 1).Select(static i => (double)i), 1.5], kept.Select(static gap => gap.Length));
        Assert.Equal(200_000, kept[^1].Began);
    }
}
