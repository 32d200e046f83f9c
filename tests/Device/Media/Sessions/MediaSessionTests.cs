using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Tests.Camera.Sessions;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Media.Sessions;

/// <summary>The session of the virtio media device: what a driver and a camera see of it, without sockets and actors.</summary>
public sealed class MediaSessionTests
{
    private const long Long = 950_000_000;

    [Fact]
    public void A_frame_goes_into_the_guests_pages_and_one_event_tells_of_it()
    {
        using var rig = new MediaRig();
        rig.Post(16);
        var session = rig.Open();
        rig.RequestBuffers(session, 1);
        var place = rig.QueueUser(session, 0);
        rig.StreamOn(session);

        rig.Expose(41);

        Assert.Equal(MediaDequeueEvent.Bytes, Assert.Single(rig.Events).Length);
        var told = Assert.Single(rig.Returned);
        Assert.Equal(session, told.Header.SessionId);
        Assert.Equal((0u, (uint)MediaRig.FrameBytes, 41L), (told.Buffer.Sequence, told.Buffer.BytesUsed, told.Buffer.Microseconds));
        Assert.Equal(V4l2BufferFlags.TimestampMonotonic | V4l2BufferFlags.TimestampStartOfExposure, told.Buffer.Flags);
        Assert.Equal(V4l2Buffer.FieldNone, told.Buffer.Field);
        Assert.Equal(41, rig.Memory.Bytes.Read(place + MediaRig.FrameBytes - 1, 1)[0]);
    }

    [Fact]
    public void Sequence_begins_at_0_with_each_STREAMON_and_shows_missed_frames()
    {
        using var rig = new MediaRig();
        var session = rig.Stream();
        rig.Expose(10);
        rig.Expose(13);
        rig.Post(2);
        rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.QueueUser(session, 0);
        rig.StreamOn(session);
        rig.Expose(90);

        Assert.Equal([0u, 3u, 0u], rig.Returned.Select(static item => item.Buffer.Sequence));
    }

    [Fact]
    public void STREAMOFF_waits_for_the_frame_that_is_being_written()
    {
        using var rig = new MediaRig();
        var session = rig.Stream(1);
        var request = rig.Host.Armed[0];
        Assert.True(request.TryClaim());
        var before = rig.Answers.Count;
        rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Reap();
        Assert.Equal(before, rig.Answers.Count);

        rig.Deliver(request, 5);
        rig.Session.OnRequestCompleted(request);
        rig.Reap();

        Assert.Equal(before + 1, rig.Answers.Count);
        Assert.Empty(rig.Events);
    }

    [Fact]
    public void STREAMOFF_is_answered_after_the_driver_has_posted_its_event_buffers_again_or_100_ms()
    {
        using var rig = new MediaRig();
        var session = rig.Stream();
        rig.Expose(1);
        rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture);
        var before = rig.Answers.Count;
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Reap();
        Assert.Equal(before, rig.Answers.Count);
        rig.Post();
        Assert.Equal(before + 1, rig.Answers.Count);

