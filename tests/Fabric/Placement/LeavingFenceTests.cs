using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>What the fence of a node does when the node itself goes.</summary>
public sealed class LeavingFenceTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private readonly ManualFrameClock _clock = new();
    private readonly FakeCluster _cluster = new();
    private readonly NodeFence _fence = new();

    public LeavingFenceTests() : base(ConfigurationFactory
        .ParseString($"akka.loggers = []\nakka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"")
        .WithFallback(FabricNode.ReferenceConfig))
    {
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_closes_at_once_and_the_node_answers_nobody_any_more(bool isPutOut)
    {
        var phase = isPutOut ? MemberPhase.Down : MemberPhase.Exiting;
        var rig = PlacementRig.Of(["a", "b", "c"], PlacementRig.Camera("front"));
        var seat = new NodeSeat(PlacementRig.Node("a"), 0, PlacementRig.Run("a"), _fence);
        var actor = Sys.ActorOf(FenceActor.Props(new PlacementSettings(rig, seat, _cluster, _clock, NullLoggerFactory.Instance)));
        var peer = CreateTestProbe();
        var (b, c) = (PlacementRig.Member("b"), PlacementRig.Member("c"));
        actor.Tell(PlacementRig.View("a", PlacementRig.Member("a"), b, c));
        actor.Tell(new FenceAnswered(b.Incarnation.Address, b.Incarnation.Uid, _clock.Now));
        AwaitCondition(() => _fence.IsOpen(_clock.Now), Patience, Glance);
        actor.Tell(new FenceAsked(b.Incarnation.Address, b.Incarnation.Uid, 1), peer.Ref);
        peer.ExpectMsg<FenceAnswered>(Patience);

        actor.Tell(PlacementRig.View("a", PlacementRig.Member("a", phase: phase), b, c));
        actor.Tell(new FenceAsked(b.Incarnation.Address, b.Incarnation.Uid, 2), peer.Ref);
        AwaitCondition(() => !_fence.IsOpen(_clock.Now), Patience, Glance);

        actor.Tell(PlacementRig.View("a", PlacementRig.Member("a"), b, c));
        actor.Tell(new FenceAsked(b.Incarnation.Address, b.Incarnation.Uid, 3), peer.Ref);
        Assert.Equal(3, peer.ExpectMsg<FenceAnswered>(Patience).SentAt);
    }
}
