using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Frames in place: SHM_MAP, requests for a slot, SHM_RETURN, and what ends them.</summary>
public sealed class InPlaceTests
{
    [Fact]
    public void The_driver_is_told_where_the_frames_are()
    {
        using var rig = Rig();
        rig.Configure();
        var sent = rig.MapPool();
        Assert.Equal(SessionRig.FrameBytes, rig.Host.FrameBytes);
        var shared = rig.Shared;
        Assert.Equal(
            new MapPoolReply((ulong)shared.Offset, (ulong)shared.Bytes, (ulong)shared.SlotBytes, 4, (uint)shared.DataOffset, 2, 0),
            sent.Reply<MapPoolReply>());

        // Asked again: the same, without a word to the host.
        var asks = rig.Host.Asks.Count;
        var again = rig.Command(CameraCommand.MapPool, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal((sent.Reply<MapPoolReply>(), asks), (again.Reply<MapPoolReply>(), rig.Host.Asks.Count));
    }

    [Theory]
    [InlineData(CameraStatus.Unsupported)]
    [InlineData(CameraStatus.NoMemory)]
    public void What_the_host_cannot_is_told_and_nothing_is_mapped(CameraStatus status)
    {
        using var rig = Rig();
        rig.Configure();
        var sent = rig.Command(CameraCommand.MapPool, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnPoolMapped(rig.Host.Ticket, status, null);
        Assert.Equal(status, sent.Status);
        Assert.False(rig.Session.Leases.IsOpen);
    }

    [Fact]
    public void A_guest_without_leases_is_denied_and_another_generation_is_stale()
    {
        using var rig = new SessionRig();
        rig.Configure();
        Assert.Equal(CameraStatus.Denied, rig.Command(CameraCommand.MapPool, new GenerationCommand(rig.Session.Generation, 0)).Status);
        using var other = Rig();
        other.Configure();
        Assert.Equal(CameraStatus.Stale, other.Command(CameraCommand.MapPool, new GenerationCommand(other.Session.Generation + 1, 0)).Status);
        Assert.Equal(CameraStatus.Invalid, other.Command(CameraCommand.MapPool).Status);
        Assert.Equal(CameraStatus.Invalid, other.Command(CameraCommand.ReturnSlot).Status);
    }

    [Fact]
    public void A_mapping_that_comes_too_late_is_taken_away_again()
    {
        using var rig = Rig();
        rig.Configure();
        var sent = rig.Command(CameraCommand.MapPool, new GenerationCommand(rig.Session.Generation, 0));
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, sent.Status);
        rig.Session.OnPoolMapped(rig.Host.Ticket, CameraStatus.Ok, rig.Shared);
        Assert.Equal("UnmapPool", rig.Host.Asks[^1]);
        Assert.False(rig.Session.Leases.IsOpen);
    }

    [Fact]
    public void A_request_in_place_says_in_which_slot_its_frame_is_and_the_slot_is_kept()
    {
        using var rig = Streaming();
        var sent = rig.RequestInPlace(1);
        Give(rig, sequence: 5);
        Assert.Equal((CameraStatus.Ok, BufferFlags.Shared), (sent.BufferResult.Status, sent.BufferResult.Flags));
        Assert.Equal((uint)SessionRig.FrameBytes, sent.BufferResult.BytesUsed[0] + sent.BufferResult.BytesUsed[1]);
        Assert.True(rig.Session.Leases.Holds(sent.BufferResult.BufferId));
        Assert.Equal(1, rig.Pool.Leased);
    }

    [Fact]
    public void A_slot_goes_back_with_the_next_request_or_with_a_command_of_its_own()
    {
        using var rig = Streaming();
        var first = rig.RequestInPlace(1);
        Give(rig, 1);
        var second = rig.RequestInPlace(2, back: first.BufferResult.BufferId);
        Assert.Equal(0, rig.Pool.Leased);
        Give(rig, 2);
        var back = new ReturnSlotCommand(rig.Session.Generation, second.BufferResult.BufferId);
        Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.ReturnSlot, back).Status);
        Assert.Equal(0, rig.Pool.Leased);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.ReturnSlot, back).Status);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.ReturnSlot, back with { Generation = back.Generation + 1 }).Status);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(uint.MaxValue)]
    public void A_slot_that_is_not_held_cannot_be_given_back_and_its_request_is_refused(uint slot)
    {
        using var rig = Streaming();
        var sent = rig.RequestInPlace(1, back: slot);
        Assert.Equal((CameraStatus.Invalid, 0u), (sent.Status, sent.Result.BufferCount));
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.ReturnSlot, new ReturnSlotCommand(rig.Session.Generation, slot)).Status);
        Assert.Empty(rig.Host.Armed);
    }

    [Fact]
    public void A_request_that_is_refused_gives_nothing_back()
    {
        using var rig = Streaming();
        var first = rig.RequestInPlace(2);
        Give(rig, 1);
        Assert.Equal(CameraStatus.Invalid, rig.RequestInPlace(1, back: first.BufferResult.BufferId).Status);
        Assert.True(rig.Session.Leases.Holds(first.BufferResult.BufferId));
    }

    [Fact]
    public void Without_a_mapping_a_request_in_place_is_stale()
    {
        using var rig = Rig();
        rig.Stream();
        Assert.Equal(CameraStatus.Stale, rig.RequestInPlace(1).Status);
    }

    [Fact]
    public void No_more_places_are_reserved_than_the_guest_may_hold_and_one_given_up_is_free_again()
    {
        using var rig = Streaming();
        for (ulong id = 1; id <= 3; id++) rig.RequestInPlace(id);
        var frame = rig.Capture(1);
        Assert.Equal(LeaseAnswer.Reserved, rig.Host.Armed[0].TryReserve(frame));
        Assert.Equal(LeaseAnswer.Reserved, rig.Host.Armed[1].TryReserve(frame));
        Assert.Equal(LeaseAnswer.LimitReached, rig.Host.Armed[2].TryReserve(frame));
        rig.Host.Armed[0].CancelReservation();
        rig.Host.Armed[0].CancelReservation();
        Assert.Equal(LeaseAnswer.Reserved, rig.Host.Armed[2].TryReserve(frame));
        Assert.Equal(2, rig.Session.Leases.Count);
        frame.Return();
    }

    [Fact]
    public void A_request_that_ends_without_a_frame_holds_none()
    {
        using var rig = Streaming(SessionRole.Owner);
        var strict = rig.RequestInPlace(1, flags: RequestFlags.Strict, packet: SessionRig.Packet((ControlCatalogue.ExposureTime.Id, ControlValue.From(5_000_000L))));
        Give(rig, 1, set: rig.Host.Last!.ControlSet);
        Assert.Equal(CameraStatus.NotApplied, strict.Status);
        var flushed = rig.RequestInPlace(2);
        rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal(CameraStatus.Cancelled, flushed.Status);
        Assert.Equal([CameraWire.NoSlot, CameraWire.NoSlot], [strict.BufferResult.BufferId, flushed.BufferResult.BufferId]);
        Assert.Equal((0, 0), (rig.Session.Leases.Count, rig.Pool.Leased));
    }

    [Fact]
    public void A_frame_of_another_pool_is_not_taken_for_one_of_the_mapped()
    {
        using var rig = Streaming();
        rig.RequestInPlace(1);
        using var other = new Sensors.Frames.FramePool("other", SessionRig.FrameBytes, 1);
        var frame = other.TryRent()!.Publish();
        Assert.Equal(LeaseAnswer.OtherPool, rig.Host.Last!.TryReserve(frame));
        Assert.True(rig.Session.HasOutdatedPool);
        Assert.False(rig.Session.HasOutdatedPool);
        frame.Return();
    }

    [Fact]
    public void Stop_and_flush_leave_what_is_held_and_what_ends_the_configuration_ends_it()
    {
        foreach (var (end, isEnd) in new (Action<SessionRig> End, bool IsEnd)[]
        {
            (rig => rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0)), false),
            (Stop, false),
            (rig => { Stop(rig); rig.Configure(); }, true),
            (rig => { Stop(rig); rig.Command(CameraCommand.Release); }, true),
            (rig => rig.Session.OnSource(SourceEvent.Changed, profile: rig.Profile), true),
            (rig => rig.Session.Stop(), true),
        })
        {
            using var rig = Streaming();
            var sent = rig.RequestInPlace(1);
            Give(rig, 1);
            end(rig);
            Assert.Equal(isEnd ? 0 : 1, rig.Pool.Leased);
            Assert.Equal(isEnd ? 1 : 0, rig.Host.Asks.Count(static ask => ask == "UnmapPool"));
            Assert.Equal(!isEnd, rig.Session.Leases.Holds(sent.BufferResult.BufferId));
        }
    }

    [Fact]
    public void A_frame_that_is_on_its_way_when_the_mapping_goes_is_not_kept()
    {
        using var rig = Streaming();
        var sent = rig.RequestInPlace(1);
        var request = rig.Host.Last!;
        var frame = rig.Capture(1);
        Assert.Equal(LeaseAnswer.Reserved, request.TryReserve(frame));
        Assert.True(request.TryClaim());
        rig.Session.OnSource(SourceEvent.Changed, profile: rig.Profile);
        request.Complete(frame);
        frame.Return();
        rig.Session.OnRequestCompleted(request);
        Assert.Equal((CameraStatus.Cancelled, CameraWire.NoSlot), (sent.Status, sent.BufferResult.BufferId));
        Assert.Equal((0, 0), (rig.Pool.Leased, rig.Session.Leases.Count));
        Assert.False(request.GaveFrame);
    }

    [Fact]
    public void A_frame_that_found_no_place_is_not_the_one_that_the_next_follows_on()
    {
        using var rig = Streaming();
        rig.RequestInPlace(1);
        Give(rig, 1);
        rig.RequestInPlace(2);
        var request = rig.Host.Last!;
        var frame = rig.Capture(2);
        Assert.Equal(LeaseAnswer.Reserved, request.TryReserve(frame));
        Assert.True(request.TryClaim());
        var shared = rig.Shared;
        rig.Session.Leases.Open(shared.Id, shared.Slots);
        request.Complete(frame);
        frame.Return();
        Assert.False(request.GaveFrame);
        rig.Session.OnRequestCompleted(request);

        var next = rig.RequestInPlace(3);
        Give(rig, 3);
        Assert.Equal((CameraStatus.Ok, 1u), (next.Status, next.Result.DroppedBefore));
    }

    private static SessionRig Rig(SessionRole role = SessionRole.Observer) =>
        new(role, change: static options => options with { MaximumLeases = 2 });

    private static SessionRig Streaming(SessionRole role = SessionRole.Observer)
    {
        var rig = Rig(role);
        rig.Configure();
        rig.MapPool();
        rig.Start();
        return rig;
    }

    private static void Stop(SessionRig rig)
    {
        rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnStopped(rig.Host.Ticket);
    }

    private static void Give(SessionRig rig, ulong sequence, ulong set = 0)
    {
        var frame = rig.Capture(sequence, set);
        Assert.Equal(LeaseAnswer.Reserved, rig.Host.Last!.TryReserve(frame));
        rig.Deliver(rig.Host.Last!, frame);
    }
}