        rig.QueueUser(session, 0);
        rig.StreamOn(session);
        rig.Host.Armed.RemoveRange(0, rig.Host.Armed.Count - 1);
        rig.Expose(2);
        before = rig.Answers.Count;
        rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Clock.Advance(100_000_000);
        rig.Session.OnTick();
        rig.Reap();
        Assert.Equal(before + 1, rig.Answers.Count);
    }

    [Fact]
    public void A_buffer_is_returned_once_for_each_QBUF_however_late_the_event_buffers_come()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        rig.RequestBuffers(session, 2);
        rig.QueueUser(session, 0);
        rig.QueueUser(session, 1);
        rig.StreamOn(session);
        rig.Expose(1);
        rig.Expose(2);
        Assert.Empty(rig.Events);
        Assert.Equal(2, rig.Session.QueuedEvents);

        // Not the guest's yet: to queue it now would give two events for one QBUF.
        var again = new V4l2Buffer(0, V4l2BufferType.VideoCapture, 0, 0, 0, 0, 0, 0, V4l2Memory.UserPointer, 0, MediaRig.FrameBytes, 0);
        var page = SessionRig.BytesOf(new MediaSgEntry(TestMemory.GuestBase, MediaRig.FrameBytes));
        Assert.Equal(MediaStatus.Invalid, rig.Ioctl(session, MediaIoctl.QueueBuffer, again, page));

        rig.Post(4);
        Assert.Equal([0u, 1u], rig.Returned.Select(static item => item.Buffer.Index));
    }

    [Fact]
    public void Every_command_that_waits_for_the_camera_is_answered_within_a_second()
    {
        using var rig = new MediaRig();
        rig.Post(16);
        var session = rig.Open();
        rig.RequestBuffers(session, 1);
        var before = rig.Answers.Count;
        rig.Ioctl(session, MediaIoctl.StreamOn, V4l2BufferType.VideoCapture);
        Assert.Equal(before, rig.Answers.Count);

        rig.Clock.Advance(Long);
        rig.Session.OnTick();
        rig.Reap();
        Assert.Equal(MediaStatus.TimedOut, rig.Status);

        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Ok, rig.Host.Wanted);
        rig.Reap();
        Assert.Equal(before + 1, rig.Answers.Count);
        Assert.Equal(SessionState.Configured, rig.Session.State);
    }

    [Fact]
    public void A_lost_source_keeps_the_buffers_and_goes_on_when_it_is_back_without_an_ERROR_event()
    {
        using var rig = new MediaRig();
        rig.Stream(1);
        rig.Session.OnSource(SourceEvent.Lost);
        var request = rig.Host.Armed[0];
        rig.Host.Armed.Clear();
        Assert.True(request.TryClaim());
        request.Fail(CameraStatus.NoSource);
        rig.Session.OnRequestCompleted(request);
        Assert.Empty(rig.Host.Armed);

        rig.Session.OnSource(SourceEvent.Back);
        rig.Expose(7);

        Assert.Single(rig.Returned);
        Assert.DoesNotContain(rig.Events, static bytes => CameraWire.Read<MediaEventHeader>(bytes).Event == MediaEvent.Error);
    }

    [Fact]
    public void Buffers_wait_while_the_command_queue_stops_and_go_on_with_its_next_chain()
    {
        using var rig = new MediaRig();
        var session = rig.Stream(1);
        var before = rig.Host.Armed[0];
        rig.Session.OnQueueStopping(MediaWire.CommandQueue);
        Assert.False(before.TryClaim());
        Assert.Equal(0, rig.Session.InFlight);
        rig.Host.Armed.Clear();

        rig.Ioctl(session, MediaIoctl.GetInput, 0u);
        rig.Expose(3);
        Assert.Single(rig.Returned);
    }

    [Fact]
    public void A_frame_scope_control_is_set_for_all_frames_and_read_back_although_frames_show_it_later()
    {
        using var rig = new MediaRig();
        var session = rig.Stream();
        const uint exposure = 0x009a4007;
        var item = new V4l2ExtendedControl(exposure, 0, 2_000_000);
        Assert.NotEqual(MediaStatus.Ok, Group(rig, session, MediaIoctl.SetExtendedControls, item));
        Assert.Equal("SetGlobalControls", rig.Host.Asks[^1]);
        rig.Session.OnControlsSet(rig.Host.Ticket, CameraStatus.Ok);
        rig.Reap();
        Assert.Equal(MediaStatus.Ok, rig.Status);

        rig.Expose(1, new ControlEntry(ControlCatalogue.ExposureTime.Id, ControlValue.From(10_000_000L)));
        Assert.Equal(MediaStatus.Ok, Group(rig, session, MediaIoctl.GetExtendedControls, item with { Value = 0 }));
        Assert.Equal(2_000_000, CameraWire.Read<V4l2ExtendedControl>(
            rig.Answers[^1].AsSpan(MediaResponseHeader.Bytes + V4l2ExtendedControls.Bytes)).Value);
    }

    [Fact]
    public void An_observer_finds_controls_read_only_and_formats_as_they_are()
    {
        using var rig = new MediaRig(SessionRole.Observer);
        var session = rig.Open();
        var item = new V4l2ExtendedControl(0x009a4007, 0, 2_000_000);
        Assert.Equal(MediaStatus.Access, Group(rig, session, MediaIoctl.SetExtendedControls, item));

        var format = new V4l2Format(V4l2BufferType.VideoCapture, new V4l2PixelFormat(9999, 9999, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal(MediaStatus.Ok, rig.Ioctl(session, MediaIoctl.SetFormat, format));
        Assert.Equal((uint)SessionRig.Width, rig.Payload<V4l2Format>().Pixels.Width);
        Assert.Equal(V4l2PixelFormat.ExtendedMagic, rig.Payload<V4l2Format>().Pixels.Private);
    }

    [Fact]
    public void Buffers_in_shared_memory_are_mapped_once_as_a_whole_and_live_as_long_as_their_mappings()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        Assert.Equal(MediaStatus.Ok, rig.RequestBuffers(session, 2, V4l2Memory.Mmap));
        Map(rig, session, 4096);
        Assert.Equal("Map 0 8192", rig.Host.Asks[^1]);
        rig.Session.OnMapped(rig.Host.Ticket, isDone: true);
        rig.Reap();
        var mapped = CameraWire.Read<MediaMmapResponse>(rig.Answers[^1]);
        Assert.Equal((4096ul, (ulong)MediaRig.FrameBytes), (mapped.Address, mapped.Length));

        Map(rig, session, 4096);
        Assert.Equal(mapped, CameraWire.Read<MediaMmapResponse>(rig.Answers[^1]));
        Assert.Single(rig.Host.Asks, static ask => ask.StartsWith("Map", StringComparison.Ordinal));

        rig.RequestBuffers(session, 0, V4l2Memory.Mmap);
        Unmap(rig, 4096);
        Assert.DoesNotContain("Unmap 0 8192", rig.Host.Asks);
        Unmap(rig, 4096);
        Assert.Equal(MediaStatus.Ok, rig.Status);
        Assert.Equal("Unmap 0 8192", rig.Host.Asks[^1]);
        Unmap(rig, 4096);
        Assert.Equal(MediaStatus.Invalid, rig.Status);
    }

    [Fact]
    public void Without_shared_memory_MMAP_buffers_are_EINVAL_and_pages_of_the_guest_are_not()
    {
        using var rig = new MediaRig();
        rig.Host.CanShareMemory = false;
        var session = rig.Open();
        Assert.Equal(MediaStatus.Invalid, rig.RequestBuffers(session, 2, V4l2Memory.Mmap));
        Assert.Equal(MediaStatus.Ok, rig.RequestBuffers(session, 2));
    }

    [Fact]
    public void Pages_outside_the_guests_memory_are_EFAULT_and_an_event_buffer_too_short_ends_the_guest()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        rig.RequestBuffers(session, 1);
        var buffer = new V4l2Buffer(0, V4l2BufferType.VideoCapture, 0, 0, 0, 0, 0, 0, V4l2Memory.UserPointer, 0, MediaRig.FrameBytes, 0);
        var page = SessionRig.BytesOf(new MediaSgEntry(0xdead_0000_0000, MediaRig.FrameBytes));
        Assert.Equal(MediaStatus.Fault, rig.Ioctl(session, MediaIoctl.QueueBuffer, buffer, page));

        rig.Post(1, MediaDequeueEvent.Bytes - 1);
        Assert.Contains("607 writable bytes", Assert.Single(rig.Host.Violations), StringComparison.Ordinal);
        Assert.Equal(SessionState.Broken, rig.Session.State);
    }

    [Fact]
    public void CLOSE_has_no_answer_and_gives_everything_back()
    {
        using var rig = new MediaRig();
        var session = rig.Stream();
        rig.Send(SessionRig.BytesOf(new MediaCloseCommand(new MediaCommandHeader(MediaCommand.Close), session)), room: 0);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Reap();
        Assert.Empty(rig.Answers[^1]);
        Assert.Equal((0, 0, SessionState.Idle), (rig.Session.OpenSessions, rig.Session.InFlight, rig.Session.State));
    }

    private static MediaStatus Group(MediaRig rig, uint session, MediaIoctl code, V4l2ExtendedControl item)
    {
        byte[] payload = [.. SessionRig.BytesOf(new V4l2ExtendedControls(0, 1, 0, 0, 0xabcd)), .. SessionRig.BytesOf(item)];
        var before = rig.Answers.Count;
        rig.Send(SessionRig.BytesOf(new MediaIoctlCommand(new MediaCommandHeader(MediaCommand.Ioctl), session, code)), payload);
        return rig.Answers.Count > before ? rig.Status : (MediaStatus)uint.MaxValue;
    }

    private static void Map(MediaRig rig, uint session, uint offset) => rig.Send(
        SessionRig.BytesOf(new MediaMmapCommand(new MediaCommandHeader(MediaCommand.Mmap), session, MediaMmapFlags.ReadWrite, offset)),
        room: MediaMmapResponse.Bytes);

    private static void Unmap(MediaRig rig, ulong address) =>
        rig.Send(SessionRig.BytesOf(new MediaMunmapCommand(new MediaCommandHeader(MediaCommand.Munmap), address)));
}
