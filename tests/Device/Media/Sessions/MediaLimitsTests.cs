using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Tests.Camera.Sessions;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Media.Sessions;

/// <summary>What a guest can make a media session keep is bounded, and what the front-end may still show is not given out again.</summary>
public sealed class MediaLimitsTests
{
    private const uint Exposure = 0x009a4007;

    [Fact]
    public void Events_of_a_subscription_that_has_ended_do_not_wait()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        var subscription = new V4l2EventSubscription(V4l2EventType.Control, Exposure, V4l2SubscriptionFlags.SendInitial);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(MediaStatus.Ok, rig.Ioctl(session, MediaIoctl.SubscribeEvent, subscription));
            Assert.Equal(1, rig.Session.QueuedEvents);
            Assert.Equal(MediaStatus.Ok, rig.Ioctl(session, MediaIoctl.UnsubscribeEvent, subscription));
            Assert.Equal(0, rig.Session.QueuedEvents);
        }

        rig.Ioctl(session, MediaIoctl.SubscribeEvent, subscription);
        rig.Ioctl(session, MediaIoctl.UnsubscribeEvent, new V4l2EventSubscription(V4l2EventType.All, 0, 0));
        Assert.Equal(0, rig.Session.QueuedEvents);
        rig.Ioctl(session, MediaIoctl.SubscribeEvent, subscription);
        Close(rig, session);
        Assert.Equal(0, rig.Session.QueuedEvents);
    }

    [Fact]
    public void Memory_that_stays_mapped_is_bounded_in_pieces_as_well_as_in_bytes()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(MediaStatus.Ok, rig.RequestBuffers(session, 1, V4l2Memory.Mmap));
            Map(rig, session);
            Assert.Equal(MediaStatus.Ok, rig.RequestBuffers(session, 0, V4l2Memory.Mmap));
        }

        Assert.Equal(MediaStatus.NoMemory, rig.RequestBuffers(session, 1, V4l2Memory.Mmap));
        Assert.Equal(MediaStatus.Ok, rig.RequestBuffers(session, 1));
    }

    [Fact]
    public void A_reset_takes_mappings_away_and_their_place_is_free_only_when_they_are_gone()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        rig.RequestBuffers(session, 1, V4l2Memory.Mmap);
        Map(rig, session);
        rig.Session.Stop();
        Assert.Equal("Unmap 0 4096", rig.Host.Asks[^1]);
        var unmap = rig.Host.Ticket;

        session = rig.Open();
        rig.RequestBuffers(session, 1, V4l2Memory.Mmap);
        Map(rig, session);
        Assert.Equal("Map 4096 4096", rig.Host.Asks[^1]);

        rig.Session.OnUnmapped(unmap, isDone: true);
        rig.Ioctl(session, MediaIoctl.CreateBuffers, Create());
        Map(rig, session, 4096);
        Assert.Equal("Map 0 4096", rig.Host.Asks[^1]);
    }

    [Fact]
    public void A_mapping_that_is_done_after_the_reset_is_taken_away()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        rig.RequestBuffers(session, 1, V4l2Memory.Mmap);
        Map(rig, session, isDone: null);
        var ticket = rig.Host.Ticket;
        rig.Session.Stop();
        Assert.DoesNotContain("Unmap 0 4096", rig.Host.Asks);

        rig.Session.OnMapped(ticket, isDone: true);
        Assert.Equal("Unmap 0 4096", rig.Host.Asks[^1]);
    }

    [Fact]
    public void What_the_front_end_could_not_take_away_keeps_its_place_and_is_asked_for_again()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        rig.RequestBuffers(session, 1, V4l2Memory.Mmap);
        Map(rig, session);
        Close(rig, session);
        rig.Send(SessionRig.BytesOf(new MediaMunmapCommand(new MediaCommandHeader(MediaCommand.Munmap), 0)));
        Assert.Equal("Unmap 0 4096", rig.Host.Asks[^1]);
        rig.Session.OnUnmapped(rig.Host.Ticket, isDone: false);

        session = rig.Open();
        rig.RequestBuffers(session, 1, V4l2Memory.Mmap);
        Assert.Equal("Unmap 0 4096", rig.Host.Asks[^1]);
        Map(rig, session);
        Assert.Equal("Map 4096 4096", rig.Host.Asks[^1]);
    }

    [Fact]
    public void A_REQBUFS_that_cannot_be_done_leaves_the_queue_as_it_is()
    {
        using var rig = new MediaRig();
        rig.Host.CanShareMemory = false;
        var session = rig.Open();
        rig.RequestBuffers(session, 1);
        rig.QueueUser(session, 0);
        Assert.Equal(MediaStatus.Invalid, rig.RequestBuffers(session, 1, V4l2Memory.Mmap));

        rig.Ioctl(session, MediaIoctl.QueryBuffer, new V4l2Buffer { Type = V4l2BufferType.VideoCapture });
        Assert.Equal(V4l2BufferFlags.Queued, rig.Payload<V4l2Buffer>().Flags & V4l2BufferFlags.Queued);
    }

    [Fact]
    public void After_a_STREAMOFF_that_timed_out_STREAMON_is_EBUSY_until_one_succeeds()
    {
        using var rig = new MediaRig();
        var session = rig.Stream(1);
        var request = rig.Host.Armed[0];
        rig.Host.Armed.Clear();
        Assert.True(request.TryClaim());
        rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture);
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Clock.Advance(950_000_000);
        rig.Session.OnTick();
        rig.Reap();
        Assert.Equal(MediaStatus.TimedOut, rig.Status);
        Assert.Equal(MediaStatus.Busy, rig.Ioctl(session, MediaIoctl.StreamOn, V4l2BufferType.VideoCapture));

        rig.Deliver(request, 5);
        rig.Session.OnRequestCompleted(request);
        Assert.Equal(MediaStatus.Ok, rig.Ioctl(session, MediaIoctl.StreamOff, V4l2BufferType.VideoCapture));
        rig.QueueUser(session, 0);
        rig.StreamOn(session);
        Assert.Single(rig.Host.Armed);
    }

    [Fact]
    public void A_control_that_is_named_a_thousand_times_is_set_once_to_what_is_named_last()
    {
        using var rig = new MediaRig();
        var session = rig.Open();
        const int count = 1024;
        byte[] payload = [.. SessionRig.BytesOf(new V4l2ExtendedControls(0, count, 0, 0, 0xabcd)),
            .. Enumerable.Range(0, count).SelectMany(static i => SessionRig.BytesOf(new V4l2ExtendedControl(Exposure, 0, 2_000_000 + i)))];
        rig.Send(SessionRig.BytesOf(
            new MediaIoctlCommand(new MediaCommandHeader(MediaCommand.Ioctl), session, MediaIoctl.SetExtendedControls)), payload);
        var set = Assert.Single(rig.Host.Controls);
        Assert.Equal(new ControlEntry(ControlCatalogue.ExposureTime.Id, ControlValue.From(2_000_000L + count - 1)), set);
    }

    [Fact]
    public void A_buffer_of_the_guests_own_pages_goes_on_when_the_memory_changes_although_no_command_comes()
    {
        using var rig = new MediaRig();
        rig.Stream(1);
        var next = MemoryTable.Create([rig.Memory.Region], [rig.Memory.File.Descriptor], new MemoryLimits());
        for (var i = 0; i < MediaWire.QueueCount; i++) Assert.True(rig.Queue(i).TryMoveTo(next, out var error), error);
        rig.Memory.Table.Retire();

        rig.Expose(1);
        Assert.Empty(rig.Returned);
        rig.Expose(2);

        Assert.Equal(V4l2BufferFlags.None, Assert.Single(rig.Returned).Buffer.Flags & V4l2BufferFlags.Error);
        next.Retire();
    }

    private static V4l2CreateBuffers Create()
    {
        var pixels = new V4l2PixelFormat(0, 0, 0, 0, 0, MediaRig.FrameBytes, 0, 0, 0, 0, 0, 0);
        return new V4l2CreateBuffers { Count = 1, Memory = V4l2Memory.Mmap, Format = new V4l2Format(V4l2BufferType.VideoCapture, pixels) };
    }

    private static void Map(MediaRig rig, uint session, uint offset = 0, bool? isDone = true)
    {
        rig.Send(SessionRig.BytesOf(new MediaMmapCommand(
            new MediaCommandHeader(MediaCommand.Mmap), session, MediaMmapFlags.ReadWrite, offset)), room: MediaMmapResponse.Bytes);
        if (isDone is not { } done) return;
        rig.Session.OnMapped(rig.Host.Ticket, done);
        rig.Reap();
    }

    private static void Close(MediaRig rig, uint session)
    {
        rig.Send(SessionRig.BytesOf(new MediaCloseCommand(new MediaCommandHeader(MediaCommand.Close), session)), room: 0);
        rig.Reap();
    }
}
