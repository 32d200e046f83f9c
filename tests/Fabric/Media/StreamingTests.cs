using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Media;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>From REQBUFS to CLOSE: buffers, their numbers and times, and what is refused.</summary>
public sealed class StreamingTests : MediaTest
{
    [Fact]
    public void A_frame_is_in_the_buffer_that_the_event_names()
    {
        var buffers = Guest.Stream(Session, 2);
        foreach (var memory in buffers) memory.Fill(0xA5);

        var buffer = Expose();

        Assert.Equal((0u, V4l2BufferType.VideoCapture, V4l2Memory.UserPointer), (buffer.Index, buffer.Type, buffer.Memory));
        Assert.Equal(MediaVisitor.FormatOf(Session).SizeImage, buffer.BytesUsed);
        Assert.Equal(V4l2Buffer.FieldNone, buffer.Field);
        var pixels = new byte[buffer.BytesUsed];
        buffers[0].CopyTo(pixels);
        Assert.DoesNotContain((byte)0xA5, pixels);
        buffers[1].CopyTo(pixels);
        Assert.All(pixels, pixel => Assert.Equal(0xA5, pixel));
    }

    [Fact]
    public void Numbers_begin_with_0_at_each_STREAMON_and_times_are_monotonic()
    {
        var buffers = Guest.Stream(Session, 3);
        for (var round = 0; round < 3; round++)
        {
            var last = 0L;
            for (var i = 0u; i < 3; i++)
            {
                var buffer = Expose();
                Assert.Equal(i, buffer.Sequence);
                Assert.True(buffer.Flags.HasFlag(V4l2BufferFlags.TimestampMonotonic), $"{buffer.Flags}");
                Assert.False(buffer.Flags.HasFlag(V4l2BufferFlags.Queued), $"{buffer.Flags}");
                var time = buffer.Seconds * 1_000_000 + buffer.Microseconds;
                Assert.True(time > last && buffer.Microseconds is >= 0 and < 1_000_000, $"{time} after {last}");
                last = time;
            }

            Assert.Equal(0, Session.StreamOff());
            for (var i = 0; i < 3; i++) Assert.Equal(0, Session.QueueBuffer(i, buffers[i]));
            Assert.Equal(0, Session.StreamOn());
        }
    }

    [Fact]
    public void Buffers_come_back_in_the_order_in_which_they_were_queued()
    {
        var buffers = Guest.Allocate(Session, 4);
        int[] order = [2, 0, 3, 1];
        foreach (var index in order) Assert.Equal(0, Session.QueueBuffer(index, buffers[index]));
        Assert.Equal(0, Session.StreamOn());

        foreach (var index in order) Assert.Equal((uint)index, Expose().Index);
    }

    [Fact]
    public void QUERYBUF_says_where_a_buffer_is()
    {
        var buffers = Guest.Allocate(Session, 2);
        Assert.Equal(V4l2BufferFlags.None, Query(0).Flags & (V4l2BufferFlags.Queued | V4l2BufferFlags.Done));
        Assert.Equal(0, Session.QueueBuffer(0, buffers[0]));
        Assert.Equal(V4l2BufferFlags.Queued, Query(0).Flags & (V4l2BufferFlags.Queued | V4l2BufferFlags.Done));

        var beyond = new V4l2Buffer { Index = 2, Type = V4l2BufferType.VideoCapture };
        Assert.Equal(Invalid, Session.QueryBuffer(ref beyond));
    }

    [Fact]
    public void QBUF_refuses_what_no_queue_would_take()
    {
        var buffers = Guest.Allocate(Session, 2);
        Assert.Equal(0, Session.QueueBuffer(0, buffers[0]));

        Assert.Equal(Invalid, Session.QueueBuffer(0, buffers[0]));                       // has it already
        Assert.Equal(Invalid, Session.QueueBuffer(2, buffers[1]));                       // there is no such buffer
        Assert.Equal(Invalid, Session.QueueBuffer(1));                                   // MMAP in a USERPTR queue
        using var small = new UserBuffer(Guest.Driver.Ram, buffers[0].Bytes - 1, 4096);
        Assert.Equal(Invalid, Session.QueueBuffer(1, small));                            // a frame does not fit
        var untyped = buffers[1].Describe(1) with { Type = (V4l2BufferType)9 };
        Assert.Equal(Invalid, Session.QueueBuffer(ref untyped, buffers[1].Pages));
        Assert.Equal(0, Session.QueueBuffer(1, buffers[1]));                             // and all of that has left it usable
    }

    [Fact]
    public void QBUF_refuses_pages_that_are_not_the_guests()
    {
        var buffers = Guest.Allocate(Session, 2);
        var buffer = buffers[0].Describe(0);
        var pages = buffers[0].Pages.ToArray();

        Assert.NotEqual(0, Session.QueueBuffer(ref buffer, [.. pages[..^1], new MediaSgEntry(0xdead_0000_0000, 4096)]));
        buffer = buffers[0].Describe(0);
        Assert.NotEqual(0, Session.QueueBuffer(ref buffer, pages[..^1]));                // less than its length
        buffer = buffers[0].Describe(0);
        Assert.NotEqual(0, Session.QueueBuffer(ref buffer));                             // none at all
        Assert.Equal(0, Session.QueueBuffer(0, buffers[0]));
    }

