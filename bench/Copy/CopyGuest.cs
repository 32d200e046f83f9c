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
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Copy;

/// <summary>
/// A guest with memory, rings and a streaming session of its own, but without a connection and without actors: what the delivery thread
/// needs to deliver to, and nothing that would be measured with it.
/// </summary>
internal sealed class CopyGuest : ICameraSessionHost, IDisposable
{
    public const int Buffers = 4;
    private const int MessageBytes = 8192;
    private readonly StreamConfiguration _stream;
    private readonly int _frameBytes;
    private readonly GuestRam _ram;
    private readonly DriverQueue _commands;
    private readonly DriverQueue _requests;
    private readonly Virtqueue _commandQueue;
    private readonly Virtqueue _requestQueue;
    private readonly MemoryTable _memory;
    private readonly CameraSession _session;
    private readonly ulong[] _pixels;
    private readonly ulong[] _messages;
    private readonly Queue<int> _free = new(Enumerable.Range(0, Buffers));
    private FrameRequest? _armed;
    private ulong _ticket;
    private ulong _lastId;

    public CopyGuest(ulong id, StreamConfiguration stream, IActorRef told)
    {
        _stream = stream;
        _frameBytes = stream.Layout().TotalBytes;
        _ram = GuestRam.Create((long)Buffers * (_frameBytes + 3 * MessageBytes) + (4 << 20));
        _commands = new DriverQueue(_ram, CameraWire.ControlQueue, new DriverQueueOptions { Size = 16 });
        _requests = new DriverQueue(_ram, CameraWire.RequestQueue, new DriverQueueOptions { Size = 64 });
        using var file = _ram.File.Descriptor.Duplicate();
        _memory = MemoryTable.Create(
            [new MemoryRegion(_ram.GuestAddress, (ulong)_ram.Size, _ram.FrontendAddress, (ulong)_ram.MappingOffset)], [file],
            new MemoryLimits());
        _commandQueue = StartQueue(_commands);
        _requestQueue = StartQueue(_requests);
        Entry = new FanOutSession(id, SessionRole.Observer, new GuestMeter($"guest-{id}", "bench", ""), told, Buffers);
        _session = new CameraSession(
            new CameraSessionOptions { SessionId = id }, ProfileOf(stream), SessionRole.Observer, this, FrameClock.System);
        _pixels = [.. Enumerable.Range(0, Buffers).Select(_ => _ram.Allocate(_frameBytes))];
        _messages = [.. Enumerable.Range(0, Buffers).Select(_ => _ram.Allocate(2 * MessageBytes))];
        Begin();
    }

    /// <summary>The guest as a fan-out would know it.</summary>
    public FanOutSession Entry { get; }

    /// <summary>Requests that the guest may queue now.</summary>
    public int Free => _free.Count;

    /// <summary>A buffer's memory as the guest maps it: where the floor copies to, so that both write to the same pages.</summary>
    public Span<byte> Pixels(int buffer) => _ram.Write(_pixels[buffer % Buffers], _frameBytes);

    /// <summary>The guest queues a request through its ring, and the session arms it; claimed as a fan-out would.</summary>
    public FrameRequest Claim()
    {
        const int Length = RequestHeader.Bytes + BufferReference.Bytes;
        var buffer = _free.Dequeue();
        var (readable, writable) = (_messages[buffer], _messages[buffer] + MessageBytes);
        var header = new CommandHeader(CameraCommand.Request, CameraWire.HeaderVersion, Length, 1);
        CameraWire.Write(_ram.Write(readable, Length),
            new RequestHeader(header, ++_lastId, _session.Generation, RequestFlags.None, 1, 0, 0, 0));
        CameraWire.Write(_ram.Write(readable + RequestHeader.Bytes, BufferReference.Bytes), new BufferReference(0, (uint)buffer, 0, 0));
        Require(_requests.TryAdd([new GuestSegment(readable, Length)], [new GuestSegment(writable, MessageBytes)], buffer));
        _requests.Publish();
        while (_requestQueue.TryPop() is { } chain) _session.OnRequest(chain);
        var request = _armed;
        Require(request is not null && request.TryClaim());
        _armed = null;
        Entry.Meter.CountOffered();
        return request!;
    }

    /// <summary>The delivery thread has let go of a request: the guest finds its result, and the buffer is free again.</summary>
    public void Completed(FrameRequest request)
    {
        _session.OnRequestCompleted(request);
        while (_requests.TryReclaim(out var used))
        {
            var result = CameraWire.Read<ResultHeader>(_ram.Read(_messages[used.Token] + MessageBytes, ResultHeader.Bytes));
            Require(result.Header.Status == CameraStatus.Ok);
            _free.Enqueue(used.Token);
        }
    }

