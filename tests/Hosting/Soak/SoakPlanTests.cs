using CameraFabric.Hosting.Soak;

namespace CameraFabric.Hosting.Tests.Soak;

public class SoakPlanTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public void The_same_seed_and_length_give_the_same_faults()
    {
        var (one, other) = (SoakPlan.Draw(7, TenMinutes), SoakPlan.Draw(7, TenMinutes));

        Assert.Equal(one.Steps, other.Steps);
        Assert.Equal(one.SensorFaults, other.SensorFaults);
        Assert.NotEqual(one.Steps, SoakPlan.Draw(8, TenMinutes).Steps);
    }

    [Fact]
    public void Every_kind_of_fault_comes_before_any_comes_again()
    {
        var kinds = Enum.GetValues<SoakFault>();
        var first = SoakPlan.Draw(1, TenMinutes).Steps.Take(kinds.Length).Select(step => step.Fault);

        Assert.Equal(kinds, first.Order());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(600)]
    public void Nothing_is_done_while_the_balance_is_taken(double minutes)
    {
        var plan = SoakPlan.Draw(1, TimeSpan.FromMinutes(minutes));

        Assert.NotEmpty(plan.Steps);
        Assert.All(plan.Steps, step => Assert.InRange(step.At + step.Pause, plan.Quiet, plan.Length - plan.Quiet));
    }

    [Fact]
    public void Faults_follow_each_other_with_time_to_recover()
    {
        var steps = SoakPlan.Draw(1, TenMinutes).Steps;

        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, SoakPlan.Pace, SoakPlan.Pace * 2));
    }
}