    [Fact]
    public void The_driver_finds_its_own_user_pointer_again()
    {
        var buffers = Guest.Allocate(Session, 2);
        var buffer = buffers[0].Describe(0);

        Assert.Equal(0, Session.QueueBuffer(ref buffer, buffers[0].Pages));

        Assert.Equal((buffers[0].UserAddress, (uint)buffers[0].Bytes), (buffer.Pointer, buffer.Length));
    }

    [Fact]
    public void STREAMON_without_buffers_is_EINVAL_and_STREAMOFF_is_always_right()
    {
        Assert.Equal(Invalid, Session.StreamOn());
        Assert.Equal(0, Session.StreamOff());
        Guest.Stream(Session);
        Assert.Equal(0, Session.StreamOn());
        Assert.Equal(0, Session.StreamOff());
        Assert.Equal(0, Session.StreamOff());
    }

    [Fact]
    public void REQBUFS_is_EBUSY_while_streaming_and_with_0_an_end_of_it()
    {
        Guest.Stream(Session);
        Assert.Equal(Busy, Session.RequestBuffers(2, V4l2Memory.UserPointer, out _));

        Assert.Equal(0, Session.RequestBuffers(0, V4l2Memory.UserPointer, out _));

        Assert.Equal(Invalid, Session.StreamOn());
    }

    [Fact]
    public void REQBUFS_tells_what_memory_there_is_and_refuses_the_rest()
    {
        var request = new V4l2RequestBuffers { Type = V4l2BufferType.VideoCapture, Memory = V4l2Memory.UserPointer };
        Assert.Equal(0, Session.RequestBuffers(ref request));
        Assert.True(request.Capabilities.HasFlag(V4l2BufferCapabilities.UserPointer), $"{request.Capabilities}");

        foreach (var memory in (V4l2Memory[])[V4l2Memory.None, (V4l2Memory)3, V4l2Memory.DmaBuf, (V4l2Memory)77])
            Assert.Equal(Invalid, Session.RequestBuffers(1, memory, out _));
    }

    [Fact]
    public void CREATE_BUFS_adds_to_what_REQBUFS_made()
    {
        var buffers = Guest.Allocate(Session, 2);
        var create = new V4l2CreateBuffers
        {
            Count = 2, Memory = V4l2Memory.UserPointer,
            Format = new V4l2Format { Type = V4l2BufferType.VideoCapture, Pixels = MediaVisitor.FormatOf(Session) },
        };

        Assert.Equal(0, Session.CreateBuffers(ref create));

        Assert.Equal((2u, 2u), (create.Index, create.Count));
        for (var i = 0; i < 4; i++) Assert.Equal(0, Session.QueueBuffer(i, buffers[i % 2]));
        create = create with { Count = 0 };
        Assert.Equal(0, Session.CreateBuffers(ref create));
        Assert.Equal(4u, create.Index);
        create = create with { Count = 1, Format = create.Format with { Pixels = create.Format.Pixels with { SizeImage = 1 } } };
        Assert.Equal(Invalid, Session.CreateBuffers(ref create));
    }

    [Fact]
    public void A_prepared_buffer_is_queued_without_its_pages()
    {
        var buffers = Guest.Allocate(Session, 2);
        var buffer = buffers[0].Describe(0);
        Assert.Equal(0, Session.PrepareBuffer(ref buffer, buffers[0].Pages));
        Assert.True(buffer.Flags.HasFlag(V4l2BufferFlags.Prepared), $"{buffer.Flags}");

        buffer = new V4l2Buffer { Type = V4l2BufferType.VideoCapture, Memory = V4l2Memory.UserPointer };
        Assert.Equal(0, Session.QueueBuffer(ref buffer));

        Assert.Equal((buffers[0].UserAddress, (uint)buffers[0].Bytes), (buffer.Pointer, buffer.Length));
        Assert.Equal(0, Session.StreamOn());
        Assert.Equal(0u, Expose().Index);
    }

    [Fact]
    public void A_session_that_is_closed_in_the_middle_of_a_stream_leaves_the_device_free()
    {
        Guest.Stream(Session);
        Expose();
        Session.Close();

        var next = Guest.Open();
        Guest.Stream(next);
        Sensors.Expose();
        Assert.Equal(0u, Guest.Next(next).Sequence);
    }

    [Fact]
    public async Task Frames_that_find_no_buffer_leave_a_gap_in_the_numbers()
    {
        var buffers = Guest.Stream(Session, 1);
        Assert.Equal(0u, Expose().Sequence);
        Sensors.Expose(3);
        await Fabric.WaitAsync(status => status.Cameras[0].FannedOut >= 4, "the camera does not expose");
        Assert.Equal(0, Session.QueueBuffer(0, buffers[0]));

        Assert.Equal(4u, Expose().Sequence);
    }

    private V4l2Buffer Query(uint index)
    {
        var buffer = new V4l2Buffer { Index = index, Type = V4l2BufferType.VideoCapture };
        Assert.Equal(0, Session.QueryBuffer(ref buffer));
        return buffer;
    }
}