    public void Dispose()
    {
        _session.Stop();
        _commandQueue.Stop();
        _requestQueue.Stop();
        _memory.Retire();
        _ram.Dispose();
    }

    void ICameraSessionHost.Configure(ulong ticket, StreamConfiguration wanted) => _ticket = ticket;

    void ICameraSessionHost.Start(ulong ticket, ImmutableArray<ControlEntry> initial) => _ticket = ticket;

    void ICameraSessionHost.Stop(ulong ticket) => _ticket = ticket;

    void ICameraSessionHost.SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls) => _ticket = ticket;

    void ICameraSessionHost.AcquireOwner(ulong ticket, bool force) => _ticket = ticket;

    void ICameraSessionHost.ReleaseOwner(ulong ticket) => _ticket = ticket;

    void ICameraSessionHost.Arm(FrameRequest request)
    {
        request.Owner = Entry;
        _armed = request;
    }

    void ICameraSessionHost.SubmitControls(ControlSet set)
    {
    }

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

    void ICameraSessionHost.Violation(string reason) => throw new InvalidOperationException(reason);

    /// <summary>What a camera that offers just this stream says of itself.</summary>
    internal static CameraProfile ProfileOf(StreamConfiguration stream) => new()
    {
        Name = "bench",
        Formats = [new FormatOffer { Format = stream.Format,
            Sizes = [FrameSizeOffer.Of(stream.Width, stream.Height, new FrameInterval(1, 1000), new FrameInterval(1, 1))] }],
        Controls = [ControlCatalogue.ExposureTime, ControlCatalogue.AnalogueGain],
    };

    private void Begin()
    {
        Span<byte> body = stackalloc byte[256];
        CameraWire.Write(body, new ConfigureCommand(0, 1));
        CameraWire.Write(body[ConfigureCommand.Bytes..], default(StreamConfig) with
        {
            FourCC = _stream.Format.Value, Width = (uint)_stream.Width, Height = (uint)_stream.Height,
            IntervalNumerator = _stream.Interval.Numerator, IntervalDenominator = _stream.Interval.Denominator,
        });
        Command(CameraCommand.Configure, body[..(ConfigureCommand.Bytes + StreamConfig.Bytes)],
            ticket => _session.OnConfigured(ticket, CameraStatus.Ok, _stream));
        for (var i = 0; i < Buffers; i++)
        {
            // Entries may not cross planes; both of NV12 lie one behind the other.
            var planes = _stream.Layout().Planes;
            CameraWire.Write(body, new AttachBufferCommand(_session.Generation, 0, (uint)i, (uint)planes.Length, 0, 0));
            for (var plane = 0; plane < planes.Length; plane++)
            {
                CameraWire.Write(body[(AttachBufferCommand.Bytes + plane * MemoryEntry.Bytes)..],
                    new MemoryEntry(_pixels[i] + (ulong)planes[plane].Offset, (uint)planes[plane].Bytes, (uint)plane));
            }

            Command(CameraCommand.AttachBuffer, body[..(AttachBufferCommand.Bytes + planes.Length * MemoryEntry.Bytes)]);
        }

        CameraWire.Write(body, new StartCommand(_session.Generation, 0, 0, 0));
        Command(CameraCommand.Start, body[..StartCommand.Bytes], ticket => _session.OnStarted(ticket, CameraStatus.Ok));
    }

    private void Command(CameraCommand command, ReadOnlySpan<byte> body, Action<ulong>? answer = null)
    {
        var length = CommandHeader.Bytes + body.Length;
        var target = _ram.Write(_messages[0], length);
        CameraWire.Write(target, new CommandHeader(command, CameraWire.HeaderVersion, (uint)length, 1));
        body.CopyTo(target[CommandHeader.Bytes..]);
        Require(_commands.TryAdd(
            [new GuestSegment(_messages[0], length)], [new GuestSegment(_messages[0] + MessageBytes, MessageBytes)], 0));
        _commands.Publish();
        while (_commandQueue.TryPop() is { } chain) _session.OnCommand(chain);
        answer?.Invoke(_ticket);
        Require(_commands.TryReclaim(out _));
        Require(CameraWire.Read<ResponseHeader>(_ram.Read(_messages[0] + MessageBytes, ResponseHeader.Bytes)).Status == CameraStatus.Ok);
    }

    private Virtqueue StartQueue(DriverQueue queue) => Virtqueue.Start(new VirtqueueSettings
    {
        Index = queue.Index, Size = queue.Size,
        Features = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | VirtioFeatures.Version1,
        Addresses = new RingAddresses(
            _ram.ToFrontend(queue.DescriptorTable), _ram.ToFrontend(queue.AvailableRing), _ram.ToFrontend(queue.UsedRing)),
        Memory = _memory,
    });

    private static void Require(bool condition)
    {
        if (!condition) throw new InvalidOperationException("the bench's guest and the device do not agree");
    }
}
