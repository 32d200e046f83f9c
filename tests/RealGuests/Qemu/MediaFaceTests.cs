using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// The media face in machines of QEMU: as the GPIO device of 7.2, which has its two queues and the first 8 bytes of its configuration
/// space, and as the generic device of 11.1, which maps shared memory as well.
/// </summary>
public sealed class MediaFaceTests : QemuTest
{
    private const uint GpioId = 41, Nv12 = 'N' | ('V' << 8) | ('1' << 16) | ('2' << 24), Capabilities = 0x4200001;
    private const int Buffers = 2;

    private protected override GuestCameraRig View => base.View with { Face = GuestFace.Media };

    [QemuFact]
    public void A_machine_of_QEMU_7_2_streams_into_pages_of_its_own()
    {
        var media = new QemuMedia(Keep(QemuMachine.Start(
            QemuProgram.Installed,
            "-chardev", $"socket,id=camera,path={Socket()}",
            "-device", $"vhost-user-gpio-pci,chardev=camera,addr={QemuDriver.Slot}"))).Begin();
        Assert.Equal((GpioId, MediaWire.QueueCount), (media.Device.Id, media.Device.QueueCount));
        Assert.Equal((Capabilities, 0ul), ((uint)media.Device.Config(0, 4), media.Device.Config(4, 4)));
        var events = Enumerable.Range(0, 4).Select(_ => media.OfferEvent()).ToArray();
        var session = media.Open();
        var format = SetFormat(media, session);
        Assert.Equal(Buffers, Request(media, session, V4l2Memory.UserPointer));
        var places = Enumerable.Range(0, Buffers).Select(_ => media.Allocate((int)format.SizeImage)).ToArray();
        for (var i = 0u; i < Buffers; i++)
        {
            var buffer = Buffer(i, V4l2Memory.UserPointer) with { Pointer = 0x7000_0000, Length = format.SizeImage };
            var pages = CameraMessages.BytesOf(new MediaSgEntry(places[i], format.SizeImage));
            Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.QueueBuffer, ref buffer, pages));
        }

        Assert.Equal(MediaStatus.Ok, media.Stream(session, MediaIoctl.StreamOn));

        for (var i = 0u; i < Buffers; i++) Check(media, events[i], i, places[i]);
        Assert.Equal(MediaStatus.Ok, media.Stream(session, MediaIoctl.StreamOff));
        media.Close(session);
    }

    [NewQemuFact]
    public void A_machine_of_QEMU_11_1_finds_frames_in_buffers_of_the_device()
    {
        var media = new QemuMedia(StartNewer(MediaWire.QueueCount, MediaConfig.Bytes)).Begin();
        Assert.Equal(Capabilities, (uint)CameraWire.Read<MediaConfig>(media.Device.ReadConfig(MediaConfig.Bytes)).Capabilities);
        var (region, length) = media.Device.SharedMemory[MediaWire.MmapRegion];
        Assert.Equal((ulong)MediaWire.MmapRegionBytes, length);
        var events = Enumerable.Range(0, 4).Select(_ => media.OfferEvent()).ToArray();
        var session = media.Open();
        var format = SetFormat(media, session);
        Assert.Equal(Buffers, Request(media, session, V4l2Memory.Mmap));
        var mapped = new MediaMmapResponse[Buffers];
        for (var i = 0u; i < Buffers; i++)
        {
            var buffer = Buffer(i, V4l2Memory.Mmap);
            Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.QueryBuffer, ref buffer));
            mapped[i] = media.Map(session, (uint)buffer.Pointer);
            Assert.Equal((MediaStatus.Ok, buffer.Length), (mapped[i].Header.Status, mapped[i].Length));
            Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.QueueBuffer, ref buffer));
        }

        Assert.Equal(MediaStatus.Ok, media.Stream(session, MediaIoctl.StreamOn));

        for (var i = 0u; i < Buffers; i++) Check(media, events[i], i, region + mapped[i].Address);
        Assert.Equal(MediaStatus.Ok, media.Stream(session, MediaIoctl.StreamOff));
        foreach (var mapping in mapped) Assert.Equal(MediaStatus.Ok, media.Unmap(mapping.Address));
        Assert.Equal(MediaStatus.Invalid, media.Unmap(mapped[0].Address));
        media.Close(session);
    }

    private static V4l2Buffer Buffer(uint index, V4l2Memory memory) =>
        new() { Index = index, Type = V4l2BufferType.VideoCapture, Memory = memory };

    private static V4l2PixelFormat SetFormat(QemuMedia media, uint session)
    {
        var first = new V4l2FormatDescription { Type = V4l2BufferType.VideoCapture };
        Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.EnumerateFormats, ref first));
        Assert.NotEqual(0u, first.PixelFormat);
        var wanted = new V4l2Format
        {
            Type = V4l2BufferType.VideoCapture,
            Pixels = new V4l2PixelFormat { PixelFormat = Nv12, Width = QemuCamera.Width, Height = QemuCamera.Height },
        };
        Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.SetFormat, ref wanted));
        var got = new V4l2Format { Type = V4l2BufferType.VideoCapture };
        Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.GetFormat, ref got));
        Assert.Equal(wanted, got);
        Assert.Equal((Nv12, (uint)QemuCamera.FrameBytes), (got.Pixels.PixelFormat, got.Pixels.SizeImage));
        return got.Pixels;
    }

    private static int Request(QemuMedia media, uint session, V4l2Memory memory)
    {
        var request = new V4l2RequestBuffers { Count = Buffers, Type = V4l2BufferType.VideoCapture, Memory = memory };
        Assert.Equal(MediaStatus.Ok, media.Ioctl(session, MediaIoctl.RequestBuffers, ref request));
        return (int)request.Count;
    }

    // The event is of this buffer, and in the buffer is a frame.
    private static void Check(QemuMedia media, QemuDriver.Sent sent, uint index, ulong place)
    {
        var told = CameraWire.Read<MediaDequeueEvent>(sent.Bytes);
        Assert.Equal((MediaEvent.DequeueBuffer, index, (uint)QemuCamera.FrameBytes), (told.Header.Event, told.Buffer.Index, told.Buffer.BytesUsed));
        var layout = PixelFormats.Nv12.Layout(QemuCamera.Width, QemuCamera.Height);
        Assert.True(FrameStamp.TryRead(layout, media.Machine.Qtest.Read(place, QemuCamera.FrameBytes), out _), "the pixels carry no stamp");
    }
}
