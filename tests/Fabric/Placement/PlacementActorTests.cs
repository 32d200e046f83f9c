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

public sealed class PlacementActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly Rig Rig = PlacementRig.Of(["a", "b", "c"], PlacementRig.Camera("front", "a", "b"), PlacementRig.Camera("rear", "b"), PlacementRig.Camera("free"));
    private readonly ManualFrameClock _clock = new();
    private readonly FakeCluster _cluster = new();
    private readonly RecordingLoggers _loggers = new();
    private readonly Dictionary<string, NodeSeat> _seats = [];

    public PlacementActorTests() : base(ConfigurationFactory
        .ParseString($"akka.loggers = []\nakka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"")
        .WithFallback(FabricNode.ReferenceConfig))
    {
    }

    [Fact]
    public void The_leader_decides_and_every_member_knows_the_same_table()
    {
        var listeners = Start("a", "b", "c");
        Members("a", "b", "c");

        var tables = listeners.Select(listener => Next(listener, "front", "a")).ToArray();

        Assert.All(tables, table => Assert.Equal(tables[0].Assignments.Values.OrderBy(a => a.Camera), table.Assignments.Values.OrderBy(a => a.Camera)));
        Assert.All(tables[0].Assignments.Values, assignment => Assert.Equal(1u, assignment.Epoch));
    }

    [Fact]
    public void A_removed_nodes_cameras_move_after_a_fence_time_under_the_next_leader()
    {
        var listeners = Start("a", "b", "c");
        Members("a", "b", "c");
        Next(listeners[2], "front", "a");

        _cluster.Placements.TryRemove(PlacementRig.Run("a"), out _);
        Members("b", "c");
        Beat();
        var waiting = Next(listeners[2], "front", "a");
        Assert.Equal(PlacementRig.Run("b").Address, waiting.Version.Author);

        _clock.Advance(PlacementRig.Fence);
        Beat();
        var moved = Next(listeners[2], "front", "b");
        Assert.Equal(2u, moved.Of("front")!.Epoch);
        Assert.Equal(1u, moved.Of("rear")!.Epoch);
    }

    [Fact]
    public void A_new_leader_asks_for_the_newest_table_and_goes_on_from_it()
    {
        var listeners = Start("b", "c");
        Members("b", "c");
        var old = Next(listeners[1], "rear", "b");

        var late = Start("a")[0];
        Members("a", "b", "c");
        Beat();
        var asked = late.FishForMessage<PlacementChanged>(changed => changed.Table.Of("front") is { Releasing: true }, Patience).Table;

        Assert.Equal("b", asked.HomeOf("front"));
        Assert.True(asked.Version.CompareTo(old.Version) > 0);
        Assert.Equal(1u, asked.Of("rear")!.Epoch);

        _cluster.Placements[PlacementRig.Run("b")].Tell(new HomeReleased("front", 1));
        Assert.Equal(2u, Next(late, "front", "a").Of("front")!.Epoch);
    }

    [Fact]
    public void Who_has_promised_a_leader_takes_no_table_of_an_earlier_one()
    {
        var listener = Start("c")[0];
        var placement = _cluster.Placements[PlacementRig.Run("c")];
        placement.Tell(new PlacementAsked(5, PlacementRig.Run("b").Address), TestActor);
        Assert.Equal((5ul, PlacementRig.Run("c").Uid), ExpectMsg<PlacementPromised>(m => true, Patience) is { } promised ? (promised.Term, promised.Uid) : default);

        Publish(placement, new TableVersion(4, PlacementRig.Run("a").Address, 9), "a");
        Publish(placement, new TableVersion(5, PlacementRig.Run("b").Address, 1), "b");

        Assert.Equal(5ul, Next(listener, "front", "b").Version.Term);
        Publish(placement, new TableVersion(5, PlacementRig.Run("b").Address, 1), "a");
        Publish(placement, new TableVersion(5, PlacementRig.Run("b").Address, 2), "c");
        Assert.Equal(2ul, listener.ExpectMsg<PlacementChanged>(Patience).Table.Version.Number);
    }

    [Fact]
    public void A_leader_whose_fence_is_closed_decides_nothing()
    {
        var listeners = Start(fenced: true, "a", "b");
        Members("a", "b");
        Beat();
        listeners[1].ExpectNoMsg(TimeSpan.Zero);

        _seats["a"].Fence.Extend(long.MaxValue);
        Beat();
        Next(listeners[1], "front", "a");
    }

    [Fact]
    public void A_lost_table_is_asked_for_when_its_version_is_told_again()
    {
        var listener = Start("a", "b")[1];
        var (b, placement) = (PlacementRig.Run("b"), _cluster.Placements[PlacementRig.Run("b")]);
        _cluster.Placements[b] = CreateTestProbe();
        foreach (var node in new[] { "a", "b" }) Tell(node, PlacementRig.View(node, PlacementRig.Member("a")));
        _cluster.Placements[b] = placement;
        Tell("a", PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b", phase: MemberPhase.Joining)));
        Tell("b", PlacementRig.View("b", PlacementRig.Member("a"), PlacementRig.Member("b", phase: MemberPhase.Joining)));

        _clock.Advance(10_000_000_000);
        Beat();

        Next(listener, "front", "a");
    }

    [Fact]
    public void After_a_defect_a_leader_goes_on_from_its_own_table_and_epochs_only_grow()
    {
        var listener = Start("a", "b")[0];
        Members("a", "b");
        var before = Next(listener, "rear", "b");

        // It fails with the next table made, and nobody told of it.
        foreach (var node in (string[])["a", "b"]) AwaitHandled(node);
        _cluster.Fail(new InvalidOperationException("of the test"));
        _cluster.Placements[PlacementRig.Run("a")].Tell(new NodeEnded("b", PlacementRig.Run("b").Address, 1), ActorRefs.NoSender);
        var lost = Next(listener, "rear", null);

        Assert.True(lost.Version.CompareTo(before.Version) > 0);
        Assert.Equal((2u, 1u), (lost.Of("rear")!.Epoch, lost.Of("front")!.Epoch));
        Tell("a", PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b", uid: 2)));
        Assert.Equal(3u, Next(listener, "rear", "b").Of("rear")!.Epoch);
        Assert.Single(_loggers.Lines, line => line.Contains("placement failed at a NodeEnded", StringComparison.Ordinal));
    }

    [Fact]
    public void After_a_defect_a_member_keeps_what_it_has_promised_and_a_leader_that_was_followed_by_another_is_told()
    {
        Start("c");
        Tell("c", PlacementRig.View("c", PlacementRig.Member("b"), PlacementRig.Member("c")));
        var placement = _cluster.Placements[PlacementRig.Run("c")];
        placement.Tell(new PlacementAsked(5, PlacementRig.Run("b").Address), TestActor);
        ExpectMsg<PlacementPromised>(Patience);

        _cluster.Fail(new InvalidOperationException("of the test"));
        placement.Tell(CloseNode.Message);
        Publish(placement, new TableVersion(4, PlacementRig.Run("a").Address, 9), "a");
        placement.Tell(new PlacementAsked(4, PlacementRig.Run("a").Address), TestActor);

        var refusal = new PlacementRefused(5, PlacementRig.Run("b").Address);
        Assert.Equal([refusal, refusal], [ExpectMsg<PlacementRefused>(Patience), ExpectMsg<PlacementRefused>(Patience)]);
        Assert.Single(_loggers.Lines, line => line.Contains("placement failed at a CloseNode", StringComparison.Ordinal));
    }

    [Fact]
    public void A_leader_that_is_refused_begins_a_newer_term_than_the_one_it_is_told_of()
    {
        Start("a");
        var other = CreateTestProbe("other");
        _cluster.Placements[PlacementRig.Run("b")] = other.Ref;
        Tell("a", PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b")));
        var first = other.FishForMessage<PlacementAsked>(_ => true, Patience);

        _cluster.Placements[PlacementRig.Run("a")].Tell(new PlacementRefused(first.Term + 6, PlacementRig.Run("c").Address));

        other.FishForMessage<PlacementAsked>(asked => asked.Term == first.Term + 7, Patience);
    }

    // It answers in order, so whatever it was told before has been handled.
    private void AwaitHandled(string node)
    {
        _cluster.Placements[PlacementRig.Run(node)].Tell(new PlacementAsked(0, ""), TestActor);
        ExpectMsg<PlacementRefused>(Patience);
    }

    private void Publish(IActorRef placement, TableVersion version, string home) =>
        placement.Tell(new PlacementPage(version, 0, 1, [new Assignment("front", PlacementRig.Run(home), 1, false, HomeLoss.None)]), TestActor);

    private TestProbe[] Start(params string[] nodes) => Start(fenced: false, nodes);

    private TestProbe[] Start(bool fenced, params string[] nodes) => [.. nodes.Select(node =>
    {
        var seat = new NodeSeat(PlacementRig.Node(node), 0, PlacementRig.Run(node), fenced ? new NodeFence() : NodeFence.Always);
        _seats[node] = seat;
        var placement = Sys.ActorOf(PlacementActor.Props(new PlacementSettings(Rig, seat, _cluster, _clock, _loggers)), $"placement-{node}");
        _cluster.Placements[seat.Self] = placement;
        var listener = CreateTestProbe($"listener-{node}");
        placement.Tell(new WatchPlacement(listener.Ref));
        return listener;
    })];

    private void Members(params string[] nodes)
    {
        foreach (var node in nodes) Tell(node, PlacementRig.View(node, nodes.Select(member => PlacementRig.Member(member))));
    }

    private void Tell(string node, MembershipView view) => _cluster.Placements[PlacementRig.Run(node)].Tell(view);

    private void Beat() => ((TestScheduler)Sys.Scheduler).Advance(Rig.Cluster.Heartbeat);

    // What follows from one beat may take several messages; those that came too late for it go with the next one.
    private PlacementTable Next(TestProbe listener, string camera, string? home)
    {
        PlacementTable? found = null;
        AwaitCondition(
            () =>
            {
                Beat();
                while (found is null && listener.HasMessages)
                {
                    var changed = listener.ExpectMsg<PlacementChanged>();
                    if (changed.Table.HomeOf(camera) == home) found = changed.Table;
                }

                return found is not null;
            },
            Patience, Glance);
        return found!;
    }
}
