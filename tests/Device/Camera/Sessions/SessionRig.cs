using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>
/// A session with real rings in real shared memory, a driver's hand on the other side of them, and a host that does as the test says.
/// </summary>
internal sealed partial class SessionRig : IDisposable
{
    public const int Width = 64;
    public const int Height = 32;
    public const int FrameBytes = Width * Height * 3 / 2;
    public const int RingSize = 32;
    private const int RingBytes = 1 << 16;
    private const ulong Features = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;

    private readonly DriverRing[] _rings;
    private readonly Virtqueue[] _queues;
    private int _nextPlace = CameraWire.QueueCount * RingBytes;
    private ulong _nextTag = 100;

    public SessionRig(
        SessionRole role = SessionRole.Owner, CameraProfile? profile = null,
        Func<CameraSessionOptions, CameraSessionOptions>? change = null)
    {
        Memory = new TestMemory(4 << 20);
        Profile = profile ?? PerFrame();
        var options = new CameraSessionOptions { SessionId = 7, MayAcquire = true };
        Options = change is null ? options : change(options);
        _rings = [.. Enumerable.Range(0, CameraWire.QueueCount).Select(i => new DriverRing(Memory, RingSize, Features, i * RingBytes))];
        _queues = [.. _rings.Select((ring, i) => Virtqueue.Start(ring.Settings(index: i)))];
        Pool = new FramePool("frames", FrameBytes, 4);
        Session = new CameraSession(Options, Profile, role, Host, Clock);
    }

    public TestMemory Memory { get; }

    public CameraProfile Profile { get; }

    public CameraSessionOptions Options { get; }

    public FakeHost Host { get; private set; } = new();

    public ManualFrameClock Clock { get; } = new(5_000_000_000);

    public CameraSession Session { get; private set; }

    public FramePool Pool { get; }

    public Virtqueue Requests => _queues[CameraWire.RequestQueue];

    public Virtqueue Queue(int index) => _queues[index];

    public DriverRing Ring(int index) => _rings[index];

    public CameraConfig Config
    {
        get
        {
            var bytes = new byte[CameraConfig.Bytes];
            Session.ReadConfig(bytes);
            return CameraWire.Read<CameraConfig>(bytes);
        }
    }

