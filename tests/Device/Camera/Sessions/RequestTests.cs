using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Requests: which are taken, which are refused and how, and when they are given up.</summary>
public sealed class RequestTests
{
    [Fact]
    public void A_request_is_held_until_its_frame_is_in_the_buffer()
    {
        using var rig = new SessionRig();
        var places = rig.Stream();
        var sent = rig.Request(1, 2);
        Assert.False(sent.IsAnswered);
        Assert.Equal(1, rig.Session.InFlight);
        rig.Deliver(rig.Host.Last!, rig.Capture(41, rig.Host.Last!.ControlSet, fill: 0xab));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal((1ul, 41ul), (sent.Result.RequestId, sent.Result.FrameNumber));
        Assert.Equal(2u, sent.BufferResult.BufferId);
        Assert.Equal(0xab, rig.Memory.Bytes.Read(places[2] + SessionRig.FrameBytes - 1, 1)[0]);
        Assert.Equal(0, rig.Session.InFlight);
    }

    [Theory]
    [InlineData(5ul)]
    [InlineData(4ul)]
    [InlineData(0ul)]
    public void A_request_id_that_does_not_rise_is_invalid(ulong id)
    {
        using var rig = new SessionRig();
        rig.Stream();
        var first = rig.Request(5, 0);
        Assert.Equal(CameraStatus.Invalid, rig.Request(id, 1).Status);
        Assert.False(first.IsAnswered);
    }

    [Fact]
    public void The_id_of_a_refused_request_is_used_up()
    {
        using var rig = new SessionRig();
        rig.Stream();
        Assert.Equal(CameraStatus.Invalid, rig.Request(7, 99).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Request(7, 0).Status);
        Assert.False(rig.Request(8, 0).IsAnswered);
    }

