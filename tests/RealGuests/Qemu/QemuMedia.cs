using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Tests.Camera;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A driver of virtio-media in a machine of QEMU, with the chains of the published Linux driver.</summary>
internal sealed class QemuMedia(QemuMachine machine) : QemuDriver(machine, MediaWire.QueueCount)
{
    public QemuMedia Begin()
    {
        BeginRings();
        return this;
    }

    /// <summary>A buffer for an event.</summary>
    public Sent OfferEvent() => Offer(MediaWire.EventQueue, [], MediaDequeueEvent.Bytes);

    /// <summary>OPEN, as soon as the camera is there; the session's id.</summary>
    public uint Open()
    {
        var answer = default(MediaOpenResponse);
        Assert.True(SpinWait.SpinUntil(IsOpen, QemuMachine.Patience), $"OPEN is refused all the time: {answer.Header.Status}");
        return answer.SessionId;

        bool IsOpen()
        {
            answer = CameraWire.Read<MediaOpenResponse>(Command(new MediaCommandHeader(MediaCommand.Open), MediaOpenResponse.Bytes).Bytes);
            return answer.Header.Status == MediaStatus.Ok;
        }
    }

    /// <summary>CLOSE, which has no answer: its chain comes back.</summary>
    public void Close(uint session) => Assert.Empty(Command(new MediaCloseCommand(new(MediaCommand.Close), session), 0).Bytes);

    /// <summary>An ioctl whose payload goes both ways, and whatever follows it on the way to the device.</summary>
    public MediaStatus Ioctl<T>(uint session, MediaIoctl code, ref T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = CameraMessages.BytesOf(payload);
        var answer = Command(Head(session, code), MediaResponseHeader.Bytes + bytes.Length, [.. bytes, .. tail]).Bytes;
        var status = CameraWire.Read<MediaResponseHeader>(answer).Status;
        if (status == MediaStatus.Ok) payload = CameraWire.Read<T>(answer.AsSpan(MediaResponseHeader.Bytes));
        return status;
    }

    /// <summary>An ioctl of the capture queue as a whole: STREAMON, STREAMOFF.</summary>
    public MediaStatus Stream(uint session, MediaIoctl code)
    {
        var type = CameraMessages.BytesOf((uint)V4l2BufferType.VideoCapture);
        return CameraWire.Read<MediaResponseHeader>(Command(Head(session, code), MediaResponseHeader.Bytes, type).Bytes).Status;
    }

    public MediaMmapResponse Map(uint session, uint offset)
    {
        var command = new MediaMmapCommand(new(MediaCommand.Mmap), session, MediaMmapFlags.ReadWrite, offset);
        return CameraWire.Read<MediaMmapResponse>(Command(command, MediaMmapResponse.Bytes).Bytes);
    }

    public MediaStatus Unmap(ulong address)
    {
        var command = new MediaMunmapCommand(new(MediaCommand.Munmap), address);
        return CameraWire.Read<MediaResponseHeader>(Command(command, MediaResponseHeader.Bytes).Bytes).Status;
    }

    private static MediaIoctlCommand Head(uint session, MediaIoctl code) => new(new(MediaCommand.Ioctl), session, code);

    private Sent Command<T>(in T command, int room, ReadOnlySpan<byte> payload = default)
        where T : unmanaged => Offer(MediaWire.CommandQueue, [.. CameraMessages.BytesOf(command), .. payload], room);
}
