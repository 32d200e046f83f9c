using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Camera;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Readers;

/// <summary>What sessions see of a home that moves, of links that break, and of messages that get lost: no session ends for it.</summary>
public sealed class MovingTests
{
    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task An_owner_goes_on_at_the_next_home_with_what_it_had(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");
        var before = nodes.Sensors;
        using var owner = await nodes.GuestAsync("b", "owner", SessionRole.Owner);
        owner.Configure(RequestBench.Stream with { Interval = new FrameInterval(1, 120) });
        owner.Start();
        owner.Submit(exposure: 2_000_000, strict: true);
        var last = owner.Next(before);
        owner.Submit();

        var after = nodes.AddHome("c", 2);
        nodes.Place("c", 2);
        await nodes.StopHomeAsync("a");
        Assert.Equal(CameraStatus.NoSource, owner.Next().Status);
        owner.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        await nodes.WaitAsync(() => nodes.HomeMeters["c"].Report(0) is { Streaming: 1, Owner: "owner" }, "it does not stream at the next home");
        await ReturnAsync(nodes, after, owner);
        owner.Submit(exposure: 3_000_000, strict: true);
        var first = owner.Next(after);

        Assert.Equal((CameraStatus.Ok, 3_000_000L), (first.Status, first.Exposure!.Value.Value.AsInt64()));
        Assert.True(first.Frame > last.Frame, $"frame {first.Frame} comes after frame {last.Frame}");
        Assert.Contains("120", nodes.HomeMeters["c"].Report(0).Configuration, StringComparison.Ordinal);
        Assert.False(owner.Gone.Task.IsCompleted);
        Assert.Equal(2u, nodes.ReaderMeters["b"].Report(0).Epoch);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task Commands_to_a_camera_without_a_home_are_answered(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");
        using var guest = await nodes.StreamingAsync("b", "guest", SessionRole.Owner);

        nodes.Place(null, 2);
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        guest.Driver.Stop();

        Assert.Equal(CameraStatus.NoSource, Assert.Throws<CameraDriverException>(() => guest.Start()).Status);
        await nodes.StopAsync();
    }

    [Fact]
    public async Task A_broken_link_is_made_anew_and_what_it_has_cost_is_counted()
    {
        await using var nodes = new TwoNodes().With("b", "c");
        using var guest = await nodes.StreamingAsync("b", "guest");
        using var witness = await nodes.StreamingAsync("c", "witness");
        guest.Submit();
        Assert.Equal(CameraStatus.Ok, guest.Next(nodes.Sensors).Status);
        await nodes.WaitAsync(() => nodes.ReaderMeters["c"].FannedOut == nodes.ReaderMeters["b"].FannedOut, "not both nodes get the frames");
        var before = nodes.ReaderMeters["c"].FannedOut;
        nodes.Wire.LosesCarriers = true;
        nodes.BreakCarrier("b");
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        nodes.Sensors.Expose(5);
        await nodes.WaitAsync(() => nodes.ReaderMeters["c"].FannedOut == before + 5, "the other node does not get them");
        nodes.Wire.LosesCarriers = false;
        nodes.BreakCarrier("b");
        await nodes.WaitAsync(
            () =>
            {
                nodes.Sensors.ExposeAnother();
                return nodes.GuestMeters["guest"].Dropped[(int)FrameDropReason.LinkDown] >= 5;
            },
            "what the break has cost is not counted");
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);
        guest.Submit();

        Assert.Equal(CameraStatus.Ok, guest.Next(nodes.Sensors).Status);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task A_message_that_gets_lost_is_noticed_and_mended(Way way)
    {
        await using var nodes = new TwoNodes(way).With("b");
        using var stays = await nodes.StreamingAsync("b", "stays");
        var goes = await nodes.StreamingAsync("b", "goes", SessionRole.Owner);
        nodes.Wire.Lose(static message => message is LeaveCamera);

        goes.Dispose();
        await nodes.WaitAsync(() => nodes.HomeMeters["a"].Report(0) is { Sessions: 1, Streaming: 1, Owner: "" }, "the home keeps a session that has gone");
        nodes.Wire.Lose(null);
        await ReturnAsync(nodes, nodes.Sensors, stays);
        stays.Submit();

        Assert.Equal(CameraStatus.Ok, stays.Next(nodes.Sensors).Status);
        await nodes.StopAsync();
    }

    [Fact]
    public async Task A_connection_that_breaks_is_made_anew()
    {
        await using var nodes = new TwoNodes(Way.SharedMemory).With("b");
        using var owner = await nodes.StreamingAsync("b", "owner", SessionRole.Owner);
        owner.Submit(exposure: 2_000_000);
        Assert.Equal(CameraStatus.Ok, owner.Next(nodes.Sensors).Status);
        owner.Submit();

        nodes.BreakCarrier("b");
        Assert.Equal(CameraStatus.NoSource, owner.Next().Status);
        owner.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        await nodes.WaitAsync(() => nodes.Says("link to node b has ended"), "the home keeps the connection");
        await ReturnAsync(nodes, nodes.Sensors, owner);
        owner.Submit(exposure: 3_000_000, strict: true);

        Assert.Equal(3_000_000, owner.Next(nodes.Sensors).Exposure!.Value.Value.AsInt64());
        await nodes.StopAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_of_a_link_that_fails_is_not_begun_again_but_another_link_is_asked_for(bool atHome)
    {
        await using var nodes = new TwoNodes(Way.SharedMemory).With("b");
        using var guest = await nodes.StreamingAsync("b", "guest");
        guest.Submit();
        Assert.Equal(CameraStatus.Ok, guest.Next(nodes.Sensors).Status);

        nodes.System.ActorSelection(atHome ? nodes.Home("a").Path / "$*" : nodes.Reader("b").Path / "link-*").Tell(Kill.Instance);
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        await ReturnAsync(nodes, nodes.Sensors, guest);
        guest.Submit();

        Assert.Equal(CameraStatus.Ok, guest.Next(nodes.Sensors).Status);
        Assert.False(nodes.Says("is refused"), "it has tried with a token that was used");
        await nodes.StopAsync();
    }

    [Fact]
    public async Task A_home_that_dies_is_a_source_that_is_lost()
    {
        await using var nodes = new TwoNodes(Way.SharedMemory).With("b");
        using var guest = await nodes.StreamingAsync("b", "guest");
        guest.Submit();
        Assert.Equal(CameraStatus.Ok, guest.Next(nodes.Sensors).Status);

        nodes.KillHome("a");
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        var next = nodes.AddHome("c", 2);
        nodes.Place("c", 2);
        await nodes.WaitAsync(() => nodes.HomeMeters["c"].Report(0).Streaming == 1, "it does not stream at the next home");
        await ReturnAsync(nodes, next, guest);
        guest.Submit();

        Assert.Equal(CameraStatus.Ok, guest.Next(next).Status);
        await nodes.StopAsync();
    }

    [Theory]
    [MemberData(nameof(TwoNodes.Ways), MemberType = typeof(TwoNodes))]
    public async Task No_frame_is_delivered_by_a_node_whose_fence_has_closed(Way way)
    {
        await using var nodes = new TwoNodes(way, isFenced: true).With("b");
        using var guest = await nodes.StreamingAsync("b", "guest");
        guest.Submit();

        for (var frame = 1; frame <= 3; frame++)
        {
            nodes.Sensors.Expose();
            await nodes.WaitAsync(() => nodes.GuestMeters["guest"].Dropped[(int)FrameDropReason.Fenced] == frame, "a frame is not counted");
        }

        Assert.Equal(0, nodes.GuestMeters["guest"].Delivered);
        nodes.Fence.Extend(long.MaxValue);

        Assert.Equal((CameraStatus.Ok, 4UL), Ended(guest.Next(nodes.Sensors)));
        await nodes.StopAsync();
    }

    // As many frames as it takes until the guest hears that the source is back.
    private static async Task ReturnAsync(TwoNodes nodes, StepSensors sensors, TestDriver guest)
    {
        await nodes.WaitAsync(
            () =>
            {
                sensors.ExposeAnother();
                return nodes.ReaderMeters["b"].State == Status.CameraState.Streaming;
            },
            "frames do not come back");
        guest.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);
    }

    private static (CameraStatus Status, ulong Frame) Ended(TestDriver.Ended ended) => (ended.Status, ended.Frame);
}
