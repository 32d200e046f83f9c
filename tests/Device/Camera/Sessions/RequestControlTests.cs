using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Controls in requests: what reaches the camera, and what the result says became of each.</summary>
public sealed class RequestControlTests
{
    private static readonly uint Exposure = ControlCatalogue.ExposureTime.Id;
    private static readonly uint Gain = ControlCatalogue.AnalogueGain.Id;

    private static ControlEntry Applied(uint id, ControlValue value, ControlResultFlags flags = ControlResultFlags.Applied) =>
        new(id, (uint)flags, value);

    [Fact]
    public void An_owners_request_is_bound_to_one_frame_also_without_controls()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        rig.Request(2, 1);
        var sets = rig.Host.Submitted;
        Assert.Equal(2, sets.Count);
        Assert.NotEqual(sets[0].Id, sets[1].Id);
        Assert.All(sets, set => Assert.Equal(rig.Options.SessionId, set.Context));
        Assert.All(sets, set => Assert.Empty(set.Controls));
        Assert.Equal([$"Arm 1", $"Submit {sets[0].Id}", "Arm 2", $"Submit {sets[1].Id}"], rig.Host.Asks.TakeLast(4));
        var frame = rig.Capture(1, sets[1].Id);
        Assert.False(rig.Host.Armed[0].Takes(frame.Header));
        Assert.True(rig.Host.Armed[1].Takes(frame.Header));
        frame.Return();
    }

    [Fact]
    public void An_interleaved_guests_requests_are_bound_as_well()
    {
        using var rig = new SessionRig(SessionRole.Interleaved);
        rig.Stream();
        rig.Request(1, 0);
        Assert.NotEqual(0ul, rig.Host.Last!.ControlSet);
    }

    [Theory]
    [InlineData(SessionRole.Observer, true)]
    [InlineData(SessionRole.Owner, false)]
    [InlineData(SessionRole.Interleaved, false)]
    public void Observers_and_classical_cameras_take_the_next_frame(SessionRole role, bool perFrame)
    {
        using var rig = new SessionRig(role, perFrame ? SessionRig.PerFrame() : SessionRig.Classical());
        rig.Stream();
        var sent = rig.Request(1, 0);
        Assert.Equal(0ul, rig.Host.Last!.ControlSet);
        Assert.Empty(rig.Host.Submitted);
        var frame = rig.Capture(5, set: 1234);
        Assert.True(rig.Host.Last.Takes(frame.Header));
        rig.Deliver(rig.Host.Last, frame);
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    [Fact]
    public void An_observers_target_is_the_first_frame_it_takes()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        rig.Stream();
        rig.Request(1, 0, target: 10);
        var early = rig.Capture(9);
        var right = rig.Capture(10);
        Assert.False(rig.Host.Last!.Takes(early.Header));
        Assert.True(rig.Host.Last!.Takes(right.Header));
        early.Return();
        right.Return();
    }

    [Fact]
    public void Controls_reach_the_camera_with_target_and_strictness_and_the_result_says_what_was_used()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var exposure = ControlValue.From(5_000_000L);
        var gain = ControlValue.FromFixed(2);
        var sent = rig.Request(1, 0, RequestFlags.Strict, target: 20, packet: SessionRig.Packet((Exposure, exposure), (Gain, gain)));
        var set = Assert.Single(rig.Host.Submitted);
        Assert.Equal((20ul, true), (set.TargetFrame, set.Strict));
        Assert.Equal([new ControlEntry(Exposure, exposure), new ControlEntry(Gain, gain)], set.Controls.ToArray());
        var temperature = ControlValue.FromFixed(41.5);
        rig.Deliver(rig.Host.Last!, rig.Capture(20, set.Id,
            [Applied(Exposure, exposure), Applied(Gain, gain), Applied(ControlCatalogue.SensorTemperature.Id, temperature)]));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal(ResultFlags.None, sent.Result.Flags);
        var metadata = sent.Metadata;
        Assert.Equal(ItemFlags.Applied, metadata[Exposure].Item.Flags);
        Assert.Equal(exposure.Bytes.ToArray(), metadata[Exposure].Value);
        Assert.Equal(gain.Bytes.ToArray(), metadata[Gain].Value);
        Assert.Equal(temperature.Bytes.ToArray(), metadata[ControlCatalogue.SensorTemperature.Id].Value);
    }

    [Theory]
    [InlineData(0x7fffu)] // unknown
    [InlineData(0x80010001u)] // a vendor's, unknown
    public void A_control_that_is_not_known_is_ignored_or_unsupported(uint id)
    {
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), id, ControlValue.From(1), CameraStatus.Unsupported);
    }

    [Fact]
    public void A_control_of_another_scope_or_that_only_the_camera_sets_is_ignored_or_unsupported()
    {
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5),
            CameraStatus.Unsupported);
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), ControlCatalogue.TestPatternMode.Id, ControlValue.From(1),
            CameraStatus.Unsupported);
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), ControlCatalogue.SensorTemperature.Id, ControlValue.FromFixed(1),
            CameraStatus.Unsupported);
    }

    [Fact]
    public void On_a_classical_camera_controls_in_requests_are_ignored_or_unsupported()
    {
        Ignored(SessionRole.Owner, SessionRig.Classical(), Exposure, ControlValue.From(5_000_000L), CameraStatus.Unsupported);
    }

    [Fact]
    public void An_observers_controls_are_ignored_or_not_its_to_set()
    {
        Ignored(SessionRole.Observer, SessionRig.PerFrame(), Exposure, ControlValue.From(5_000_000L), CameraStatus.NotOwner);
    }

    [Fact]
    public void A_value_of_another_type_or_count_is_ignored_or_invalid()
    {
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), Exposure, ControlValue.From(5), CameraStatus.Invalid); // 32 bits, not 64
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), Exposure, ControlValue.From(1L, 2L), CameraStatus.Invalid); // two of them
        Ignored(SessionRole.Owner, SessionRig.PerFrame(), Exposure, ControlValue.FromBytes([]), CameraStatus.Invalid);
    }

    [Fact]
    public void A_value_too_long_for_any_control_is_ignored_or_invalid()
    {
        var target = new byte[8192];
        var writer = new ControlPacketWriter(target, 1);
        Assert.True(writer.TryAdd(Exposure, (byte)ControlType.Int64, 512, new byte[4096]));
        var packet = target[..writer.Finish()];
        using var rig = new SessionRig();
        rig.Stream();
        Assert.Equal(CameraStatus.Invalid, rig.Request(1, 0, RequestFlags.Strict, packet: packet).Status);
        Assert.False(rig.Request(2, 0, packet: packet).IsAnswered);
        Assert.Empty(Assert.Single(rig.Host.Submitted).Controls);
    }

    [Fact]
    public void A_value_out_of_range_is_clamped_or_invalid()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var packet = SessionRig.Packet((Exposure, ControlValue.From(long.MaxValue)), (Gain, ControlValue.FromFixed(2)));
        Assert.Equal(CameraStatus.Invalid, rig.Request(1, 0, RequestFlags.Strict, packet: packet).Status);
        Assert.Empty(rig.Host.Submitted);
        var sent = rig.Request(2, 0, packet: packet);
        var set = Assert.Single(rig.Host.Submitted);
        var clamped = ControlValue.From(ControlCatalogue.ExposureTime.Maximum);
        Assert.Equal(clamped, set.Controls[0].Value);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, set.Id, [Applied(Exposure, clamped), Applied(Gain, ControlValue.FromFixed(2))]));
        Assert.Equal(ResultFlags.Clamped, sent.Result.Flags);
        Assert.Equal(ItemFlags.Applied | ItemFlags.Clamped, sent.Metadata[Exposure].Item.Flags);
        Assert.Equal(ItemFlags.Applied, sent.Metadata[Gain].Item.Flags);
    }

    [Fact]
    public void A_frame_after_the_target_is_late_or_too_late()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var value = ControlValue.From(5_000_000L);
        var sent = rig.Request(1, 0, target: 10, packet: SessionRig.Packet((Exposure, value)));
        rig.Deliver(rig.Host.Last!, rig.Capture(12, rig.Host.Last!.ControlSet, [Applied(Exposure, value)]));
        Assert.Equal((CameraStatus.Ok, ResultFlags.Late, 12ul), (sent.Status, sent.Result.Flags, sent.Result.FrameNumber));
        Assert.Equal(ItemFlags.Applied | ItemFlags.Late, sent.Metadata[Exposure].Item.Flags);
        var strict = rig.Request(2, 0, RequestFlags.Strict, target: 13);
        rig.Deliver(rig.Host.Last!, rig.Capture(14, rig.Host.Last!.ControlSet));
        Assert.Equal((CameraStatus.TooLate, 14ul), (strict.Status, strict.Result.FrameNumber));
        Assert.Equal(CameraStatus.TooLate, strict.BufferResult.Status);
        Assert.Equal(0u, strict.BufferResult.BytesUsed[0]);
    }

    [Fact]
    public void A_strict_request_whose_target_cannot_be_reached_is_too_late_without_a_frame()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0, RequestFlags.Strict, target: 3);
        rig.Session.OnControlSetLost(new ControlSetLoss(rig.Host.Last!.ControlSet, 7, ControlSetFailure.TooLate, 6));
        Assert.Equal((CameraStatus.TooLate, 6ul), (sent.Status, sent.Result.FrameNumber));
    }

    [Fact]
    public void Where_the_sensor_used_another_value_the_result_says_so_or_the_request_fails()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var asked = ControlValue.From(5_000_000L);
        var packet = SessionRig.Packet((Exposure, asked));
        Check(ControlResultFlags.Applied, ItemFlags.Late, ResultFlags.Late, 1);
        Check(ControlResultFlags.Late, ItemFlags.Late, ResultFlags.Late, 1);
        Check(ControlResultFlags.Clamped, ItemFlags.Clamped, ResultFlags.Clamped, 0);
        Check(ControlResultFlags.Ignored, ItemFlags.Ignored, ResultFlags.Ignored, 0);

        void Check(ControlResultFlags sensor, ItemFlags item, ResultFlags result, uint frames)
        {
            var id = rig.Session.Counters.RequestsEnded + 1;
            var other = ControlValue.From(4_000_000L);
            var sent = rig.Request((ulong)id, 0, packet: packet);
            rig.Deliver(rig.Host.Last!, rig.Capture((ulong)id, rig.Host.Last!.ControlSet, [Applied(Exposure, other, sensor)]));
            Assert.Equal((CameraStatus.Ok, result), (sent.Status, sent.Result.Flags));
            Assert.Equal((item, frames), (sent.Metadata[Exposure].Item.Flags, sent.Metadata[Exposure].Item.Argument));
            Assert.Equal(other.Bytes.ToArray(), sent.Metadata[Exposure].Value);
            var strict = rig.Request((ulong)id + 1, 0, RequestFlags.Strict, packet: packet);
            rig.Deliver(rig.Host.Last!, rig.Capture((ulong)id + 1, rig.Host.Last!.ControlSet, [Applied(Exposure, other, sensor)]));
            Assert.Equal(CameraStatus.NotApplied, strict.Status);
            Assert.Equal(other.Bytes.ToArray(), strict.Metadata[Exposure].Value);
        }
    }

    [Fact]
    public void A_clamped_value_that_the_sensor_did_not_use_is_late_as_well()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0, packet: SessionRig.Packet((Exposure, ControlValue.From(long.MaxValue))));
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet, [Applied(Exposure, ControlValue.From(4_000_000L))]));
        Assert.Equal((CameraStatus.Ok, ResultFlags.Late | ResultFlags.Clamped), (sent.Status, sent.Result.Flags));
        var item = sent.Metadata[Exposure].Item;
        Assert.Equal((ItemFlags.Late | ItemFlags.Clamped, 1u), (item.Flags, item.Argument));
    }

    [Fact]
    public void A_control_of_which_the_frame_says_nothing_was_ignored()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0, packet: SessionRig.Packet((Exposure, ControlValue.From(5_000_000L))));
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        Assert.Equal(ResultFlags.Ignored, sent.Result.Flags);
        Assert.Equal((ItemFlags.Ignored, (ushort)0), (sent.Metadata[Exposure].Item.Flags, sent.Metadata[Exposure].Item.Count));
    }

    [Fact]
    public void An_empty_set_comes_again_only_after_its_frame_was_delivered()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        var first = rig.Host.Last!.ControlSet;
        rig.Deliver(rig.Host.Last, rig.Capture(1, first));
        rig.Request(2, 0);
        Assert.Equal(first, rig.Host.Last.ControlSet); // its frame came, nobody waits for it
        rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        rig.Request(3, 0);
        Assert.NotEqual(first, rig.Host.Last!.ControlSet); // its frame may still come
        Assert.Equal(3, rig.Host.Submitted.Count);
        Assert.Equal(2, rig.Host.Submitted.Select(set => set.Id).Distinct().Count());
    }

    [Fact]
    public void Sets_of_different_sessions_have_different_ids()
    {
        using var one = new SessionRig();
        using var other = new SessionRig(change: options => options with { SessionId = 8 });
        one.Stream();
        other.Stream();
        one.Request(1, 0);
        other.Request(1, 0);
        Assert.NotEqual(one.Host.Last!.ControlSet, other.Host.Last!.ControlSet);
    }

    private static void Ignored(SessionRole role, CameraFabric.Sensors.Profiles.CameraProfile profile, uint id, ControlValue value,
        CameraStatus strictly)
    {
        using var rig = new SessionRig(role, profile);
        rig.Stream();
        var packet = SessionRig.Packet((id, value));
        Assert.Equal(strictly, rig.Request(1, 0, RequestFlags.Strict, packet: packet).Status);
        Assert.Empty(rig.Host.Armed);
        var sent = rig.Request(2, 0, packet: packet);
        Assert.All(rig.Host.Submitted, set => Assert.Empty(set.Controls));
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        Assert.Equal((CameraStatus.Ok, ResultFlags.Ignored), (sent.Status, sent.Result.Flags));
        var item = sent.Metadata[id].Item;
        Assert.Equal((ItemFlags.Ignored, (ushort)0), (item.Flags, item.Count));
    }
}