    public static CameraProfile PerFrame() => new()
    {
        Name = "test", Model = "rig", Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), PipelineDepth = 2,
        Formats =
        [
            Offer("NV12", FrameSizeOffer.Of(Width, Height, new FrameInterval(1, 60), new FrameInterval(1, 10))),
            Offer("YUYV", FrameSizeOffer.Of(Width, Height, new FrameInterval(1, 30), new FrameInterval(1, 10))),
        ],
        Controls =
        [
            ControlCatalogue.ExposureTime,
            ControlCatalogue.AnalogueGain,
            ControlCatalogue.Brightness with { Scope = ControlScope.Global },
            ControlCatalogue.TestPatternMode with { Scope = ControlScope.Configure },
            ControlCatalogue.SensorTemperature,
        ],
    };

    /// <summary>The same camera, of the classical kind.</summary>
    public static CameraProfile Classical() => PerFrame() with
    {
        Controls =
        [
            .. PerFrame().Controls.Select(control =>
                control is { IsWritable: true, Scope: ControlScope.Frame } ? control with { Scope = ControlScope.Global } : control),
        ],
    };

    public static FormatOffer Offer(string fourcc, FrameSizeOffer size) => new() { Format = FourCC.Parse(fourcc), Sizes = [size] };

    /// <summary>A place in guest memory, by its offset; never given twice.</summary>
    public int Allocate(int bytes)
    {
        var place = _nextPlace;
        _nextPlace += (bytes + 63) / 64 * 64;
        return place;
    }

    /// <summary>
    /// Makes a chain available, one readable and one writable buffer, either possibly absent, and lets the session take everything that is
    /// there.
    /// </summary>
    public Sent Send(int queue, ReadOnlySpan<byte> readable, int writable)
    {
        var sent = Offer(queue, readable, writable);
        Pump(queue);
        return sent;
    }

    /// <summary>A request that is available, and that the device's thread has not come to yet.</summary>
    public Sent Offer(ulong id, uint buffer) =>
        Offer(CameraWire.RequestQueue, RequestBytes(id, buffer), (int)Config.MaximumResultBytes);

    private Sent Offer(int queue, ReadOnlySpan<byte> readable, int writable)
    {
        var sent = new Sent(this, queue, readable.Length == 0 ? 0 : Allocate(readable.Length), Allocate(Math.Max(1, writable)));
        Span<(ulong Address, uint Length, bool IsWritable)> buffers = stackalloc (ulong, uint, bool)[2];
        var count = 0;
        if (readable.Length > 0)
        {
            readable.CopyTo(Memory.Bytes.Write(sent.Readable, readable.Length));
            buffers[count++] = (DriverRing.AddressOf(sent.Readable), (uint)readable.Length, false);
        }

        if (writable > 0) buffers[count++] = (DriverRing.AddressOf(sent.Writable), (uint)writable, true);
        _rings[queue].Add(buffers[..count], indirect: true, sent);
        return sent;
    }

    /// <summary>What the device's thread does on a kick.</summary>
    public void Pump(int queue)
    {
        while (_queues[queue].TryPop() is { } chain)
        {
            switch (queue)
            {
                case CameraWire.ControlQueue: Session.OnCommand(chain); break;
                case CameraWire.EventQueue: Session.OnEventBuffer(chain); break;
                default: Session.OnRequest(chain); break;
            }
        }
    }

    /// <summary>Takes back what the device has used.</summary>
    public void Reap(int queue, List<Sent>? order = null)
    {
        while (_rings[queue].TryReap(out var tag, out var written))
        {
            var sent = (Sent)tag!;
            Assert.False(sent.IsBack, "a chain came back twice");
            sent.Return((int)written);
            order?.Add(sent);
        }
    }

    public Sent Command(CameraCommand type, ReadOnlySpan<byte> body = default, int room = 4096) =>
        Send(CameraWire.ControlQueue, Message(type, body), room + ResponseHeader.Bytes);

    public Sent Command<T>(CameraCommand type, in T body, ReadOnlySpan<byte> tail = default, int room = 4096)
        where T : unmanaged => Command(type, [.. BytesOf(body), .. tail], room);

    public byte[] Message(CameraCommand type, ReadOnlySpan<byte> body) => CameraMessages.Command(type, body, ++_nextTag);

    public static byte[] BytesOf<T>(in T value)
        where T : unmanaged => CameraMessages.BytesOf(value);

    /// <summary>CONFIGURE, answered by the camera as asked.</summary>
    public uint Configure(string fourcc = "NV12")
    {
        var sent = Command(CameraCommand.Configure, new ConfigureCommand(0, 1), BytesOf(Wanted(fourcc)));
        Session.OnConfigured(Host.Ticket, CameraStatus.Ok, Host.Wanted);
        Assert.Equal(CameraStatus.Ok, sent.Status);
        return sent.Reply<ConfigureReply>().Generation;
    }

    public static StreamConfig Wanted(string fourcc = "NV12", uint width = Width, uint height = Height) =>
        CameraMessages.Wanted(fourcc, width, height);

    /// <summary>Memory for one frame in one piece, attached; its place.</summary>
    public int Attach(uint bufferId)
    {
        var place = Allocate(FrameBytes);
        Assert.Equal(CameraStatus.Ok, AttachPieces(bufferId, [(place, FrameBytes, 0)]).Status);
        return place;
    }

    public Sent AttachPieces(
        uint bufferId, ReadOnlySpan<(int Place, int Length, int Plane)> pieces, AttachFlags flags = 0, uint first = 0,
        uint? count = null, uint? generation = null)
    {
        var entries = new List<byte>();
        foreach (var (place, length, plane) in pieces)
        {
            entries.AddRange(BytesOf(new MemoryEntry(DriverRing.AddressOf(place), (uint)length, (uint)plane)));
        }

        var body = new AttachBufferCommand(generation ?? Session.Generation, 0, bufferId, count ?? (uint)pieces.Length, flags, first);
        return Command(CameraCommand.AttachBuffer, body, entries.ToArray());
    }

    public void Start()
    {
        var sent = Command(CameraCommand.Start, new StartCommand(Session.Generation, 0, 0, 0));
        Session.OnStarted(Host.Ticket, CameraStatus.Ok);
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    /// <summary>Configured, so many buffers (ids 0, 1, …) attached, streaming.</summary>
    public int[] Stream(int buffers = 4)
    {
        Configure();
        var places = Enumerable.Range(0, buffers).Select(i => Attach((uint)i)).ToArray();
        Start();
        return places;
    }

    public Sent Request(ulong id, uint buffer, RequestFlags flags = 0, ulong target = 0, ulong timeout = 0,
        ReadOnlySpan<byte> packet = default, int? room = null) =>
        Send(CameraWire.RequestQueue, RequestBytes(id, buffer, flags, target, timeout, packet), room ?? (int)Config.MaximumResultBytes);

    public byte[] RequestBytes(ulong id, uint buffer, RequestFlags flags = 0, ulong target = 0, ulong timeout = 0,
        ReadOnlySpan<byte> packet = default) => CameraMessages.Request(Session.Generation, id, buffer, flags, target, timeout, packet);

    /// <summary>A request for a frame in place, which gives a slot back if one is named.</summary>
    public Sent RequestInPlace(ulong id, uint? back = null, RequestFlags flags = 0, ReadOnlySpan<byte> packet = default) => Send(
        CameraWire.RequestQueue,
        CameraMessages.Request(Session.Generation, id, back ?? CameraWire.NoSlot, flags, packet: packet,
            place: back is null ? BufferFlags.Shared : BufferFlags.Shared | BufferFlags.Return),
        (int)Config.MaximumResultBytes);

    /// <summary>SHM_MAP, done by the host.</summary>
    public Sent MapPool()
    {
        var sent = Command(CameraCommand.MapPool, new GenerationCommand(Session.Generation, 0));
        Session.OnPoolMapped(Host.Ticket, CameraStatus.Ok, Shared);
        return sent;
    }

    public SharedPool Shared => new(Pool.Id, 0x1000, Pool.File.Size, Pool.SlotBytes, Pool.Slots, FrameHeader.PixelOffset);

    public static byte[] Packet(params ReadOnlySpan<(uint Id, ControlValue Value)> items) => CameraMessages.Packet(items);

    /// <summary>A frame that carries the set and values; its lease is the caller's.</summary>
    public Frame Capture(
        ulong sequence, ulong set = 0, ReadOnlySpan<ControlEntry> applied = default, FrameFlags flags = 0, byte fill = 0,
        int? bytes = null, uint checksum = 0)
    {
        var slot = Pool.TryRent() ?? throw new InvalidOperationException("no slot is free");
        slot.Pixels.Fill(fill);
        slot.Header.Sequence = sequence;
        slot.Header.ControlSet = set;
        slot.Header.StartOfExposure = (long)sequence * 1000;
        slot.Header.Complete = (long)sequence * 1000 + 500;
        slot.Header.BytesUsed = (uint)(bytes ?? FrameBytes);
        slot.Header.Flags = (uint)flags;
        slot.Header.Checksum = checksum;
        slot.Header.AppliedCount = (uint)applied.Length;
        applied.CopyTo(slot.Applied);
        return slot.Publish();
    }

    /// <summary>What the delivery thread does with a request that won a frame.</summary>
    public void Deliver(ChainRequest request, Frame frame)
    {
        Assert.True(request.TryClaim(), $"request {request.RequestId} is {request.State}");
        DeliverClaimed(request, frame);
        Session.OnRequestCompleted(request);
    }

    public static void DeliverClaimed(ChainRequest request, Frame frame)
    {
        if (request.BeginWrite())
        {
            var left = frame.Pixels;
            for (var i = 0; i < request.TargetCount && left.Length > 0; i++)
            {
                var target = request.Target(i).Writable;
                var part = left[..Math.Min(left.Length, target.Length)];
                part.CopyTo(target);
                left = left[part.Length..];
            }

            request.EndWrite();
        }

        request.Complete(frame);
        frame.Return();
    }

    public void Dispose()
    {
        foreach (var queue in _queues) queue.Stop();
        _kept?.Dispose();
        Pool.Dispose();
        Memory.Dispose();
    }
}