    [Fact]
    public void A_request_of_another_generation_is_stale()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bytes = rig.RequestBytes(1, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), rig.Session.Generation - 1);
        var sent = rig.Send(CameraWire.RequestQueue, bytes, 1024);
        Assert.Equal(CameraStatus.Stale, sent.Status);
        Assert.Equal((1ul, 0u), (sent.Result.RequestId, sent.Result.BufferCount));
        Assert.Equal(5001ul, sent.Header.Tag);
    }

    [Fact]
    public void Without_a_source_requests_end_at_once()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var held = rig.Request(1, 0);
        rig.Session.OnSource(SourceEvent.Lost, 17);
        Assert.Equal(CameraStatus.NoSource, held.Status);
        Assert.Equal(CameraStatus.NoSource, rig.Request(2, 0).Status);
        rig.Session.OnSource(SourceEvent.Back);
        var again = rig.Request(3, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(18, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, again.Status);
    }

    [Fact]
    public void More_requests_than_the_device_holds_are_busy()
    {
        using var rig = new SessionRig(change: options => options with { MaximumInFlight = 2 });
        rig.Stream();
        rig.Request(1, 0);
        rig.Request(2, 1);
        Assert.Equal(CameraStatus.Busy, rig.Request(3, 2).Status);
        rig.Deliver(rig.Host.Armed[0], rig.Capture(1, rig.Host.Armed[0].ControlSet));
        Assert.False(rig.Request(4, 0).IsAnswered);
    }

    [Fact]
    public void A_buffer_that_is_unknown_incomplete_or_in_another_request_is_invalid()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.AttachPieces(77, [(rig.Allocate(64), 64, 0)], AttachFlags.More);
        Assert.Equal(CameraStatus.Invalid, rig.Request(1, 99).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Request(2, 77).Status);
        var held = rig.Request(3, 0);
        Assert.Equal(CameraStatus.Invalid, rig.Request(4, 0).Status);
        Assert.False(held.IsAnswered);
    }

    [Theory]
    [InlineData(0, 0x81u, CameraStatus.Unsupported)] // type
    [InlineData(0, 0x20080u, CameraStatus.Unsupported)] // version 2
    [InlineData(4, 71u, CameraStatus.Invalid)] // length: less than its parts
    [InlineData(4, 0u, CameraStatus.Invalid)]
    [InlineData(4, 73u, CameraStatus.Invalid)] // more than there is
    [InlineData(4, uint.MaxValue, CameraStatus.Invalid)]
    [InlineData(32, 0u, CameraStatus.Invalid)] // buffers
    [InlineData(32, 2u, CameraStatus.Invalid)]
    [InlineData(32, uint.MaxValue, CameraStatus.Invalid)]
    [InlineData(32, 0x10000001u, CameraStatus.Invalid)] // times 16 wraps to 16
    [InlineData(36, 1u, CameraStatus.Invalid)] // controls
    [InlineData(36, uint.MaxValue, CameraStatus.Invalid)]
    [InlineData(56, 1u, CameraStatus.Invalid)] // stream of the buffer
    [InlineData(60, 1000u, CameraStatus.Invalid)] // buffer
    public void A_field_that_lies_refuses_the_request(int offset, uint lie, CameraStatus status)
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bytes = rig.RequestBytes(1, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), lie);
        Assert.Equal(status, rig.Send(CameraWire.RequestQueue, bytes, 1024).Status);
        Assert.Empty(rig.Host.Armed);
        Assert.False(rig.Request(2, 0).IsAnswered);
    }

    [Fact]
    public void A_request_that_is_not_whole_is_invalid()
    {
        using var rig = new SessionRig();
        rig.Stream();
        Assert.Equal(CameraStatus.Invalid, rig.Send(CameraWire.RequestQueue, rig.RequestBytes(1, 0).AsSpan(0, 55), 1024).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Send(CameraWire.RequestQueue, [], 1024).Status);
    }

    [Fact]
    public void A_chain_without_room_for_a_result_breaks_the_device()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0, room: 71);
        Assert.False(sent.IsAnswered);
        Assert.Contains("71 writable bytes has no room for a result", Assert.Single(rig.Host.Violations));
    }

    [Fact]
    public void A_chain_with_room_for_a_result_but_not_for_its_buffers_is_invalid()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0, room: 72 + 31);
        Assert.Equal(CameraStatus.Invalid, sent.Status);
        Assert.Equal(72, sent.Used);
    }

    [Fact]
    public void A_control_packet_that_is_wrong_refuses_the_request()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var packet = SessionRig.Packet((ControlCatalogue.ExposureTime.Id, ControlValue.From(5_000_000L)));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(24), 0xfffffff8); // the value's offset
        Assert.Equal(CameraStatus.Invalid, rig.Request(1, 0, packet: packet).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Request(2, 0, packet: new byte[8]).Status);
        Assert.False(rig.Request(3, 0).IsAnswered);
    }

    [Fact]
    public void A_request_whose_time_is_over_ends_with_timeout_and_calls_its_controls_off()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var late = rig.Request(1, 0, timeout: 20_000_000);
        var other = rig.Request(2, 1);
        var set = rig.Host.Armed[0].ControlSet;
        Assert.Equal(rig.Clock.Now + 20_000_000, rig.Session.NextTick);
        rig.Clock.Advance(19_999_999);
        rig.Session.OnTick();
        Assert.False(late.IsAnswered);
        rig.Clock.Advance(1);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, late.Status);
        Assert.Equal([set], rig.Host.Cancelled);
        Assert.False(rig.Host.Armed[0].TryClaim());
        Assert.False(other.IsAnswered);
        Assert.Equal(rig.Host.Armed[1].Deadline, rig.Session.NextTick);
    }

    [Theory]
    [InlineData(0ul, 1_000_000_000)] // the device's own
    [InlineData(1ul, 1)]
    [InlineData(ulong.MaxValue, 10_000_000_000)] // no longer than the device's longest
    [InlineData(1ul << 63, 10_000_000_000)]
    public void A_timeout_is_the_drivers_within_the_devices_bounds(ulong asked, long given)
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0, timeout: asked);
        Assert.Equal(rig.Clock.Now + given, rig.Host.Last!.Deadline);
    }

    [Fact]
    public void Memory_that_was_plugged_out_makes_its_buffers_invalid()
    {
        using var rig = new SessionRig();
        rig.Configure();
        using var extra = new TestMemory();
        var region = new MemoryRegion(0x9000_0000, 1 << 20, 0x7e00_0000_0000, 0);
        var with = rig.Memory.Table.With(region, extra.File.Descriptor, new MemoryLimits());
        Assert.True(rig.Queue(CameraWire.ControlQueue).TryMoveTo(with, out var error), error);
        var body = new AttachBufferCommand(rig.Session.Generation, 0, 0, 1, 0, 0);
        var entry = SessionRig.BytesOf(new MemoryEntry(region.GuestAddress, SessionRig.FrameBytes, 0));
        Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.AttachBuffer, body, entry).Status);
        rig.Start();
        // The request queue still has the table without the region, as after the region was taken away.
        Assert.Equal(CameraStatus.Invalid, rig.Request(1, 0).Status);
        Assert.True(rig.Requests.TryMoveTo(with, out error), error);
        Assert.False(rig.Request(2, 0).IsAnswered);
        Assert.Equal(1, rig.Host.Last!.TargetCount);
        with.Retire();
    }

    [Fact]
    public void Only_one_wins_a_request_and_only_the_winner_can_end_it_once()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        var request = rig.Host.Last!;
        Assert.Throws<InvalidOperationException>(() => request.Fail(CameraStatus.Internal));
        Assert.True(request.TryClaim());
        Assert.False(request.TryClaim());
        request.Fail(CameraStatus.Internal);
        Assert.Throws<InvalidOperationException>(() => request.Fail(CameraStatus.Internal));
        Assert.Equal(RequestState.Done, request.State);
        rig.Session.OnRequestCompleted(request);
        Assert.Equal(RequestState.Free, request.State);
    }

    [Fact]
    public void A_request_that_the_session_ended_is_never_used_again()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        var given = rig.Host.Last!;
        rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        rig.Request(2, 0);
        Assert.NotSame(given, rig.Host.Last);
        Assert.Equal(RequestState.Done, given.State);
        rig.Session.OnRequestCompleted(given); // a fan-out that tells it all the same does no harm
        rig.Request(3, 1);
        Assert.NotSame(given, rig.Host.Last);
    }

    [Fact]
    public void A_request_that_was_delivered_is_used_again()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        var first = rig.Host.Last!;
        first.Owner = this;
        rig.Deliver(first, rig.Capture(1, first.ControlSet));
        rig.Request(2, 0);
        Assert.Same(first, rig.Host.Last);
        Assert.Same(this, first.Owner);
        Assert.Equal(2ul, first.RequestId);
    }
}
