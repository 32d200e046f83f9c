using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Fabric.Tests.Placement;

namespace CameraFabric.Fabric.Tests.Rigs;

public sealed class RigValidatorTests
{
    private static readonly Rig Good = new()
    {
        Name = "rig", RuntimeDirectory = "/run/rig", Cameras = [RunningFabric.Camera("front")], Guests = [RunningFabric.Guest("vision", "front", SessionRole.Owner)],
    };

    [Fact]
    public void A_good_rig_has_no_errors() => Assert.Empty(RigValidator.Validate(Good));

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var rig = new Rig
        {
            Name = "", RuntimeDirectory = "/run/rig",
            Cameras = [RunningFabric.Camera("front") with { Slots = 1, WatchdogPeriods = 0 }, RunningFabric.Camera("front"), RunningFabric.Camera("a/b")],
            Guests =
            [
                RunningFabric.Guest("vision", "rear"),
                RunningFabric.Guest("vision", "front", SessionRole.Owner),
                RunningFabric.Guest("cluster", "front", SessionRole.Owner),
            ],
            Options = new FabricOptions { DeliveryQueueFrames = 0, SessionTick = TimeSpan.Zero },
        };

        var errors = RigValidator.Validate(rig);

        Assert.Equal(
            [
                "rig: '' is not a name", "cameras.front.slots: 1 is not possible", "cameras.front.watchdog: 0 is not possible", "cameras.front: the id is used twice",
                "cameras.a/b: 'a/b' is not a name", "guests.vision.cameras.rear: there is no camera 'rear'", "guests.vision: the name is used twice",
                "guests.cluster.cameras.front.role: camera 'front' is owned by 'vision' already",
                "options.delivery-queue-frames: 0 is not possible", "options.session-tick: 0s is not possible",
            ],
            errors.Select(fault => $"{fault.Path}: {fault.Message}"));
        Assert.All(errors, fault => Assert.NotEmpty(fault.Right));
    }

    [Theory]
    [InlineData(true, SessionRole.Owner)]
    [InlineData(false, SessionRole.Interleaved)]
    public void A_role_must_suit_its_camera(bool interleaved, SessionRole role)
    {
        var rig = Good with { Cameras = [RunningFabric.Camera("front", interleaved: interleaved)], Guests = [RunningFabric.Guest("vision", "front", role)] };

        Assert.Single(RigValidator.Validate(rig));
    }

    [Theory]
    [InlineData(true, SessionRole.Interleaved, 0, "write `face: camera`")]
    [InlineData(false, SessionRole.Owner, 2, "leave `leases` out")]
    public void A_media_guest_takes_no_turns_and_holds_no_frames(bool interleaved, SessionRole role, int leases, string right)
    {
        var view = new GuestCameraRig { Camera = "front", Role = role, Leases = leases, Face = GuestFace.Media };
        var rig = Good with
        {
            Cameras = [RunningFabric.Camera("front", interleaved: interleaved)],
            Guests = [new GuestRig { Name = "a", Cameras = [view] }],
        };

        Assert.Contains(right, Assert.Single(RigValidator.Validate(rig)).Right, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 65, "write 0 to 64")]
    [InlineData(true, 3, "leave `leases` out")]
    public void Frames_in_place_are_bounded_and_not_for_guests_that_take_turns(bool interleaved, int leases, string right)
    {
        var role = interleaved ? SessionRole.Interleaved : SessionRole.Observer;
        var rig = Good with
        {
            Cameras = [RunningFabric.Camera("front", interleaved: interleaved)],
            Guests = [new GuestRig { Name = "a", Cameras = [new GuestCameraRig { Camera = "front", Role = role, Leases = leases }] }],
        };

        Assert.Contains(right, Assert.Single(RigValidator.Validate(rig)).Right, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", null, Isolation.None, Isolation.None, true)]
    [InlineData("a", "b", Isolation.None, Isolation.None, false)]
    [InlineData("b", null, Isolation.None, Isolation.None, false)]
    [InlineData(null, null, Isolation.None, Isolation.None, false)]
    [InlineData("a", null, Isolation.Process, Isolation.None, false)]
    [InlineData("a", null, Isolation.None, Isolation.Process, false)]
    public void Frames_in_place_are_for_guests_of_the_very_process_that_has_the_camera(
        string? node, string? standby, Isolation camera, Isolation guest, bool may)
    {
        var rig = Good with
        {
            Nodes = [PlacementRig.Node("a"), PlacementRig.Node("b")],
            Cameras = [PlacementRig.Camera("front", node, standby, camera)],
            Guests = [new GuestRig { Name = "g", Node = "a", Isolation = guest, Cameras = [new GuestCameraRig { Camera = "front", Leases = 2 }] }],
        };

        var faults = RigValidator.Validate(rig).Where(static fault => fault.Path == "guests.g.cameras.front.leases").ToArray();

        if (may) Assert.Empty(faults);
        else Assert.Contains("put both on one node", Assert.Single(faults).Right, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DowningStrategy.KeepMajority, "when 'a' dies")]
    [InlineData(DowningStrategy.KeepOldest, "a member for longer")]
    [InlineData(DowningStrategy.StaticQuorum, "when either node dies")]
    public void Two_nodes_are_warned_of_the_one_whose_death_takes_the_other_along(DowningStrategy downing, string what)
    {
        int? quorum = downing == DowningStrategy.StaticQuorum ? 2 : null;
        var rig = PlacementRig.Of(["a", "b"], RunningFabric.Camera("front")) with { Cluster = new ClusterRig { Downing = downing, Quorum = quorum } };

        Assert.Empty(RigValidator.Validate(rig));
        var warning = Assert.Single(RigValidator.Warnings(rig));
        Assert.Contains(what, warning.Message, StringComparison.Ordinal);
        Assert.Contains("roles: []", warning.Right, StringComparison.Ordinal);
        Assert.Empty(RigValidator.Warnings(PlacementRig.Of(["a", "b", "c"], RunningFabric.Camera("front"))));
        Assert.Empty(RigValidator.Warnings(Good));
    }

    [Fact]
    public void A_seed_is_a_node_of_the_rig_and_named_once()
    {
        var rig = PlacementRig.Of(["a", "b"], PlacementRig.Camera("front", "a", isolation: Isolation.Process));

        Assert.Empty(RigValidator.Validate(rig with { Cluster = new ClusterRig { Seeds = ["b", "a"] } }));
        Assert.Equal(
            ["there is no node 'camera.front'", "'b' is named twice"],
            RigValidator.Validate(rig with { Cluster = new ClusterRig { Seeds = ["camera.front", "b", "b"] } }).Select(static fault => fault.Message));
    }

    [Fact]
    public void A_camera_has_a_slot_more_for_each_frame_that_its_guests_may_hold()
    {
        GuestRig Holder(string name, int leases) => new() { Name = name, Cameras = [new GuestCameraRig { Camera = "front", Leases = leases }] };
        var rig = Good with { Cameras = [RunningFabric.Camera("front"), RunningFabric.Camera("rear")], Guests = [Holder("a", 3), Holder("b", 4)] };

        Assert.Empty(RigValidator.Validate(rig));
        Assert.Equal([7, 0], rig.WithLentSlots().Cameras.Select(static camera => camera.LentSlots));
    }

    [Fact]
    public void A_socket_path_must_fit_and_be_the_devices_own()
    {
        var same = new GuestCameraRig { Camera = "front", SocketPath = "/run/same.sock" };
        var rig = Good with
        {
            Guests =
            [
                new GuestRig { Name = "a", Cameras = [same] },
                new GuestRig { Name = "b", Cameras = [same] },
                new GuestRig { Name = "c", Cameras = [same with { SocketPath = "/" + new string('x', 107) }] },
            ],
        };

        var errors = RigValidator.Validate(rig);

        Assert.Equal(2, errors.Length);
        Assert.Contains(errors, fault => fault.Right.Contains("each device needs its own", StringComparison.Ordinal));
        Assert.Contains(errors, fault => fault.Right.Contains("at most 107", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rig_with_errors_does_not_start()
    {
        var error = Assert.Throws<RigException>(() => FabricNode.Start(Good with { Name = "", Cameras = [] }, new Fakes.RecordingLoggers()));

        Assert.Equal(3, error.Faults.Length);
    }
}
