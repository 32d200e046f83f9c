using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Camera;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Readers;

/// <summary>Guests of several nodes that share one camera, which is at home on yet another.</summary>
public sealed class SharingTests
{
    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task An_owner_of_another_node_gets_each_frame_exposed_as_it_asked(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");
        using var owner = await nodes.StreamingAsync("b", "owner", SessionRole.Owner);

        for (var i = 1; i <= 20; i++)
        {
            var asked = 1_000_000L * i;
            owner.Submit(exposure: asked, strict: true);
            var result = owner.Next(nodes.Sensors);
            Assert.Equal(CameraStatus.Ok, result.Status);
            Assert.Equal(asked, result.Exposure!.Value.Value.AsInt64());
        }

        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task An_observer_of_one_node_sees_what_the_owner_on_another_changes(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b", "c");
        using var owner = await nodes.StreamingAsync("b", "owner", SessionRole.Owner);
        using var observer = await nodes.StreamingAsync("c", "observer");

        // The first frame that reaches the observer's node only says where things stand.
        observer.Submit();
        Assert.Equal(CameraStatus.Ok, observer.Next(nodes.Sensors).Status);

        owner.Submit(exposure: 3_000_000);
        var result = owner.Next(nodes.Sensors);
        var (occurred, controls) = observer.NextEvent(CameraEventType.ControlChanged);

        Assert.Equal(CameraStatus.Ok, result.Status);
        Assert.Equal(result.Frame, occurred.FrameNumber);
        Assert.Equal(3_000_000, Assert.Single(controls).Value.AsInt64());
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task Guests_of_two_nodes_take_turns_and_each_gets_its_own_frames(Way way)
    {
        await using var nodes = new TwoNodes(way, interleaved: true).With("b", "c");
        using var left = await nodes.StreamingAsync("b", "left", SessionRole.Interleaved);
        using var right = await nodes.StreamingAsync("c", "right", SessionRole.Interleaved);

        for (var i = 1; i <= 10; i++)
        {
            left.Submit(exposure: 1_000_000 * i);
            right.Submit(exposure: 2_000_000 * i + 1_000);
            Assert.Equal((CameraStatus.Ok, 1_000_000L * i), Seen(left.Next(nodes.Sensors)));
            Assert.Equal((CameraStatus.Ok, 2_000_000L * i + 1_000), Seen(right.Next(nodes.Sensors)));
        }

        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task Ownership_moves_from_node_to_node(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b", "c");
        using var owner = await nodes.StreamingAsync("b", "owner", SessionRole.Owner);
        using var other = await nodes.StreamingAsync("c", "other", mayAcquire: true);

        Assert.Throws<CameraDriverException>(() => other.AcquireOwner());
        other.AcquireOwner(force: true);
        owner.NextEvent(CameraEventType.Owner, (uint)OwnerEvent.Forced);
        other.Submit(exposure: 4_000_000, strict: true);

        Assert.Equal((CameraStatus.Ok, 4_000_000L), Seen(other.Next(nodes.Sensors)));
        owner.Submit(exposure: 2_000_000, strict: true);
        Assert.Equal(CameraStatus.NotOwner, owner.Next().Status);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task A_configuration_by_an_owner_of_another_node_is_in_force_for_all(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b", "c");
        using var owner = await nodes.GuestAsync("b", "owner", SessionRole.Owner);
        using var observer = await nodes.StreamingAsync("c", "observer");
        var faster = RequestBench.Stream with { Interval = new FrameInterval(1, 120) };

        owner.Configure(faster);
        observer.NextEvent(CameraEventType.Source, (uint)SourceEvent.Changed);
        var given = observer.Configure(RequestBench.Stream);
        observer.Start();
        observer.Submit();

        Assert.Equal(faster.Interval, given.Configuration.Interval);
        Assert.Equal(CameraStatus.Ok, observer.Next(nodes.Sensors).Status);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task A_guest_that_leaves_leaves_the_camera_of_another_node(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");
        var guest = await nodes.StreamingAsync("b", "guest", SessionRole.Owner);
        await nodes.WaitAsync(() => Streaming(nodes) == 1, "nobody streams");

        guest.Dispose();

        await nodes.WaitAsync(() => nodes.HomeMeters["a"].Report(0).Sessions == 0, "the session stays");
        Assert.Equal(Status.CameraState.Idle, nodes.HomeMeters["a"].State);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task The_sessions_of_a_reader_that_ends_are_swept(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b", "c");
        using var stays = await nodes.StreamingAsync("b", "stays", SessionRole.Owner);
        using var goes = await nodes.StreamingAsync("c", "goes");
        await nodes.WaitAsync(() => Streaming(nodes) == 2, "not both stream");

        nodes.Kill("c");

        await nodes.WaitAsync(() => nodes.HomeMeters["a"].Report(0) is { Sessions: 1, Streaming: 1, Owner: "stays" }, "the sessions stay");
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task Somebody_looks_at_the_next_frame_of_a_camera_of_another_node_that_is_idle(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");

        using (var lease = await LookAsync(nodes, "b")) Assert.Equal(RequestBench.FrameBytes, lease.Frame.Pixels.Length);
        nodes.Reader("b").Tell(ReleaseCapture.Message, ActorRefs.NoSender);

        await nodes.WaitAsync(() => nodes.HomeMeters["a"].State == Status.CameraState.Idle, "the camera goes on");
        await nodes.StopAsync();
    }

    /// <summary>The next frame that a node gets.</summary>
    private static async Task<FrameLease> LookAsync(TwoNodes nodes, string node)
    {
        var answer = new TaskCompletionSource<FrameLease>(TaskCreationOptions.RunContinuationsAsynchronously);
        nodes.Reader(node).Tell(new HoldCapture(new TakeFrame(answer)), ActorRefs.NoSender);
        using var patience = new CancellationTokenSource(TwoNodes.Patience);
        while (true)
        {
            try
            {
                return await answer.Task.WaitAsync(TimeSpan.FromMilliseconds(20));
            }
            catch (TimeoutException) when (!patience.IsCancellationRequested)
            {
                nodes.Sensors.ExposeAnother();
            }
        }
    }

    private static int Streaming(TwoNodes nodes) => nodes.HomeMeters["a"].Report(0).Streaming;

    private static (CameraStatus Status, long Exposure) Seen(TestDriver.Ended ended) => (ended.Status, ended.Exposure?.Value.AsInt64() ?? -1);
}
