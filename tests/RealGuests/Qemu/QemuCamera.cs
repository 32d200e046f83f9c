using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// A driver of virtio-camera in a machine of QEMU: everything it says and hears goes through QEMU's PCI, virtio and vhost-user.
/// </summary>
internal sealed class QemuCamera
{
    public const int Slot = 4, RingSize = 32, Width = 320, Height = 240, FrameBytes = Width * Height * 3 / 2;
    public const ulong WantedFeatures = VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors;
    private const ulong RingsPlace = 0x100_0000, RingBytes = 0x1_0000, BuffersPlace = 0x200_0000;
    private readonly Dictionary<(int Queue, ushort Head), Sent> _sent = [];
    private ulong _nextPlace = BuffersPlace;
    private ulong _nextTag = 100;

    public QemuCamera(QemuMachine machine, int slot = Slot)
    {
        Machine = machine;
        Device = new VirtioPci(new PciBus(machine.Qtest), slot);
    }

    public QemuMachine Machine { get; }

    public VirtioPci Device { get; }

    public GuestRing[] Rings { get; } = new GuestRing[CameraWire.QueueCount];

    public GuestRing Control => Rings[CameraWire.ControlQueue];

    public GuestRing Events => Rings[CameraWire.EventQueue];

    public GuestRing Requests => Rings[CameraWire.RequestQueue];

    public uint Generation { get; private set; }

    public bool IsIndirect { get; init; } = true;

    /// <summary>Routes the bus's interrupts to a line, as firmware does, and listens to it; the line.</summary>
    public int RouteInterrupts()
    {
        const int bridge = 1, routes = 0x60, line = 11;
        new PciBus(Machine.Qtest).Write(bridge, routes, line | (line << 8) | (line << 16) | (line << 24));
        Machine.Qtest.InterceptInterrupts();
        return line;
    }

    /// <summary>From reset to rings that run.</summary>
    /// <param name="size">Entries of each ring.</param>
    /// <param name="features">What to accept.</param>
    /// <param name="setQueue">Tells the device of a ring; by default the truth.</param>
    /// <param name="rings">Where the rings lie.</param>
    public QemuCamera Begin(
        int size = RingSize, ulong features = WantedFeatures, Action<int, GuestRing>? setQueue = null, ulong rings = RingsPlace)
    {
        Reset();
        Device.Status = VirtioPci.Acknowledge;
        Device.Status |= VirtioPci.Driver;
        Device.ChooseFeatures(features);
        for (var i = 0; i < Rings.Length; i++)
        {
            Rings[i] = new GuestRing(Machine.Qtest, rings + ((ulong)i * RingBytes), size);
            (setQueue ?? SetQueue)(i, Rings[i]);
        }

        Device.Status |= VirtioPci.DriverOk;
        return this;
    }

    /// <summary>Writes 0 to the status, and waits until the device says so, as a driver must.</summary>
    public void Reset()
    {
        Device.Status = 0;
        Assert.Equal(0, Device.Status);
        _sent.Clear();
    }

    /// <summary>A place in memory; never given twice.</summary>
    public ulong Allocate(int bytes)
    {
        var place = _nextPlace;
        _nextPlace += ((ulong)bytes + 63) / 64 * 64;
        Assert.True(_nextPlace <= QemuMachine.MemoryBytes, "the test needs more guest memory than there is");
        return place;
    }

    /// <summary>One readable and one writable buffer, either possibly absent; notifies.</summary>
    public Sent Offer(int queue, ReadOnlySpan<byte> readable, int writable)
    {
        var buffers = new List<GuestBuffer>();
        if (readable.Length > 0)
        {
            buffers.Add(new(Allocate(readable.Length), readable.Length, false));
            Machine.Qtest.Write(buffers[0].Address, readable);
        }

        var answer = Allocate(writable);
        if (writable > 0) buffers.Add(new(answer, writable, true));
        var sent = new Sent(this, queue, answer);
        _sent[(queue, Rings[queue].Add(IsIndirect, [.. buffers]))] = sent;
        Device.Notify(queue);
        return sent;
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

    /// <summary>Tells the device where a ring lies.</summary>
    public void SetQueue(int index, GuestRing ring) => Device.SetQueue(index, ring.Size, ring.Descriptors, ring.Available, ring.Used);

    private void Reap(int queue)
    {
        while (Rings[queue].TryReap(out var head, out var written))
        {
            if (_sent.Remove((queue, head), out var sent)) sent.Return(written);
        }
    }

    /// <summary>A chain that the guest made available, and what came back.</summary>
    internal sealed class Sent(QemuCamera camera, int queue, ulong writable)
    {
        private int? _used;

        /// <summary>Whether it has come back already.</summary>
        public bool IsBack
        {
            get
            {
                camera.Reap(queue);
                return _used is not null;
            }
        }

        public byte[] Bytes
        {
            get
            {
                var isBack = SpinWait.SpinUntil(() => IsBack, QemuMachine.Patience);
                Assert.True(isBack, $"the chain of queue {queue} does not come back; QEMU says: {camera.Machine.Errors}");
                return camera.Machine.Qtest.Read(writable, _used!.Value);
            }
        }

        public CameraStatus Status => CameraWire.Read<ResponseHeader>(Bytes).Status;

        public byte[] Body => Bytes[ResponseHeader.Bytes..];

        public ResultHeader Result => CameraWire.Read<ResultHeader>(Bytes);

        public CameraEvent Event => CameraWire.Read<CameraEvent>(Bytes);

        public void Return(int used) => _used = used;
    }
}
