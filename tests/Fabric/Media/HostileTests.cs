using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Program;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>Whatever a guest says, the device lives: it answers with an errno, or parts with this guest alone.</summary>
public sealed class HostileTests : MediaTest
{
    [Fact]
    public void Any_bytes_as_a_command_get_an_answer_of_bounded_length() => Properties.Hold(numbers =>
    {
        var bytes = new byte[numbers.Below(700)];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)numbers.Below(256);
        Try(bytes, numbers.Below(700));
    }, scenarios: 300, length: 200);

    // Bytes alone seldom make a command: here the head is right, and what follows is not.
    [Fact]
    public void Any_payload_of_any_ioctl_gets_an_answer() => Properties.Hold(numbers =>
    {
        var codes = Enum.GetValues<MediaIoctl>();
        var payload = new byte[numbers.Below(600)];
        for (var i = 0; i < payload.Length; i++) payload[i] = (byte)(numbers.Below(3) == 0 ? numbers.Below(256) : 0);
        var command = new byte[MediaIoctlCommand.Bytes];
        CameraWire.Write(command, new MediaIoctlCommand(new MediaCommandHeader(MediaCommand.Ioctl),
            numbers.Below(4) == 0 ? (uint)numbers.Long() : Session.Id, codes[numbers.Below(codes.Length)]));
        Try([.. command, .. payload], numbers.Below(3) == 0 ? numbers.Below(600) : payload.Length);
    }, scenarios: 300, length: 400);

    [Fact]
    public void A_count_of_controls_that_is_a_lie_is_an_errno()
    {
        foreach (var count in (uint[])[2, 1000, 0x10000000, uint.MaxValue])
        {
            var head = new V4l2ExtendedControls { Count = count };
            Assert.NotEqual(0, Session.Controls(MediaIoctl.GetExtendedControls, ref head, new V4l2ExtendedControl[1]));
        }
    }

    [Fact]
    public void A_length_of_a_user_buffer_that_is_a_lie_is_an_errno()
    {
        var buffers = Guest.Allocate(Session, 2);
        foreach (var length in (uint[])[0, 1, int.MaxValue, uint.MaxValue])
        {
            var buffer = buffers[0].Describe(0) with { Length = length };
            Assert.NotEqual(0, Session.QueueBuffer(ref buffer, buffers[0].Pages));
        }
    }

    [Fact]
    public void More_buffers_than_there_can_be_are_as_many_as_there_can()
    {
        Assert.Equal(0, Session.RequestBuffers(int.MaxValue, V4l2Memory.UserPointer, out var granted));
        Assert.InRange(granted, 1, MediaWire.MaximumBuffers);
    }

    [Fact]
    public async Task A_neighbour_streams_on_while_a_guest_breaks_its_rings()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")],
            [MediaVisitor.Guest("one", "front"), MediaVisitor.Guest("two", "front", SessionRole.Observer)]);
        using var bad = await MediaVisitor.ConnectAsync(fabric);
        bad.Stream(await bad.OpenAsync(fabric));
        var ring = bad.Driver.Transport.Queue(MediaWire.CommandQueue);
        bad.Driver.Ram.WriteUInt16(ring.AvailableRing + 2, (ushort)(ring.AvailableIndex + ring.Size + 1));
        bad.Driver.Transport.Kick(MediaWire.CommandQueue);

        var report = await fabric.RunAsync(fabric.Options("two", "front", frames: 30) with { Face = VirtioFace.Media });

        Assert.True(report.Good, report.ToJson());
        await bad.Gone.Task.WaitAsync(RunningFabric.Patience);
        bad.Dispose();
        await fabric.StopAsync();
    }

    [Fact]
    public async Task A_chain_without_room_for_an_answer_ends_the_connection_and_the_guest_may_come_again()
    {
        Guest.Driver.ExecuteRaw([1, 0, 0, 0, 0, 0, 0, 0], room: 7, out var answer);

        Assert.Empty(answer);
        await Guest.Gone.Task.WaitAsync(RunningFabric.Patience);
        await ConnectAsync(null);
    }

    // With room for an answer there is one: no bytes are bad enough to part with the guest.
    private void Try(ReadOnlySpan<byte> command, int room)
    {
        Guest.Driver.ExecuteRaw(command, MediaResponseHeader.Bytes + room, out var answer);

        // CLOSE alone has no answer.
        Assert.InRange(answer.Length, 0, MediaResponseHeader.Bytes + room);
        if (answer.Length >= sizeof(uint)) Assert.True(BitConverter.ToUInt32(answer) < 4096);
    }
}
