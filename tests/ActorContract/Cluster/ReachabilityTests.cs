using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using CameraFabric.ActorContract.Tests.Remoting;
using static Akka.Cluster.ClusterEvent;

namespace CameraFabric.ActorContract.Tests.Clusters;

public sealed class ReachabilityTests : ClusterTest
{
    private readonly PartitionProxy _network = new();

    [Fact]
    public void One_that_is_cut_off_is_unreachable_and_reachable_again_when_it_answers()
    {
        var nodes = Nodes(3);
        _network.Cut(nodes[2]);
        foreach (var node in nodes[..2])
        {
            Sees<UnreachableMember>(node, e => e.Member.UniqueAddress.Equals(nodes[2].Unique));
            Eventually(() => Assert.Contains(node.Cluster.State.Unreachable, m => m.UniqueAddress.Equals(nodes[2].Unique)));
        }
        Eventually(() => Assert.Equal(2, nodes[2].Cluster.State.Unreachable.Count));
        _network.Heal();
        foreach (var node in nodes[..2]) Sees<ReachableMember>(node, e => e.Member.UniqueAddress.Equals(nodes[2].Unique));
        Agree(nodes);
    }

    [Fact]
    public void Nobody_comes_up_while_a_member_is_unreachable_and_undecided()
    {
        var nodes = Nodes(2);
        _network.Cut(nodes[1]);
        Sees<UnreachableMember>(nodes[0]);
        var late = StartNode(_network.Add(), Alert);
        late.Cluster.Join(nodes[0].Address);
        Sees<MemberJoined>(nodes[0], e => e.Member.UniqueAddress.Equals(late.Unique));
        Assert.DoesNotContain("MemberUp", nodes[0].StoryOf(late));
        _network.Heal();
        Agree(nodes[0], nodes[1], late);
    }

    [Fact]
    public async Task A_node_that_crashed_is_unreachable_until_it_is_downed()
    {
        var nodes = Nodes(3);
        await nodes[2].System.Terminate();
        foreach (var node in nodes[..2]) Sees<UnreachableMember>(node, e => e.Member.UniqueAddress.Equals(nodes[2].Unique));
        nodes[0].Cluster.Down(nodes[2].Address);
        foreach (var node in nodes[..2])
            Assert.Equal(MemberStatus.Down, Sees<MemberRemoved>(node, e => e.Member.UniqueAddress.Equals(nodes[2].Unique)).PreviousStatus);
        Agree(nodes[..2]);
    }

    [Fact]
    public async Task Terminated_comes_for_the_actors_of_a_node_that_was_removed()
    {
        var nodes = Nodes(2);
        nodes[1].System.ActorOf(Props.Create(() => new Echo()), "echo");
        var path = new RootActorPath(nodes[1].Address) / "user" / "echo";
        var echo = await nodes[0].System.ActorSelection(path).ResolveOne(Bound);
        var probe = CreateTestProbe(nodes[0].System);
        probe.Watch(echo);
        _network.Cut(nodes[1]);
        Sees<UnreachableMember>(nodes[0]);
        nodes[0].Cluster.Down(nodes[1].Address);
        Assert.True(probe.ExpectTerminated(echo, Bound).AddressTerminated);
    }

    [Fact]
    public async Task Terminated_comes_for_an_actor_of_a_node_that_left()
    {
        var nodes = Nodes(2);
        nodes[1].System.ActorOf(Props.Create(() => new Echo()), "echo");
        var path = new RootActorPath(nodes[1].Address) / "user" / "echo";
        var echo = await nodes[0].System.ActorSelection(path).ResolveOne(Bound);
        var probe = CreateTestProbe(nodes[0].System);
        probe.Watch(echo);
        nodes[1].Cluster.Leave(nodes[1].Address);
        probe.ExpectTerminated(echo, Bound);
    }

    [Fact]
    public void One_that_was_removed_while_cut_off_is_told_by_an_event_when_it_is_heard_again()
    {
        var nodes = Nodes(3);
        var probe = CreateTestProbe(nodes[2].System);
        nodes[2].System.EventStream.Subscribe(probe.Ref, typeof(ThisActorSystemQuarantinedEvent));
        _network.Cut(nodes[2]);
        Sees<UnreachableMember>(nodes[0], e => e.Member.UniqueAddress.Equals(nodes[2].Unique));
        nodes[0].Cluster.Down(nodes[2].Address);
        Sees<MemberRemoved>(nodes[1]);
        _network.Heal();
        Assert.Equal(nodes[2].Address, probe.ExpectMsg<ThisActorSystemQuarantinedEvent>().LocalAddress);
        // Nobody has it back, and it goes on to believe what it did: whoever wants it to end has to listen to that event.
        Agree(nodes[..2]);
        Assert.False(nodes[2].Removed.IsCompleted);
    }

    private ClusterNode[] Nodes(int count) => Form([.. Enumerable.Range(0, count).Select(_ => StartNode(_network.Add(), Alert))]);

    protected override void AfterAll()
    {
        _network.Dispose();
        base.AfterAll();
    }
}
