using Akka.Actor;
using Akka.Cluster;
using static Akka.Cluster.ClusterEvent;

namespace CameraFabric.ActorContract.Tests.Clusters;

public sealed class MembershipTests : ClusterTest
{
    [Fact]
    public async Task A_node_that_joins_itself_is_up_and_leads()
    {
        var node = StartNode("akka.cluster.roles = [sensor, node.front]");
        Assert.False(node.Cluster.IsUp);
        node.Cluster.Join(node.Address);
        await node.Up.WaitAsync(Bound);
        Eventually(() => Assert.Equal(MemberStatus.Up, node.Cluster.SelfMember.Status));
        Eventually(() => Assert.Equal(node.Address, node.Cluster.State.Leader));
        Assert.Equal(node.Address, node.Cluster.SelfAddress);
        Assert.Equal(node.Unique, node.Cluster.SelfMember.UniqueAddress);
        Assert.Equal(["node.front", "sensor"], node.Cluster.SelfRoles.Order());
        Assert.True(node.Cluster.IsUp);
        Assert.False(node.Cluster.IsTerminated);
    }

    [Fact]
    public void A_member_joins_then_is_up_and_all_see_it_so()
    {
        var nodes = Form(3);
        foreach (var other in nodes[1..]) Assert.Equal(["MemberJoined", "MemberUp"], nodes[0].StoryOf(other));
        Eventually(() =>
        {
            foreach (var node in nodes) Assert.Contains("MemberUp", node.StoryOf(node));
        });
    }

    [Fact]
    public void All_see_the_roles_of_all()
    {
        var front = StartNode("akka.cluster.roles = [sensor, node.front]");
        var rear = StartNode("akka.cluster.roles = [guest, node.rear]");
        Form(front, rear);
        var member = front.Cluster.State.Members.Single(m => m.Address.Equals(rear.Address));
        Assert.True(member.HasRole("guest"));
        Assert.False(member.HasRole("sensor"));
        Assert.Equal(["guest", "node.rear"], member.Roles.Order());
    }

    [Fact]
    public void The_leader_is_the_first_by_address_and_members_are_in_that_order()
    {
        var nodes = Form(3);
        var ordered = nodes.Select(n => n.Address).Order(Member.AddressOrdering).ToArray();
        foreach (var node in nodes)
        {
            Eventually(() => Assert.Equal(ordered[0], node.Cluster.State.Leader));
            Assert.Equal(ordered, node.Cluster.State.Members.Select(m => m.Address));
            Eventually(() => Assert.Equal(ordered[0], node.Events.OfType<LeaderChanged>().Last().Leader));
        }
    }

    [Fact]
    public void Who_was_up_before_is_older()
    {
        var nodes = Form(3);
        var members = nodes.Select(n => nodes[2].Cluster.State.Members.Single(m => m.UniqueAddress.Equals(n.Unique))).ToArray();
        Assert.True(members[0].IsOlderThan(members[1]));
        Assert.True(members[1].IsOlderThan(members[2]));
        Assert.False(members[2].IsOlderThan(members[0]));
    }

    [Fact]
    public void The_first_seed_forms_the_cluster_and_others_join_it()
    {
        // It waits for seeds that do not answer; those that say that they are no members either do not keep it.
        var nodes = new[] { StartNode("akka.cluster.seed-node-timeout = 1h"), StartNode(), StartNode() };
        var seeds = nodes[..2].Select(n => n.Address).ToArray();
        foreach (var node in nodes.Reverse()) node.Cluster.JoinSeedNodes(seeds);
        Agree(nodes);
    }

    [Fact]
    public void Seeds_are_joined_from_configuration()
    {
        var first = Form(1)[0];
        var second = StartNode($"akka.cluster.seed-nodes = [\"{first.Address}\"]");
        Agree(first, second);
    }

