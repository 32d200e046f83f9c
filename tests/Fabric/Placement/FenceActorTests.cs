using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>The fence of node a, of a rig of three.</summary>
public sealed class FenceActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly Rig Rig = PlacementRig.Of(["a", "b", "c"], PlacementRig.Camera("front"));
    private readonly ManualFrameClock _clock = new();
    private readonly FakeCluster _cluster = new();
    private readonly RecordingLoggers _loggers = new();
    private readonly NodeSeat _seat = new(PlacementRig.Node("a"), 0, PlacementRig.Run("a"), new NodeFence());
    private readonly Dictionary<string, TestProbe> _peers = [];
    private readonly IActorRef _fence;

    public FenceActorTests() : base(ConfigurationFactory
        .ParseString($"akka.loggers = []\nakka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"")
        .WithFallback(FabricNode.ReferenceConfig))
    {
        foreach (var node in (string[])["b", "c"])
        {
            _peers[node] = CreateTestProbe($"peer-{node}");
            _cluster.Fences[PlacementRig.Run(node)] = _peers[node].Ref;
        }

        _fence = Sys.ActorOf(FenceActor.Props(new PlacementSettings(Rig, _seat, _cluster, _clock, _loggers)), "fence");
    }

    private bool IsOpen => _seat.Fence.IsOpen(_clock.Now);

    [Fact]
    public void An_answer_opens_it_for_the_fence_time_from_the_question_on_and_the_clock_alone_closes_it()
    {
        See(PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c"));
        var asked = Question("b");
        Assert.Equal((PlacementRig.Run("a").Address, PlacementRig.Run("a").Uid, _clock.Now), (asked.Address, asked.Uid, asked.SentAt));
        Assert.False(IsOpen);

        _clock.Advance(PlacementRig.Fence - 1);
        Answer("b", asked.SentAt);

        AwaitCondition(() => _seat.Fence.Until == asked.SentAt + PlacementRig.Fence, Patience, Glance);
        Assert.True(IsOpen);
        _clock.Advance(1);
        Assert.False(IsOpen);
    }

    [Fact]
    public void It_asks_again_at_every_heartbeat()
    {
        See(PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c"));
        Question("c");

        _clock.Advance(5);
        Beat();

        _peers["c"].FishForMessage<FenceAsked>(asked => asked.SentAt == _clock.Now, Patience);
    }

    [Fact]
    public void Only_a_member_that_takes_part_is_answered()
    {
        See(
            PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c", phase: MemberPhase.Down),
            PlacementRig.Member("d", phase: MemberPhase.Joining), PlacementRig.Member("e", phase: MemberPhase.Exiting),
            PlacementRig.Member("f", phase: MemberPhase.Leaving));

        // Of the same address, another run.
        Ask("b", 1, uid: 2);
        Ask("c", 2);
        Ask("d", 3);
        Ask("e", 4);
        Ask("z", 5);
        Ask("b", 6);
        Ask("f", 7);

        Assert.Equal(new FenceAnswered(PlacementRig.Run("a").Address, PlacementRig.Run("a").Uid, 6), ExpectMsg<FenceAnswered>(Patience));
        Assert.Equal(7, ExpectMsg<FenceAnswered>(Patience).SentAt);
    }

    [Fact]
    public void Answers_of_strangers_and_to_questions_that_were_never_asked_open_nothing()
    {
        See(PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c"));

        Answer("z", _clock.Now);
        _fence.Tell(new FenceAnswered(PlacementRig.Run("b").Address, 2, _clock.Now), TestActor);
        Answer("c", _clock.Now + 1);

        AwaitHandled();
        Assert.False(IsOpen);
    }

    [Fact]
    public void Whoever_answers_a_node_that_was_put_out_opens_nothing()
    {
        See(PlacementRig.Member("a", phase: MemberPhase.Down), PlacementRig.Member("b"), PlacementRig.Member("c"));

        Answer("b", _clock.Now);
        Answer("c", _clock.Now);

        // Only one that takes part answers; it has gained nothing meanwhile.
        See(PlacementRig.Member("a"), PlacementRig.Member("b"), PlacementRig.Member("c"));
        AwaitHandled();
        Assert.False(IsOpen);
    }

    [Fact]
    public void After_a_defect_it_knows_the_members_and_who_is_missed_since_when()
    {
        See(PlacementRig.Member("a"), PlacementRig.Member("b", reachable: false), PlacementRig.Member("c"));
        AwaitHandled();
        _clock.Advance(DowningDecision.NewcomersPatience * Rig.Cluster.StableAfter.Ticks * TimeSpan.NanosecondsPerTick);
        _cluster.Fail(new InvalidOperationException("of the test"));

        AwaitCondition(
            () =>
            {
                Beat();
                return !_cluster.PutOut.IsEmpty;
            },
            Patience, Glance);

        Assert.Equal([PlacementRig.Run("b")], _cluster.PutOut);
        AwaitHandled();
        Assert.Single(_loggers.Lines, line => line.Contains("the fence failed at a ", StringComparison.Ordinal));
    }

    private void See(params MemberView[] members) => _fence.Tell(PlacementRig.View("a", members));

    private void Beat() => ((TestScheduler)Sys.Scheduler).Advance(Rig.Cluster.Heartbeat);

    private FenceAsked Question(string peer) => _peers[peer].FishForMessage<FenceAsked>(_ => true, Patience);

    private void Answer(string peer, long sentAt) =>
        _fence.Tell(new FenceAnswered(PlacementRig.Run(peer).Address, PlacementRig.Run(peer).Uid, sentAt), TestActor);

    private void Ask(string peer, long sentAt, int uid = 1) =>
        _fence.Tell(new FenceAsked(PlacementRig.Run(peer).Address, uid, sentAt), TestActor);

    // It answers in order, so whatever it was told before has been handled.
    private void AwaitHandled()
    {
        Ask("c", -1);
        ExpectMsg<FenceAnswered>(Patience);
    }
}
