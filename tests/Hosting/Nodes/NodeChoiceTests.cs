using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Nodes;
using CameraFabric.Hosting.Rigs;

namespace CameraFabric.Hosting.Tests.Nodes;

public sealed class NodeChoiceTests
{
    private static readonly Rig One = Parse("""
        rig: choice
        runtime: /tmp/choice
        cameras: { front: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
        """);
    private static readonly Rig Isolating = One with { Cameras = [One.Cameras[0] with { Isolation = Isolation.Process }] };

    private static readonly Rig Two = Isolating with
    {
        Nodes = [new NodeRig { Name = "front-soc", Address = new("127.0.0.1", 4053) }, new NodeRig { Name = "rear-soc", Address = new("127.0.0.1", 4054) }],
    };

    [Fact]
    public void A_rig_that_is_one_node_has_no_name_for_it() => Assert.Null(NodeChoice.Of(One, null, isChild: false));

    [Fact]
    public void A_rig_that_only_isolates_something_needs_no_name_either() => Assert.Equal(Rig.OnlyNode, NodeChoice.Of(Isolating, null, isChild: false));

    [Fact]
    public void A_node_of_the_rig_is_chosen_by_its_name() => Assert.Equal("rear-soc", NodeChoice.Of(Two, "rear-soc", isChild: false));

    [Fact]
    public void A_child_is_chosen_by_its_parent_alone()
    {
        Assert.Equal("camera.front", NodeChoice.Of(Two, "camera.front", isChild: true));
        Assert.Contains("started by its parent 'front-soc'", Refusal(Two, "camera.front"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rig_of_several_nodes_wants_a_name_and_says_which_there_are() =>
        Assert.Contains("one of: front-soc, rear-soc", Refusal(Two, null), StringComparison.Ordinal);

    [Fact]
    public void All_nodes_are_started_when_nobody_beyond_this_machine_could_reach_one()
    {
        Assert.True(NodeGroup.IsHere(Two));
        Assert.False(NodeGroup.IsHere(Two with { Nodes = [Two.Nodes[0], Two.Nodes[1] with { Address = new("192.168.7.2", 4054) }] }));
        Assert.False(NodeGroup.IsHere(Isolating));
    }

    [Fact]
    public void A_name_that_is_not_in_the_rig_is_refused_with_those_that_are() =>
        Assert.Matches("no node 'reer-soc'.*front-soc, rear-soc", Refusal(Two, "reer-soc"));

    [Fact]
    public void A_rig_without_nodes_wants_no_name() => Assert.Contains("leave --node out", Refusal(One, "node"), StringComparison.Ordinal);

    private static string Refusal(Rig rig, string? node) => Assert.Throws<ArgumentException>(() => NodeChoice.Of(rig, node, isChild: false)).Message;

    private static Rig Parse(string text) => RigReader.Parse(text, "rig.yaml", "/tmp");
}
