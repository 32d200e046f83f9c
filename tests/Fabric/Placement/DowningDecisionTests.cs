using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class DowningDecisionTests
{
    private const long StableAfter = 500;

    [Fact]
    public void Nobody_is_given_up_before_the_same_members_have_been_unreachable_for_long_enough()
    {
        var decision = Decision("a", "c");
        Assert.Empty(decision.Decided(StableAfter - 1, Silent));
        Assert.Equal([PlacementRig.Run("c")], decision.Decided(StableAfter, Silent));

        decision.Become(View("a", "b", "c"), StableAfter);
        Assert.Empty(decision.Decided(StableAfter + 1, Silent));
    }

    [Fact]
    public void The_part_that_goes_on_has_one_that_decides()
    {
        Assert.Equal([PlacementRig.Run("c")], Decision("a", "c").Decided(StableAfter, Silent));
        Assert.Empty(Decision("b", "c").Decided(StableAfter, Silent));
    }

    [Fact]
    public void Whoever_is_in_the_part_that_does_not_go_on_gives_itself_up() =>
        Assert.Equal([PlacementRig.Run("c")], Decision("c", "a", "b").Decided(StableAfter, Silent));

    [Fact]
    public void A_member_that_answers_this_node_is_not_given_up_by_it()
    {
        Assert.Empty(Decision("a", "c").Decided(StableAfter, _ => true));
        Assert.Empty(Decision("c", "a", "b").Decided(StableAfter, node => node.Node == "a" || node.Node == "b"));
    }

    [Fact]
    public void Children_go_with_their_part()
    {
        var decision = new DowningDecision(new SurvivalRule(DowningStrategy.KeepMajority, 0), StableAfter);
        decision.Become(PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("camera.x", reachable: false)), 0);

        Assert.Equal([PlacementRig.Run("camera.x")], decision.Decided(StableAfter, Silent));
    }

    [Fact]
    public void One_that_has_never_answered_has_longer_unless_another_goes()
    {
        var decision = new DowningDecision(new SurvivalRule(DowningStrategy.KeepMajority, 0), StableAfter);
        var (own, other, come) = (PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c", reachable: false));
        decision.Become(PlacementRig.View("a", own, other, come), 0);
        Assert.Empty(decision.Decided(10 * StableAfter - 1, Silent, IsC));
        Assert.Equal([come.Incarnation], decision.Decided(10 * StableAfter, Silent, IsC));

        decision.Become(PlacementRig.View("a", own, other with { Phase = MemberPhase.Leaving }, come), 0);
        Assert.Equal([come.Incarnation], decision.Decided(StableAfter, Silent, IsC));

        decision.Become(PlacementRig.View("a", own, other with { IsReachable = false }, come, PlacementRig.Member("d")), 0);
        Assert.Equal([other.Incarnation, come.Incarnation], decision.Decided(StableAfter, Silent, IsC).OrderBy(static node => node.Node).ToArray());

        static bool IsC(NodeIncarnation node) => node.Node == "c";
    }

    private static bool Silent(NodeIncarnation node) => false;

    private static DowningDecision Decision(string self, params string[] unreachable)
    {
        var decision = new DowningDecision(new SurvivalRule(DowningStrategy.KeepMajority, 0), StableAfter);
        decision.Become(View(self, unreachable), 0);
        return decision;
    }

    private static MembershipView View(string self, params string[] unreachable) =>
        PlacementRig.View(self, new[] { "a", "b", "c" }.Select(node => PlacementRig.Member(node, reachable: !unreachable.Contains(node))));
}

internal static class DowningDecisions
{
    public static NodeIncarnation[] Decided(
        this DowningDecision decision, long now, Func<NodeIncarnation, bool> answers, Func<NodeIncarnation, bool>? isNew = null) =>
        [.. decision.Decide(now, answers, isNew ?? (static _ => false))];
}
