using System.Buffers.Binary;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>How messages of the control queue are framed, answered and kept in order.</summary>
public sealed class MessageTests
{
    [Fact]
    public void The_tag_comes_back_and_the_length_is_that_of_the_response()
    {
        using var rig = new SessionRig();
        var message = rig.Message(CameraCommand.ClockSample, []);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8), 0xfeedfacecafebeef);
        var sent = rig.Send(CameraWire.ControlQueue, message, 64);
        Assert.Equal(new ResponseHeader(CameraStatus.Ok, 32, 0xfeedfacecafebeef), sent.Header);
        Assert.Equal(32, sent.Used);
    }

    [Fact]
    public void An_unknown_command_is_unsupported()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Unsupported, rig.Command((CameraCommand)0x7777).Status);
        Assert.Equal(CameraStatus.Unsupported, rig.Command(CameraCommand.Request).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(0xffff)]
    public void Another_version_of_the_header_is_unsupported(ushort version)
    {
        using var rig = new SessionRig();
        var message = rig.Message(CameraCommand.ClockSample, []);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(2), version);
        Assert.Equal(CameraStatus.Unsupported, rig.Send(CameraWire.ControlQueue, message, 64).Status);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(17u)] // one more than there is
    [InlineData(uint.MaxValue)]
    public void A_length_that_lies_is_invalid(uint length)
    {
        using var rig = new SessionRig();
        var message = rig.Message(CameraCommand.ClockSample, []);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), length);
        Assert.Equal(CameraStatus.Invalid, rig.Send(CameraWire.ControlQueue, message, 64).Status);
    }

    [Fact]
    public void A_header_that_is_not_whole_is_invalid()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Invalid, rig.Send(CameraWire.ControlQueue, new byte[15], 64).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Send(CameraWire.ControlQueue, [], 64).Status);
    }

    [Theory]
    [InlineData(CameraCommand.GetCapabilities)]
    [InlineData(CameraCommand.Try)]
    [InlineData(CameraCommand.Configure)]
    [InlineData(CameraCommand.AttachBuffer)]
    [InlineData(CameraCommand.DetachBuffer)]
    [InlineData(CameraCommand.Start)]
    [InlineData(CameraCommand.Stop)]
    [InlineData(CameraCommand.Flush)]
    [InlineData(CameraCommand.SetControls)]
    [InlineData(CameraCommand.GetControls)]
    [InlineData(CameraCommand.AcquireOwner)]
    [InlineData(CameraCommand.ReleaseOwner)]
    public void A_body_shorter_than_its_structure_is_invalid(CameraCommand command)
    {
        using var rig = new SessionRig();
        rig.Configure();
        Assert.Equal(CameraStatus.Invalid, rig.Command(command, [1, 0, 0, 0]).Status);
    }

    [Fact]
    public void Bytes_behind_a_body_are_ignored()
    {
        using var rig = new SessionRig();
        var sent = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(0, 8, 0), new byte[100]);
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    [Fact]
    public void A_command_longer_than_the_device_takes_has_no_memory()
    {
        using var rig = new SessionRig(change: options => options with { MaximumCommandBytes = 4096 });
        Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.ClockSample, new byte[4096 - CommandHeader.Bytes]).Status);
        Assert.Equal(CameraStatus.NoMemory, rig.Command(CameraCommand.ClockSample, new byte[4096 - CommandHeader.Bytes + 1]).Status);
    }

    [Fact]
    public void A_chain_without_room_for_a_response_breaks_the_device()
    {
        using var rig = new SessionRig();
        var sent = rig.Send(CameraWire.ControlQueue, rig.Message(CameraCommand.ClockSample, []), 15);
        Assert.False(sent.IsAnswered);
        Assert.Contains("no room for a response", Assert.Single(rig.Host.Violations));
        Assert.Equal(SessionState.Broken, rig.Session.State);
    }

    [Fact]
    public void A_broken_device_looks_at_nothing_more()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var held = rig.Request(1, 0);
        rig.Send(CameraWire.ControlQueue, rig.Message(CameraCommand.ClockSample, []), 15);
        Assert.Equal(CameraStatus.Cancelled, held.Status);
        Assert.Contains("Stop", rig.Host.Asks);
        Assert.False(rig.Command(CameraCommand.ClockSample).IsAnswered);
        Assert.False(rig.Request(2, 0).IsAnswered);
        rig.Send(CameraWire.ControlQueue, rig.Message(CameraCommand.ClockSample, []), 15);
        Assert.Single(rig.Host.Violations);
    }

    [Fact]
    public void A_reply_that_does_not_fit_is_invalid_and_nothing_is_done()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.ClockSample, room: 15).Status);
        Assert.Equal(CameraStatus.Invalid,
            rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(0, 8, 0), room: 15).Status);
        var body = new ConfigureCommand(0, 1);
        Assert.Equal(CameraStatus.Invalid,
            rig.Command(CameraCommand.Configure, body, SessionRig.BytesOf(SessionRig.Wanted()), room: 95).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.Try, body, SessionRig.BytesOf(SessionRig.Wanted()), room: 95).Status);
        Assert.Empty(rig.Host.Asks);
    }

    [Fact]
    public void A_command_that_waits_for_the_camera_holds_back_those_behind_it()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var start = rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0));
        var clock = rig.Command(CameraCommand.ClockSample);
        var other = rig.Command(CameraCommand.ClockSample);
        Assert.False(start.IsAnswered || clock.IsAnswered || other.IsAnswered);
        Assert.Equal(0, rig.Session.NextTick);
        rig.Session.OnStarted(rig.Host.Ticket, CameraStatus.Ok);
        var order = new List<SessionRig.Sent>();
        rig.Reap(CameraWire.ControlQueue, order);
        Assert.Equal([start, clock, other], order);
    }

    [Fact]
    public void A_camera_that_does_not_answer_costs_a_timeout_within_a_second()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var start = rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0));
        var clock = rig.Command(CameraCommand.ClockSample);
        rig.Clock.Advance(899_999_999);
        rig.Session.OnTick();
        Assert.False(start.IsAnswered);
        rig.Clock.Advance(1);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, start.Status);
        Assert.Equal(CameraStatus.Ok, clock.Status);
    }

    [Fact]
    public void An_answer_with_another_ticket_answers_nothing()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var start = rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0));
        rig.Session.OnStarted(rig.Host.Ticket + 1, CameraStatus.Ok);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Ok);
        Assert.False(start.IsAnswered);
        rig.Session.OnStarted(rig.Host.Ticket, CameraStatus.Busy);
        Assert.Equal(CameraStatus.Busy, start.Status);
        Assert.Equal(SessionState.Configured, rig.Session.State);
    }
}