    [Fact]
    public async Task One_that_leaves_is_seen_leaving_exiting_and_removed_and_its_system_ends()
    {
        var nodes = Form(3);
        nodes[2].Cluster.Leave(nodes[2].Address);
        foreach (var node in nodes[..2])
        {
            var removed = Sees<MemberRemoved>(node, e => e.Member.UniqueAddress.Equals(nodes[2].Unique));
            Assert.Equal(MemberStatus.Exiting, removed.PreviousStatus);
            var afterUp = node.StoryOf(nodes[2]).SkipWhile(e => e is "MemberJoined" or "MemberUp");
            Assert.Equal(["MemberLeft", "MemberExited", "MemberRemoved"], afterUp);
        }
        Agree(nodes[..2]);
        await nodes[2].Removed.WaitAsync(Bound);
        await nodes[2].System.WhenTerminated.WaitAsync(Bound);
        Assert.True(nodes[2].Cluster.IsTerminated);
    }

    [Fact]
    public async Task One_node_can_ask_another_to_leave()
    {
        var nodes = Form(2);
        nodes[0].Cluster.Leave(nodes[1].Address);
        await nodes[1].Removed.WaitAsync(Bound);
        Agree(nodes[0]);
    }

    [Fact]
    public async Task A_system_that_shuts_down_in_order_leaves_first()
    {
        var nodes = Form(2);
        // On a thread of the pool: its phases are not to wait until the tests that run beside this one leave a thread to it.
        var reason = CoordinatedShutdown.ActorSystemTerminateReason.Instance;
        await Task.Run(() => CoordinatedShutdown.Get(nodes[1].System).Run(reason)).WaitAsync(Bound);
        Assert.Equal(MemberStatus.Exiting, Sees<MemberRemoved>(nodes[0]).PreviousStatus);
        await nodes[1].Removed.WaitAsync(Bound);
    }

    [Fact]
    public async Task One_that_is_downed_learns_of_it()
    {
        var nodes = Form([.. Enumerable.Range(0, 3).Select(_ => StartNode(Alert))]);
        nodes[0].Cluster.Down(nodes[1].Address);
        foreach (var node in new[] { nodes[0], nodes[2] })
            Assert.Equal(MemberStatus.Down, Sees<MemberRemoved>(node, e => e.Member.UniqueAddress.Equals(nodes[1].Unique)).PreviousStatus);
        Assert.Contains("MemberDowned", nodes[0].StoryOf(nodes[1]));
        await nodes[1].Removed.WaitAsync(Bound);
        await nodes[1].System.WhenTerminated.WaitAsync(Bound);
        Agree(nodes[0], nodes[2]);
    }

    [Fact]
    public async Task The_system_of_one_that_is_downed_lives_on_where_that_is_asked_for()
    {
        const string LiveOn = "akka.cluster.run-coordinated-shutdown-when-down = off";
        var nodes = Form(StartNode(Alert), StartNode(Alert, LiveOn));
        nodes[0].Cluster.Down(nodes[1].Address);
        await nodes[1].Removed.WaitAsync(Bound);
        Eventually(() => Assert.True(nodes[1].Cluster.IsTerminated));
        Assert.False(nodes[1].System.WhenTerminated.IsCompleted);
        // It sees the whole cluster go, itself and all others.
        Eventually(() => Assert.All(nodes, node => Assert.Equal("MemberRemoved", nodes[1].StoryOf(node).Last())));
    }

    [Fact]
    public void A_new_leader_leads_when_the_leader_has_left()
    {
        var nodes = Form(3).OrderBy(n => n.Address, Member.AddressOrdering).ToArray();
        nodes[0].Cluster.Leave(nodes[0].Address);
        foreach (var node in nodes[1..])
            Eventually(() => Assert.Equal(nodes[1].Address, node.Events.OfType<LeaderChanged>().Last().Leader));
        Agree(nodes[1..]);
    }

    [Fact]
    public async Task Another_system_at_the_same_address_is_another_member()
    {
        var first = StartNode();
        var second = StartNode();
        Form(first, second);
        await second.System.Terminate();
        var again = StartNode($"akka.remote.dot-netty.tcp.port = {second.Address.Port}");
        Assert.Equal(second.Address, again.Address);
        Assert.NotEqual(second.Unique, again.Unique);
        again.Cluster.Join(first.Address);
        Agree(first, again);
        Assert.Equal("MemberRemoved", first.StoryOf(second).Last());
        Assert.Equal(["MemberJoined", "MemberUp"], first.StoryOf(again));
    }
}
