using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class PlacementDeskTests
{
    private static readonly long Fence = PlacementRig.Fence;

    private readonly PlacementDesk _desk = new(
        PlacementRig.Of(
            ["a", "b", "c"], PlacementRig.Camera("front", "a", "b"), PlacementRig.Camera("rear", "b"),
            PlacementRig.Camera("side", "c", isolation: Isolation.Process)),
        Fence);

    private ulong _number;

    [Fact]
    public void The_cameras_of_a_removed_node_wait_for_its_fence()
    {
        Become(0, "a", "b");
        Assert.Equal(("a", 1u), HomeOf("front"));

        Become(1000, "b");
        Assert.Equal(("a", 1u), HomeOf("front"));
        Assert.Equal(1000 + Fence, _desk.Due);

        Step(1000 + Fence - 1);
        Assert.Equal(("a", 1u), HomeOf("front"));
        Step(1000 + Fence);
        Assert.Equal(("b", 2u), HomeOf("front"));
        Assert.Null(_desk.Due);
    }

    [Fact]
    public void A_leader_that_has_not_seen_the_removal_waits_from_its_first_look()
    {
        Become(0, "a", "b");
        var later = new PlacementDesk(
            PlacementRig.Of(["a", "b"], PlacementRig.Camera("front", "a", "b"), PlacementRig.Camera("rear", "b")), Fence);
        later.Take(_desk.Table);
        later.Become(PlacementRig.View("b", PlacementRig.Member("b")), 5000);

        Assert.Equal("a", later.Compute(5000)["front"].Home?.Node);
        Assert.Equal("a", later.Compute(5000 + Fence - 1)["front"].Home?.Node);
        Assert.Equal("b", later.Compute(5000 + Fence)["front"].Home?.Node);
    }

    [Fact]
    public void A_home_that_lives_is_asked_to_release_before_another_gets_the_camera()
    {
        Become(0, "b");
        Become(1, "a", "b");
        Assert.Equal(("b", 1u), HomeOf("front"));
        Assert.True(_desk.Table.Of("front")!.Releasing);

        Step(long.MaxValue / 2);
        Assert.Equal(("b", 1u), HomeOf("front"));

        _desk.Release("front", 7);
        Step(2);
        Assert.Equal(("b", 1u), HomeOf("front"));
        _desk.Release("front", 1);
        Step(3);
        Assert.Equal(("a", 2u), HomeOf("front"));
        Assert.False(_desk.Table.Of("front")!.Releasing);
    }

    [Fact]
    public void A_home_that_has_released_gets_the_camera_back_under_a_new_epoch_when_the_other_is_gone_again()
    {
        Become(0, "b");
        Become(1, "a", "b");
        _desk.Release("front", 1);
        Become(2, "b");

        Assert.Equal(("b", 2u), HomeOf("front"));
    }

    [Fact]
    public void A_node_that_closes_hands_over_what_it_has_and_is_given_nothing()
    {
        Become(0, "a", "b");
        _desk.Close(PlacementRig.Run("a"));
        Step(1);
        Assert.True(_desk.Table.Of("front")!.Releasing);
        _desk.Release("front", 1);
        Step(2);

        Assert.Equal(("b", 2u), HomeOf("front"));
    }

    [Fact]
    public void Nobody_waits_for_a_process_that_has_ended_for_certain()
    {
        Become(0, "a", "b", "camera.side");
        Assert.Equal(("camera.side", 1u), HomeOf("side"));

        _desk.End(PlacementRig.Run("camera.side"));
        Step(1);
        Assert.Equal((null, 2u), HomeOf("side"));
        Assert.Equal(HomeLoss.ProcessAway, _desk.Table.Of("side")!.Loss);

        Members(2, PlacementRig.Member("a"), PlacementRig.Member("camera.side", uid: 1), PlacementRig.Member("camera.side", uid: 2));
        Assert.Equal(PlacementRig.Run("camera.side", 2), _desk.Table.Of("side")!.Home);
        Assert.Equal(("camera.side", 3u), HomeOf("side"));
    }

    [Fact]
    public void A_node_that_was_started_again_is_another_home()
    {
        Become(0, "a", "b");
        Members(1, PlacementRig.Member("a", uid: 2), PlacementRig.Member("b"));
        Assert.Equal(PlacementRig.Run("a"), _desk.Table.Of("front")!.Home);
        Step(1 + Fence);

        Assert.Equal(PlacementRig.Run("a", 2), _desk.Table.Of("front")!.Home);
        Assert.Equal(2u, _desk.Table.Of("front")!.Epoch);
    }

    [Fact]
    public void Epochs_only_grow_and_grow_exactly_with_the_home() => Properties.Hold(decisions =>
    {
        var free = Enumerable.Range(0, 5).Select(i => PlacementRig.Camera($"free{i}"));
        var rig = PlacementRig.Of(["a", "b", "c"], [PlacementRig.Camera("pinned", "a", "b"), .. free]);
        var (desk, now) = (new PlacementDesk(rig, Fence), 0L);
        var last = new Dictionary<string, Assignment>();
        while (decisions.AreLeft)
        {
            now += decisions.Below(4) * Fence / 3;
            var members = new[] { "a", "b", "c" }
                .Where(_ => decisions.Below(3) > 0)
                .Select(node => PlacementRig.Member(node, 1 + decisions.Below(2)));
            if (decisions.Below(2) == 0) desk.Become(PlacementRig.View("a", members.ToArray()), now);
            var released = new HashSet<string>();
            if (decisions.Below(3) == 0 && last.Values.FirstOrDefault(home => home.Releasing) is { } asked && released.Add(asked.Camera))
                desk.Release(asked.Camera, asked.Epoch);
            foreach (var (camera, next) in Publish(desk, now))
            {
                if (last.TryGetValue(camera, out var before) && !released.Contains(camera))
                    Assert.Equal(before.Home == next.Home ? before.Epoch : before.Epoch + 1, next.Epoch);
                Assert.True(next.Epoch >= (before?.Epoch ?? 1));
                last[camera] = next;
            }
        }
    });

    private IEnumerable<KeyValuePair<string, Assignment>> Publish(PlacementDesk desk, long now)
    {
        desk.Take(new PlacementTable(new TableVersion(1, "a", ++_number), desk.Compute(now)));
        return desk.Table.Assignments;
    }

    private (string? Node, uint Epoch) HomeOf(string camera) => (_desk.Table.HomeOf(camera), _desk.Table.Of(camera)!.Epoch);

    private void Become(long now, params string[] members) => Members(now, [.. members.Select(node => PlacementRig.Member(node))]);

    private void Members(long now, params MemberView[] members)
    {
        _desk.Become(PlacementRig.View("b", members), now);
        Step(now);
    }

    private void Step(long now) => Publish(_desk, now);
}
