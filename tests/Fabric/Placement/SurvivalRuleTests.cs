using System.Collections.Immutable;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class SurvivalRuleTests
{
    public static TheoryData<DowningStrategy> Strategies => [.. Enum.GetValues<DowningStrategy>()];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Of_two_parts_without_a_common_node_never_both_go_on(DowningStrategy strategy) => Properties.Hold(decisions =>
    {
        var (core, rule) = Cluster(decisions, strategy);
        var parts = core.GroupBy(_ => decisions.Below(3)).ToDictionary(part => part.Key, part => part.ToHashSet());

        Assert.InRange(parts.Values.Count(part => rule.Survives(core, part)), 0, 1);
    });

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_whole_goes_on_and_so_does_who_hears_more_than_a_part_that_does(DowningStrategy strategy) => Properties.Hold(decisions =>
    {
        var (core, rule) = Cluster(decisions, strategy);
        var part = core.Where(_ => decisions.Below(2) == 1).ToHashSet();
        var more = core.Where(node => part.Contains(node) || decisions.Below(2) == 1).ToHashSet();

        Assert.True(rule.Survives(core, core.ToHashSet()));
        Assert.True(!rule.Survives(core, part) || rule.Survives(core, more));
    });

    [Theory]
    [InlineData(DowningStrategy.KeepMajority, "a", true)]
    [InlineData(DowningStrategy.KeepMajority, "b", false)]
    [InlineData(DowningStrategy.KeepOldest, "a", false)]
    [InlineData(DowningStrategy.KeepOldest, "b", true)]
    [InlineData(DowningStrategy.StaticQuorum, "a", false)]
    [InlineData(DowningStrategy.StaticQuorum, "b", false)]
    public void Two_nodes_apart(DowningStrategy strategy, string part, bool goesOn) =>
        Assert.Equal(goesOn, new SurvivalRule(strategy, 2).Survives([PlacementRig.Run("b"), PlacementRig.Run("a")], new HashSet<NodeIncarnation> { PlacementRig.Run(part) }));

    [Fact]
    public void Who_is_no_core_member_counts_for_nothing() => Assert.False(new SurvivalRule(DowningStrategy.KeepMajority, 0).Survives(
        [PlacementRig.Run("a"), PlacementRig.Run("b"), PlacementRig.Run("c")],
        new HashSet<NodeIncarnation> { PlacementRig.Run("a"), PlacementRig.Run("camera.x"), PlacementRig.Run("guest.y") }));

    private static (ImmutableArray<NodeIncarnation> Core, SurvivalRule Rule) Cluster(Decisions decisions, DowningStrategy strategy)
    {
        var names = "abcdefg"[..(1 + decisions.Below(7))];
        ImmutableArray<NodeIncarnation> core = [.. names.OrderBy(_ => decisions.Below(100)).Select(name => PlacementRig.Run($"{name}"))];
        return (core, new SurvivalRule(strategy, (core.Length / 2) + 1));
    }
}
