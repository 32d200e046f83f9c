using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>
/// A streaming session with real rings in real guest memory and nothing behind it: where the requests for tests of the fan-out come from.
/// </summary>
internal sealed class RequestBench : ICameraSessionHost, IDisposable
{
    public const int Width = 64;
    public const int Height = 32;
    public const int FrameBytes = Width * Height * 3 / 2;
    public const int Buffers = 8;
    public static readonly StreamConfiguration Stream = new(FourCC.Parse("NV12"), Width, Height, new FrameInterval(1, 60));
    private const int ResultBytes = 8192;
    private readonly GuestRam _ram = GuestRam.Create(4 << 20);
    private readonly DriverQueue _controls;
    private readonly DriverQueue _requests;
    private readonly Virtqueue _controlQueue;
    private readonly Virtqueue _requestQueue;
    private readonly MemoryTable _memory;
    private readonly ulong[] _pixels;
    private readonly ulong[] _messages;
    private readonly Stack<int> _free = new(Enumerable.Range(0, Buffers));
    private readonly Dictionary<ulong, int> _inFlight = [];
    private ulong _lastId;
    private (string What, ulong Ticket) _asked;

    public RequestBench(ulong id, SessionRole role, IActorRef? told = null, FrameClock? clock = null, ByteBudget? bytes = null)
    {
        var queue = new DriverQueueOptions { Size = 64 };
        _controls = new DriverQueue(_ram, CameraWire.ControlQueue, queue);
        _requests = new DriverQueue(_ram, CameraWire.RequestQueue, queue);
        using var file = _ram.File.Descriptor.Duplicate();
        _memory = MemoryTable.Create([new MemoryRegion(_ram.GuestAddress, (ulong)_ram.Size, _ram.FrontendAddress,
            (ulong)_ram.MappingOffset)], [file], new MemoryLimits());
        _controlQueue = StartQueue(_controls);
        _requestQueue = StartQueue(_requests);
        Entry = new FanOutSession(id, role, Meter, told ?? ActorRefs.Nobody, Buffers) { Bytes = bytes };
        Session = new CameraSession(new CameraSessionOptions { SessionId = id, RequestTimeout = TimeSpan.FromSeconds(10) }, Profile, role,
            this, clock ?? FrameClock.System);
        _pixels = [.. Enumerable.Range(0, Buffers).Select(_ => _ram.Allocate(FrameBytes))];
        _messages = [.. Enumerable.Range(0, Buffers).Select(_ => _ram.Allocate(2 * ResultBytes))];
        Configure();
    }

    public static CameraProfile Profile { get; } = new()
    {
        Name = "bench",
        Formats = [new FormatOffer { Format = Stream.Format,
            Sizes = [FrameSizeOffer.Of(Width, Height, new FrameInterval(1, 240), new FrameInterval(1, 1))] }],
        Controls = [ControlCatalogue.ExposureTime, ControlCatalogue.AnalogueGain],
    };

    public CameraSession Session { get; }

    public GuestMeter Meter { get; } = new("guest", "camera", "nowhere");

    public FanOutSession Entry { get; }

    /// <summary>Requests and sets in the order in which the session handed them on.</summary>
    public List<object> HandedOn { get; } = [];

    public List<FrameRequest> Armed { get; } = [];

    public ulong Submitted => _lastId;

    /// <summary>The ring's answers: request id and how it ended.</summary>
    public List<(ulong Request, CameraStatus Status, ulong Frame)> Results { get; } = [];

    public bool CanSubmit => _free.Count > 0;

    /// <summary>The guest queues a request; the session arms it.</summary>
    public FrameRequest Submit(ulong targetFrame = 0)
    {
        var buffer = _free.Pop();
        var (readable, writable) = (_messages[buffer], _messages[buffer] + ResultBytes);
        const int Length = RequestHeader.Bytes + BufferReference.Bytes;
        var header = new CommandHeader(CameraCommand.Request, CameraWire.HeaderVersion, Length, 1);
        CameraWire.Write(_ram.Write(readable, Length),
            new RequestHeader(header, ++_lastId, Session.Generation, RequestFlags.None, 1, 0, targetFrame, 0));
        CameraWire.Write(_ram.Write(readable + RequestHeader.Bytes, BufferReference.Bytes), new BufferReference(0, (uint)buffer, 0, 0));
        _inFlight[_lastId] = buffer;
        var before = Armed.Count;
        Assert.True(_requests.TryAdd([new GuestSegment(readable, Length)], [new GuestSegment(writable, ResultBytes)], buffer));
        _requests.Publish();
        while (_requestQueue.TryPop() is { } chain) Session.OnRequest(chain);
        Assert.Equal(before + 1, Armed.Count);
        return Armed[^1];
    }

    /// <summary>The guest flushes: the session ends what waits, without the fan-out.</summary>
    public void CancelAll() => Session.OnQueueStopping(CameraWire.RequestQueue);

