using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>SET_CONTROLS, GET_CONTROLS and CLOCK_SAMPLE.</summary>
public sealed class GlobalControlTests
{
    private static readonly uint Brightness = ControlCatalogue.Brightness.Id;
    private static readonly uint Exposure = ControlCatalogue.ExposureTime.Id;
    private static readonly uint Pattern = ControlCatalogue.TestPatternMode.Id;

    private static SessionRig.Sent Set(SessionRig rig, byte[] packet, SetControlsFlags flags = 0, int room = 4096) =>
        rig.Command(CameraCommand.SetControls, new ControlsCommand(flags, (uint)packet.Length), packet, room);

    private static SessionRig.Sent Get(SessionRig rig, byte[] packet, int room = 4096) =>
        rig.Command(CameraCommand.GetControls, new ControlsCommand(0, (uint)packet.Length), packet, room);

    private static byte[] Ids(params ReadOnlySpan<uint> ids)
    {
        var target = new byte[4096];
        var writer = new ControlPacketWriter(target, ids.Length);
        foreach (var id in ids) Assert.True(writer.TryAdd(id, 0, 0, []));
        return target[..writer.Finish()];
    }

    [Fact]
    public void Set_controls_is_answered_when_the_camera_has_them_and_says_what_became_of_each()
    {
        var profile = SessionRig.PerFrame();
        using var rig = new SessionRig(profile: profile with
        {
            Controls = [.. profile.Controls.Select(control => control.Id == Brightness ? control with { DelayFrames = 3 } : control)],
        });
        var sent = Set(rig, SessionRig.Packet(
            (Brightness, ControlValue.FromFixed(100)), (Exposure, ControlValue.From(5_000_000L)), (0x7fffu, ControlValue.From(1))));
        Assert.False(sent.IsAnswered);
        var entry = Assert.Single(rig.Host.Controls);
        Assert.Equal(ControlCatalogue.Brightness.Maximum, entry.Value.Scalar);
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Ok);
        Assert.Equal(CameraStatus.Ok, sent.Status);
        var items = sent.ReplyItems;
        Assert.Equal((ItemFlags.Applied | ItemFlags.Clamped, 3u), (items[Brightness].Item.Flags, items[Brightness].Item.Argument));
        Assert.Equal(entry.Value.Bytes.ToArray(), items[Brightness].Value);
        Assert.Equal((ItemFlags.Ignored, (ushort)0),
            (items[Exposure].Item.Flags, items[Exposure].Item.Count)); // frame scope: belongs into a request
        Assert.Equal(ItemFlags.Ignored, items[0x7fff].Item.Flags);
    }

    [Fact]
    public void Strictly_all_controls_are_set_or_none()
    {
        using var rig = new SessionRig();
        var right = (Brightness, ControlValue.FromFixed(0.5));
        Assert.Equal(CameraStatus.Unsupported,
            Set(rig, SessionRig.Packet(right, (Exposure, ControlValue.From(5_000_000L))), SetControlsFlags.Strict).Status);
        Assert.Equal(CameraStatus.Invalid,
            Set(rig, SessionRig.Packet((Brightness, ControlValue.FromFixed(100))), SetControlsFlags.Strict).Status);
        Assert.Equal(CameraStatus.Invalid,
            Set(rig, SessionRig.Packet((Brightness, ControlValue.From(1L))), SetControlsFlags.Strict).Status);
        Assert.Empty(rig.Host.Asks);
    }

    [Fact]
    public void What_can_be_set_only_while_stopped_is_ignored_while_streaming()
    {
        using var rig = new SessionRig();
        var packet = SessionRig.Packet((Pattern, ControlValue.From(1)));
        var stopped = Set(rig, packet);
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Ok);
        Assert.Equal(ItemFlags.Applied, stopped.ReplyItems[Pattern].Item.Flags);
        rig.Stream();
        var streaming = Set(rig, packet);
        Assert.Equal(ItemFlags.Ignored, streaming.ReplyItems[Pattern].Item.Flags);
        Assert.Equal(CameraStatus.Unsupported, Set(rig, packet, SetControlsFlags.Strict).Status);
    }

    [Fact]
    public void A_set_whose_reply_does_not_fit_does_nothing()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Invalid, Set(rig, SessionRig.Packet((Brightness, ControlValue.FromFixed(0.5))), room: 39).Status);
        Assert.Empty(rig.Host.Asks);
    }

    [Fact]
    public void A_camera_that_refuses_or_is_gone_is_reported()
    {
        using var rig = new SessionRig();
        var packet = SessionRig.Packet((Brightness, ControlValue.FromFixed(0.5)));
        var sent = Set(rig, packet);
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Internal);
        Assert.Equal(CameraStatus.Internal, sent.Status);
        Assert.Equal(ControlCatalogue.Brightness.Default, Get(rig, Ids(Brightness)).ReplyItems[Brightness].Value.First());
        rig.Session.OnSource(SourceEvent.Lost);
        Assert.Equal(CameraStatus.NoSource, Set(rig, packet).Status);
    }

    [Fact]
    public void Get_controls_tells_the_values_in_force()
    {
        using var rig = new SessionRig();
        var set = ControlValue.FromFixed(0.5);
        Set(rig, SessionRig.Packet((Brightness, set)));
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Ok);
        rig.Session.OnControlsChanged(3, [new(Pattern, 0, ControlValue.From(2)), new(Exposure, 0, ControlValue.From(1L))]);
        var all = Get(rig, []).ReplyItems;
        Assert.Equal([Brightness, Pattern], all.Keys.Intersect([Brightness, Pattern, Exposure]).Order());
        Assert.Equal(set.Bytes.ToArray(), all[Brightness].Value);
        Assert.Equal(ControlValue.From(2).Bytes.ToArray(), all[Pattern].Value);
        var asked = Get(rig, Ids(Pattern, Exposure, 0x7fff)).ReplyItems;
        Assert.Equal(ControlValue.From(2).Bytes.ToArray(), asked[Pattern].Value);
        Assert.Equal(ItemFlags.Ignored, asked[Exposure].Item.Flags);
        Assert.Equal(ItemFlags.Ignored, asked[0x7fff].Item.Flags);
    }

    [Fact]
    public void A_value_set_at_start_is_in_force()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        var packet = SessionRig.Packet((Pattern, ControlValue.From(1)));
        rig.Command(CameraCommand.Start, new StartCommand(generation, 0, (uint)packet.Length, 0), packet);
        rig.Session.OnStarted(rig.Host.Ticket, CameraStatus.Ok);
        Assert.Equal(ControlValue.From(1).Bytes.ToArray(), Get(rig, Ids(Pattern)).ReplyItems[Pattern].Value);
    }

    [Fact]
    public void Get_controls_without_room_for_all_is_invalid()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Invalid, Get(rig, [], room: 16).Status);
        Assert.Equal(CameraStatus.Invalid, Get(rig, Ids(Brightness), room: 39).Status);
        Assert.Equal(CameraStatus.Ok, Get(rig, Ids(Brightness), room: 40).Status);
    }

    [Fact]
    public void A_packet_that_lies_is_invalid()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Invalid, Get(rig, [1, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0]).Status);
        Assert.Equal(CameraStatus.Invalid, Set(rig, [2, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0]).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.SetControls, new ControlsCommand(0, 1)).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.GetControls, new ControlsCommand(0, uint.MaxValue)).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.Start, new StartCommand(rig.Configure(), 0, uint.MaxValue, 0)).Status);
    }

    [Fact]
    public void Clock_sample_reads_the_clock_of_all_time_stamps()
    {
        using var rig = new SessionRig();
        rig.Clock.Advance(12345);
        var sent = rig.Command(CameraCommand.ClockSample);
        Assert.Equal(new ClockSampleReply((ulong)rig.Clock.Now, 1, 0), sent.Reply<ClockSampleReply>());
    }
}
