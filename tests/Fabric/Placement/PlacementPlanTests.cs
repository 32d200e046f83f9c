using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class PlacementPlanTests
{
    private static readonly string[] Nodes = ["a", "b", "c", "d", "e"];

    private static readonly Rig Mixed = PlacementRig.Of(
        Nodes,
        [
            .. Enumerable.Range(0, 60).Select(i => PlacementRig.Camera($"free{i}")),
            .. Nodes.Select(node => PlacementRig.Camera($"pinned-{node}", node)),
            PlacementRig.Camera("wired-twice", "a", "b"),
            PlacementRig.Camera("alone", "c", isolation: Isolation.Process),
        ]);

    [Fact]
    public void The_plan_is_the_same_whatever_the_order_of_members() => Properties.Hold(decisions =>
    {
        var members = Some(decisions);
        var shuffled = members.OrderBy(_ => decisions.Below(1000)).ToArray();

        Assert.Equal(Plan(members).OrderBy(home => home.Key), Plan(shuffled).OrderBy(home => home.Key));
    });

    [Fact]
    public void Every_camera_has_one_home_that_is_a_member_or_is_lost_with_a_reason() => Properties.Hold(decisions =>
    {
        var members = Some(decisions);
        var plan = Plan(members);

        Assert.Equal(Mixed.Cameras.Select(camera => camera.Id).Order(), plan.Keys.Order());
        Assert.All(plan.Values, home => Assert.True(
            home.Home is null ? home.Loss != HomeLoss.None : members.Contains(home.Home.Node) && home.Loss == HomeLoss.None));
    });

    [Fact]
    public void A_node_that_goes_moves_its_own_cameras_alone_and_one_that_comes_takes_only_to_itself() => Properties.Hold(decisions =>
    {
        var members = Some(decisions);
        var node = Nodes[decisions.Below(Nodes.Length)];
        var (without, with) = (Plan(members.Where(name => name != node)), Plan(members.Append(node).Distinct()));

        Assert.All(Mixed.Cameras, camera => Assert.True(
            with[camera.Id] == without[camera.Id] || with[camera.Id].Home?.Node == node, $"{camera.Id} moved between others"));
    });

    [Fact]
    public void A_pinned_camera_is_at_home_on_its_node_and_nowhere_else() => Properties.Hold(decisions =>
    {
        var members = Some(decisions);
        var plan = Plan(members);

        Assert.All(Nodes, node => Assert.Equal(
            members.Contains(node) ? (node, HomeLoss.None) : (null, HomeLoss.NodeAway),
            (plan[$"pinned-{node}"].Home?.Node, plan[$"pinned-{node}"].Loss)));
    });

    [Theory]
    [InlineData("a b c", "a")]
    [InlineData("a", "a")]
    [InlineData("b c", "b")]
    [InlineData("c d", null)]
    public void The_standby_is_home_exactly_while_the_node_is_no_member(string members, string? home) =>
        Assert.Equal(home, Plan(members.Split(' '))["wired-twice"].Home?.Node);

    [Fact]
    public void A_camera_with_a_process_of_its_own_is_at_home_there_alone()
    {
        Assert.Equal(HomeLoss.ProcessAway, Plan(["a", "b", "c"])["alone"].Loss);
        Assert.Equal("camera.alone", Plan(["a", "c", "camera.alone"])["alone"].Home?.Node);
    }

    [Fact]
    public void No_free_camera_goes_to_a_child_or_to_a_node_without_the_role()
    {
        var members = new[]
        {
            PlacementRig.Members("camera.alone")[0],
            PlacementRig.Members("a")[0] with { Roles = NodeRoles.Guest },
            PlacementRig.Members("b")[0],
        };

        var free = PlacementPlan.Compute(members, Mixed).Where(home => home.Key.StartsWith("free"));
        Assert.Equal("b", Assert.Single(free.Select(home => home.Value.Home!.Node).Distinct()));
        Assert.Equal(HomeLoss.NoSensorNode, PlacementPlan.Compute(members.Take(2), Mixed)["free1"].Loss);
    }

    [Fact]
    public void Free_cameras_are_spread_over_the_nodes()
    {
        var rig = PlacementRig.Of(Nodes, Enumerable.Range(0, 1000).Select(i => PlacementRig.Camera($"v{i:0000}-front")));
        var homes = PlacementPlan.Compute(PlacementRig.Members(Nodes), rig).Values.CountBy(home => home.Home!.Node).ToArray();

        Assert.All(homes, node => Assert.InRange(node.Value, 150, 250));
    }

    private static string[] Some(Decisions decisions) => [.. Nodes.Append("camera.alone").Where(_ => decisions.Below(2) == 1)];

    private static System.Collections.Immutable.ImmutableDictionary<string, PlannedHome> Plan(IEnumerable<string> members) =>
        PlacementPlan.Compute(PlacementRig.Members(members), Mixed);
}