    /// <summary>What the guest finds in its ring.</summary>
    public void Reap()
    {
        while (_requests.TryReclaim(out var used))
        {
            var result = CameraWire.Read<ResultHeader>(_ram.Read(_messages[used.Token] + ResultBytes, used.Written));
            Assert.True(_inFlight.Remove(result.RequestId), $"request {result.RequestId} ended twice");
            _free.Push(used.Token);
            Results.Add((result.RequestId, result.Header.Status, result.FrameNumber));
        }
    }

    public ReadOnlySpan<byte> PixelsOf(int buffer) => _ram.Read(_pixels[buffer], FrameBytes);

    public void StopQueue() => _requestQueue.Stop();

    public void Dispose()
    {
        _controlQueue.Stop();
        _requestQueue.Stop();
        _memory.Retire();
        _ram.Dispose();
    }

    void ICameraSessionHost.Configure(ulong ticket, StreamConfiguration wanted) => _asked = ("configure", ticket);

    void ICameraSessionHost.Start(ulong ticket, ImmutableArray<ControlEntry> initial) => _asked = ("start", ticket);

    void ICameraSessionHost.Stop(ulong ticket) => _asked = ("stop", ticket);

    void ICameraSessionHost.SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls) => _asked = ("set", ticket);

    void ICameraSessionHost.AcquireOwner(ulong ticket, bool force) => _asked = ("acquire", ticket);

    void ICameraSessionHost.ReleaseOwner(ulong ticket) => _asked = ("release", ticket);

    void ICameraSessionHost.Arm(FrameRequest request)
    {
        request.Owner = Entry;
        HandedOn.Add(request);
        Armed.Add(request);
    }

    void ICameraSessionHost.SubmitControls(ControlSet set) => HandedOn.Add(set);

    void ICameraSessionHost.CancelControls(ulong setId)
    {
    }

    void ICameraSessionHost.MapPool(ulong ticket, int frameBytes)
    {
    }

    void ICameraSessionHost.UnmapPool()
    {
    }

    void ICameraSessionHost.ConfigChanged()
    {
    }

    void ICameraSessionHost.Violation(string reason) => Assert.Fail(reason);

    private Virtqueue StartQueue(DriverQueue queue) => Virtqueue.Start(new VirtqueueSettings
    {
        Index = queue.Index, Size = queue.Size,
            Features = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | VirtioFeatures.Version1,
        Addresses = new RingAddresses(_ram.ToFrontend(queue.DescriptorTable), _ram.ToFrontend(queue.AvailableRing),
            _ram.ToFrontend(queue.UsedRing)),
        Memory = _memory,
    });

    private void Configure()
    {
        Span<byte> body = stackalloc byte[256];
        CameraWire.Write(body, new ConfigureCommand(0, 1));
        CameraWire.Write(body[ConfigureCommand.Bytes..], default(StreamConfig) with
        {
            FourCC = Stream.Format.Value, Width = Width, Height = Height, IntervalNumerator = 1, IntervalDenominator = 60,
        });
        Command(CameraCommand.Configure, body[..(ConfigureCommand.Bytes + StreamConfig.Bytes)], "configure",
            ticket => Session.OnConfigured(ticket, CameraStatus.Ok, Stream));
        for (var i = 0; i < Buffers; i++)
        {
            CameraWire.Write(body, new AttachBufferCommand(Session.Generation, 0, (uint)i, 1, 0, 0));
            CameraWire.Write(body[AttachBufferCommand.Bytes..], new MemoryEntry(_pixels[i], FrameBytes, 0));
            Command(CameraCommand.AttachBuffer, body[..(AttachBufferCommand.Bytes + MemoryEntry.Bytes)]);
        }

        CameraWire.Write(body, new StartCommand(Session.Generation, 0, 0, 0));
        Command(CameraCommand.Start, body[..StartCommand.Bytes], "start", ticket => Session.OnStarted(ticket, CameraStatus.Ok));
    }

    private void Command(CameraCommand command, ReadOnlySpan<byte> body, string asks = "", Action<ulong>? answer = null)
    {
        var length = CommandHeader.Bytes + body.Length;
        var target = _ram.Write(_messages[0], length);
        CameraWire.Write(target, new CommandHeader(command, CameraWire.HeaderVersion, (uint)length, 1));
        body.CopyTo(target[CommandHeader.Bytes..]);
        Assert.True(_controls.TryAdd([new GuestSegment(_messages[0], length)],
            [new GuestSegment(_messages[0] + ResultBytes, ResultBytes)], 0));
        _controls.Publish();
        while (_controlQueue.TryPop() is { } chain) Session.OnCommand(chain);
        if (answer is not null)
        {
            Assert.Equal(asks, _asked.What);
            answer(_asked.Ticket);
        }

        Assert.True(_controls.TryReclaim(out _), $"{command} was not answered");
        Assert.Equal(CameraStatus.Ok, CameraWire.Read<ResponseHeader>(_ram.Read(_messages[0] + ResultBytes, ResponseHeader.Bytes)).Status);
    }
}
