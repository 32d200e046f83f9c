using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class FenceLedgerTests
{
    private static readonly long Fence = PlacementRig.Fence;
    private readonly ManualFrameClock _clock = new();
    private readonly NodeFence _fence = new();

    [Fact]
    public void A_fence_is_closed_until_enough_others_have_answered()
    {
        var ledger = Ledger("a", "a", "b", "c");
        Extend(ledger);
        Assert.False(_fence.IsOpen(_clock.Now));

        ledger.Grant(PlacementRig.Run("b"), _clock.Now);
        Extend(ledger);
        Assert.True(_fence.IsOpen(_clock.Now));
    }

    [Fact]
    public void A_process_that_was_stopped_finds_its_fence_closed_at_the_first_look_and_answers_open_it_again()
    {
        var ledger = Ledger("a", "a", "b", "c");
        ledger.Grant(PlacementRig.Run("c"), _clock.Now);
        Extend(ledger);

        _clock.Advance(10_000_000_000);
        Assert.False(_fence.IsOpen(_clock.Now));

        Extend(ledger);
        Assert.False(_fence.IsOpen(_clock.Now));
        ledger.Grant(PlacementRig.Run("c"), _clock.Now);
        Extend(ledger);
        Assert.True(_fence.IsOpen(_clock.Now));
    }

    [Fact]
    public void An_answer_counts_from_the_moment_that_the_question_was_sent()
    {
        var ledger = Ledger("a", "a", "b", "c");
        var asked = _clock.Now;
        _clock.Advance(Fence - 1);
        ledger.Grant(PlacementRig.Run("b"), asked);
        Extend(ledger);

        Assert.True(_fence.IsOpen(_clock.Now));
        _clock.Advance(1);
        Assert.False(_fence.IsOpen(_clock.Now));
    }

    [Fact]
    public void Of_five_nodes_the_second_latest_answer_counts()
    {
        var ledger = Ledger("a", "a", "b", "c", "d", "e");
        var first = _clock.Now;
        ledger.Grant(PlacementRig.Run("b"), first);
        _clock.Advance(50);
        ledger.Grant(PlacementRig.Run("c"), _clock.Now);
        ledger.Grant(PlacementRig.Run("c"), first - 7);

        Assert.Equal(first + Fence, ledger.Until(_clock.Now));
    }

    [Fact]
    public void Those_that_were_removed_and_children_grant_nothing()
    {
        var ledger = Ledger("a", "a", "b", "c");
        ledger.Grant(PlacementRig.Run("camera.x"), _clock.Now);
        ledger.Grant(PlacementRig.Run("b", uid: 2), _clock.Now);
        Assert.Equal(long.MinValue, ledger.Until(_clock.Now));

        ledger.Grant(PlacementRig.Run("b"), _clock.Now);
        ledger.Become(PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b", uid: 2), PlacementRig.Member("c")));
        Assert.Equal(long.MinValue, ledger.Until(_clock.Now));
    }

    [Fact]
    public void A_node_that_was_put_out_has_no_right_whoever_answers()
    {
        var ledger = Ledger("a", "a", "b", "c");
        var down = PlacementRig.Member("a", phase: MemberPhase.Down);
        ledger.Become(PlacementRig.View("a", down, PlacementRig.Member("b"), PlacementRig.Member("c")));
        ledger.Grant(PlacementRig.Run("b"), _clock.Now);

        Assert.Equal(long.MinValue, ledger.Until(_clock.Now));
    }

    [Fact]
    public void A_fence_that_is_closed_ends_what_answers_had_given_until_new_ones_come()
    {
        _fence.Extend(_clock.Now + Fence);
        _fence.Close();
        Assert.False(_fence.IsOpen(_clock.Now));
        _fence.Extend(_clock.Now + 1);
        Assert.True(_fence.IsOpen(_clock.Now));

        NodeFence.Always.Close();
        Assert.True(NodeFence.Always.IsOpen(_clock.Now));
    }

    [Fact]
    public void A_child_does_not_count_itself()
    {
        var ledger = new FenceLedger(new SurvivalRule(DowningStrategy.KeepMajority, 0), PlacementRig.Run("camera.x"), isCore: false, Fence);
        ledger.Become(PlacementRig.View("camera.x", PlacementRig.Member("a"), PlacementRig.Member("camera.x")));
        Assert.Equal(long.MinValue, ledger.Until(_clock.Now));

        ledger.Grant(PlacementRig.Run("a"), _clock.Now);
        Assert.Equal(_clock.Now + Fence, ledger.Until(_clock.Now));
    }

    [Fact]
    public void The_fence_of_a_node_that_is_alone_is_always_open() => Assert.True(NodeFence.Always.IsOpen(long.MaxValue - 1));

    private static FenceLedger Ledger(string self, params string[] core)
    {
        var ledger = new FenceLedger(new SurvivalRule(DowningStrategy.KeepMajority, 0), PlacementRig.Run(self), isCore: true, Fence);
        ledger.Become(PlacementRig.View(self, core.Select(node => PlacementRig.Member(node))));
        return ledger;
    }

    private void Extend(FenceLedger ledger) => _fence.Extend(ledger.Until(_clock.Now));
}
