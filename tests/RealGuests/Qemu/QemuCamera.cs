using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// A driver of virtio-camera in a machine of QEMU: everything it says and hears goes through QEMU's PCI, virtio and vhost-user.
/// </summary>
internal sealed class QemuCamera(QemuMachine machine) : QemuDriver(machine, CameraWire.QueueCount)
{
    public const int Width = 320, Height = 240, FrameBytes = Width * Height * 3 / 2;
    private ulong _nextTag = 100;

    public GuestRing Control => Rings[CameraWire.ControlQueue];

    public GuestRing Events => Rings[CameraWire.EventQueue];

    public GuestRing Requests => Rings[CameraWire.RequestQueue];

    public uint Generation { get; private set; }

    /// <inheritdoc cref="QemuDriver.BeginRings"/>
    public QemuCamera Begin(
        int size = RingSize, ulong features = WantedFeatures, Action<int, GuestRing>? setQueue = null, ulong rings = RingsPlace)
    {
        BeginRings(size, features, setQueue, rings);
        return this;
    }

    public Sent Command(CameraCommand type, ReadOnlySpan<byte> body = default, int room = 1024) =>
        Offer(CameraWire.ControlQueue, CameraMessages.Command(type, body, ++_nextTag), ResponseHeader.Bytes + room);

    public Sent Command<T>(CameraCommand type, in T body, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Command(type, [.. CameraMessages.BytesOf(body), .. tail]);

    /// <summary>The whole capability blob, in as many pieces as it takes.</summary>
    public byte[] Capabilities()
    {
        var blob = new List<byte>();
        while (true)
        {
            var sent = Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand((uint)blob.Count, 512, 0));
            Assert.Equal(CameraStatus.Ok, sent.Status);
            blob.AddRange(sent.Body[GetCapabilitiesReply.Bytes..]);
            if (blob.Count >= CameraWire.Read<GetCapabilitiesReply>(sent.Body).Total) return [.. blob];
        }
    }

    public QemuCamera Configure()
    {
        var wanted = CameraMessages.Wanted("NV12", Width, Height) with { IntervalNumerator = 1, IntervalDenominator = 100 };
        var sent = Command(CameraCommand.Configure, new ConfigureCommand(0, 1), CameraMessages.BytesOf(wanted));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Generation = CameraWire.Read<ConfigureReply>(sent.Body).Generation;
        return this;
    }

    /// <summary>Memory for one frame, attached; its place.</summary>
    public ulong AttachFrame(uint buffer)
    {
        var place = Allocate(FrameBytes);
        Assert.Equal(CameraStatus.Ok, Attach(buffer, place).Status);
        return place;
    }

    public Sent Attach(uint buffer, ulong place, uint bytes = FrameBytes) => Command(
        CameraCommand.AttachBuffer, new AttachBufferCommand(Generation, 0, buffer, 1, 0, 0),
        CameraMessages.BytesOf(new MemoryEntry(place, bytes, 0)));

    public Sent Start() => Command(CameraCommand.Start, new StartCommand(Generation, 0, 0, 0));

    public Sent Stop() => Command(CameraCommand.Stop, new GenerationCommand(Generation, 0));

    /// <summary>Configured, one buffer attached, streaming; the buffer's place.</summary>
    public ulong Stream()
    {
        Configure();
        var place = AttachFrame(0);
        Assert.Equal(CameraStatus.Ok, Start().Status);
        return place;
    }

    public Sent Request(ulong id, uint buffer = 0) =>
        Offer(CameraWire.RequestQueue, CameraMessages.Request(Generation, id, buffer), 4096);

    /// <summary>Asks for a frame and checks that it is the one that its result says, in the guest's memory.</summary>
    /// <returns>Its number.</returns>
    public ulong TakeFrame(ulong id, ulong place, uint buffer = 0)
    {
        var result = Request(id, buffer).Result;
        Assert.Equal((CameraStatus.Ok, id), (result.Header.Status, result.RequestId));
        Frames.Check(result, Machine.Qtest.Read(place, FrameBytes));
        return result.FrameNumber;
    }

    /// <summary>A buffer for an event.</summary>
    public Sent OfferEvent() => Offer(CameraWire.EventQueue, [], 1024);
}

/// <summary>What came back in a chain, as virtio-camera has it.</summary>
internal static class CameraAnswers
{
    extension(QemuDriver.Sent sent)
    {
        public CameraStatus Status => CameraWire.Read<ResponseHeader>(sent.Bytes).Status;

        public byte[] Body => sent.Bytes[ResponseHeader.Bytes..];

        public ResultHeader Result => CameraWire.Read<ResultHeader>(sent.Bytes);

        public CameraEvent Event => CameraWire.Read<CameraEvent>(sent.Bytes);
    }
}
