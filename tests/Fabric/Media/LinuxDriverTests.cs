using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Media;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>
/// Where the published Linux driver is fragile: what a device must do, and must not, for that driver's memory to stay whole. The driver
/// here looks where that one does not, and the base class asserts that it found nothing.
/// </summary>
public sealed class LinuxDriverTests : MediaTest
{
    [Fact]
    public void A_camera_that_hangs_keeps_no_command_waiting()
    {
        using var until = new ManualResetEventSlim();
        var buffers = Guest.Stream(Session);
        Sensors.Hang(until);
        var format = new V4l2Format { Type = V4l2BufferType.VideoCapture, Pixels = MediaVisitor.FormatOf(Session) };

        // Whatever they answer: they answer, or the driver gives the connection up after five seconds, as Linux gives up the command.
        Session.StreamOff();
        Session.QueueBuffer(0, buffers[0]);
        Session.StreamOn();
        Session.RequestBuffers(0, V4l2Memory.UserPointer, out _);
        Session.Ioctl(MediaIoctl.SetFormat, ref format);
        Session.Close();
        Assert.Equal(0, Guest.Driver.Open(out _));
        until.Set();

        Assert.Null(Guest.Driver.Failure);
    }

    [Fact]
    public async Task Input_and_output_may_be_the_same_memory_in_descriptors_cut_anywhere()
    {
        var format = MediaVisitor.FormatOf(Session);
        foreach (var cut in (int[])[9, 33])
        {
            await ConnectAsync(new MediaDriverOptions { DescriptorBytes = cut, UserPieceBytes = 65536 });
            Assert.Equal(format, MediaVisitor.FormatOf(Session));
            Guest.Stream(Session, 2);
            Assert.Equal(0u, Expose().Index);
        }
    }

    [Fact]
    public async Task More_events_than_event_buffers_wait_and_none_is_lost()
    {
        const int Buffers = 32;
        Guest.Stream(Session, Buffers);
        Guest.Driver.HoldEvents = true;
        for (var i = 1; i <= Buffers; i++)
        {
            // One at a time: the delivery takes only so many at once, and counts the rest as dropped.
            Sensors.Expose();
            await Fabric.WaitAsync(status => status.Guests[0].Delivered >= i, "the frames are not delivered");
        }

        Guest.Driver.HoldEvents = false;

        for (var i = 0u; i < Buffers; i++)
        {
            var buffer = Guest.Next(Session);
            Assert.Equal((i, i), (buffer.Index, buffer.Sequence));
        }
    }

    [Fact]
    public async Task STREAMOFF_waits_until_the_guest_has_seen_the_buffers_that_were_sent_before()
    {
        Guest.Stream(Session);
        Guest.Driver.HoldEvents = true;
        Sensors.Expose(2);
        await Fabric.WaitAsync(status => status.Guests[0].Delivered >= 2, "the frames are not delivered");

        var off = Task.Run(Session.StreamOff);
        Guest.Driver.HoldEvents = false;

        Assert.Equal(0, await off.WaitAsync(RunningFabric.Patience));
    }

    [Fact]
    public async Task STREAMOFF_is_answered_though_the_guest_never_looks_at_its_events()
    {
        Guest.Stream(Session);
        Guest.Driver.HoldEvents = true;
        Sensors.Expose(2);
        await Fabric.WaitAsync(status => status.Guests[0].Delivered >= 2, "the frames are not delivered");

        Assert.Equal(0, Session.StreamOff());      // within five seconds, or the driver gives the connection up

        Session.Close();                           // its events are nobody's now, and would be stale for the session
        Guest.Driver.HoldEvents = false;
    }

    [Fact]
    public void Streams_that_stop_and_start_while_frames_come_leave_no_stale_buffer()
    {
        var buffers = Guest.Allocate(Session, 4);
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < 4; i++) Assert.Equal(0, Session.QueueBuffer(i, buffers[i]));
            Assert.Equal(0, Session.StreamOn());
            Sensors.Expose(3);
            if (round % 3 == 0) Guest.Next(Session, Sensors);
            Assert.Equal(0, Session.StreamOff());
        }
    }

    [Fact]
    public void A_source_that_is_lost_gives_no_ERROR_event()
    {
        Guest.Stream(Session);
        Expose();
        Sensors.Fail();

        // It comes back by itself, and the stream with it. That it is back shows its first frame, for which no buffer may wait yet.
        var buffer = Guest.Next(Session, Sensors);

        Assert.False(buffer.Flags.HasFlag(V4l2BufferFlags.Error), $"{buffer.Flags}");
        Assert.True(buffer.Sequence > 1, $"{buffer.Sequence}");
        Assert.Null(Session.Lost);
    }

    [Theory]
    [InlineData(SetUpStage.RingsMade)]
    [InlineData(SetUpStage.RingsEnabled)]
    public void A_command_that_lies_in_the_ring_before_DRIVER_OK_is_answered_without_a_kick(SetUpStage stage)
    {
        Guest.Dispose();
        var socket = UnixSocket.Connect(Fabric.Socket("one", "front"));
        var answer = 0UL;
        using var transport = VirtioTransport.Connect(
            socket, MediaDriver.Shape, new() { MemoryBytes = 4 << 20, ReplyTimeout = RunningFabric.Patience }, (made, at) =>
            {
                if (at != stage) return;
                var command = made.Ram.Allocate(4096);
                answer = command + 2048;
                const int Bytes = MediaCommandHeader.Bytes;
                CameraWire.Write(made.Ram.Write(command, Bytes), new MediaCommandHeader(MediaCommand.Open));
                var queue = made.Queue(MediaWire.CommandQueue);
                Assert.True(queue.TryAdd([new GuestSegment(command, Bytes)], [new GuestSegment(answer, MediaOpenResponse.Bytes)], 0));
                queue.Publish();

                // Rings that run already are looked at when kicked; those that only start are looked at by themselves.
                if (stage == SetUpStage.RingsEnabled) made.Kick(MediaWire.CommandQueue);
            });

        UsedChain used = default;
        Assert.True(SpinWait.SpinUntil(() => transport.Queue(MediaWire.CommandQueue).TryReclaim(out used), RunningFabric.Patience));
        Assert.Equal(MediaOpenResponse.Bytes, used.Written);
        Assert.True((uint)CameraWire.Read<MediaResponseHeader>(transport.Ram.Read(answer, 8)).Status < 4096);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    public void MUNMAP_of_what_is_not_mapped_is_EINVAL_and_nothing_else(ulong address)
    {
        Assert.Equal(Invalid, Guest.Driver.Unmap(address));
        Assert.Equal(Invalid, Guest.Driver.Unmap(address));
        Guest.Stream(Session);
        Expose();
    }

    [Fact]
    public void An_unknown_session_is_an_errno_and_its_CLOSE_comes_back_all_the_same()
    {
        var stranger = Guest.Open();
        stranger.Close();
        Assert.NotEqual(0, stranger.StreamOff());
        Assert.NotEqual(0, Guest.Driver.Map(stranger.Id, 0, true, out _));

        Guest.Driver.ExecuteRaw([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0], 0, out var answer);

        Assert.Empty(answer);
    }
}
