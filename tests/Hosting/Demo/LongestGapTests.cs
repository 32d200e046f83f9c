using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Demo;

namespace CameraFabric.Hosting.Tests.Demo;

public sealed class LongestGapTests
{
    private static readonly GuestPaceReport Pace = new()
    {
        Period = 33_000, MaximumGap = 900_000, Stutters = 3, Longest = [new(1_000_000, 60_000), new(1_900_000, 900_000), new(4_000_000, 70_000)],
    };

    [Fact]
    public void A_gap_belongs_to_the_time_in_which_it_ended()
    {
        Assert.Equal(new LongestGap(60, None: false), LongestGap.In(Pace, 0, 2_000_000));
        Assert.Equal(new LongestGap(900, None: false), LongestGap.In(Pace, 2_000_000, 5_000_000));
    }

    [Fact]
    public void Without_a_gap_it_is_less_than_one_and_a_half_periods() => Assert.Equal("< 50 ms", $"{LongestGap.In(Pace, 6_000_000, 7_000_000)}");

    [Fact]
    public void Where_more_gaps_were_than_are_noted_the_shortest_that_is_noted_is_the_limit() =>
        Assert.Equal("< 60 ms", $"{LongestGap.In(Pace with { Stutters = 100 }, 6_000_000, 7_000_000)}");
}
