using static Akka.Cluster.ClusterEvent;

namespace CameraFabric.ActorContract.Tests.Clusters;

public sealed class SubscriptionTests : ClusterTest
{
    [Fact]
    public void A_subscriber_can_ask_for_the_state_at_first()
    {
        var nodes = Form(2);
        var probe = CreateTestProbe(nodes[0].System);
        nodes[0].Cluster.Subscribe(probe.Ref, SubscriptionInitialStateMode.InitialStateAsSnapshot, typeof(IMemberEvent));
        var state = probe.ExpectMsg<CurrentClusterState>();
        Assert.Equal(nodes.Select(n => n.Unique).ToHashSet(), state.Members.Select(m => m.UniqueAddress).ToHashSet());
        Assert.Equal(nodes[0].Cluster.State.Leader, state.Leader);
        nodes[1].Cluster.Leave(nodes[1].Address);
        probe.ExpectMsg<MemberLeft>();
    }

    [Fact]
    public void The_state_comes_first_when_nothing_else_is_asked_for()
    {
        var node = Form(1)[0];
        var probe = CreateTestProbe(node.System);
        node.Cluster.Subscribe(probe.Ref, typeof(IClusterDomainEvent));
        probe.ExpectMsg<CurrentClusterState>();
    }

    [Fact]
    public void A_subscriber_can_ask_for_the_state_as_events()
    {
        var nodes = Form(2);
        var probe = CreateTestProbe(nodes[0].System);
        nodes[0].Cluster.Subscribe(probe.Ref, SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(IMemberEvent), typeof(LeaderChanged));
        var seen = probe.ReceiveN(3, Bound);
        Assert.Equal(nodes.Select(n => n.Unique).ToHashSet(), seen.OfType<MemberUp>().Select(e => e.Member.UniqueAddress).ToHashSet());
        Assert.Single(seen.OfType<LeaderChanged>());
    }

    [Fact]
    public void A_subscriber_gets_only_what_it_asked_for()
    {
        var nodes = Form(2);
        var probe = CreateTestProbe(nodes[0].System);
        nodes[0].Cluster.Subscribe(probe.Ref, SubscriptionInitialStateMode.InitialStateAsEvents, typeof(MemberRemoved));
        nodes[1].Cluster.Leave(nodes[1].Address);
        Assert.Equal(nodes[1].Unique, probe.ExpectMsg<MemberRemoved>().Member.UniqueAddress);
    }

    [Fact]
    public void One_that_unsubscribed_gets_nothing_more()
    {
        var nodes = Form(2);
        var probe = CreateTestProbe(nodes[0].System);
        nodes[0].Cluster.Subscribe(probe.Ref, SubscriptionInitialStateMode.InitialStateAsEvents, typeof(MemberLeft), typeof(MemberRemoved));
        nodes[0].Cluster.Unsubscribe(probe.Ref);
        nodes[1].Cluster.Leave(nodes[1].Address);
        Sees<MemberRemoved>(nodes[0]);
        probe.Ref.Tell(this, probe.Ref);
        probe.ExpectMsg<SubscriptionTests>();
    }
}
