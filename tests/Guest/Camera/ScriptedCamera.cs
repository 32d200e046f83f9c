using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Guest.Tests.Camera;

/// <summary>
/// A virtio-camera device that does what a test tells it: honest by itself, a liar where a hook is set. Real vhost-user over a real socket;
/// frames come when the test says so.
/// </summary>
internal sealed partial class ScriptedCamera : IVhostUserDevice, IDisposable
{
    private readonly Lock _gate = new();
    private readonly VhostUserBackend _backend;
    private readonly Thread _thread;
    private readonly Virtqueue?[] _queues = new Virtqueue?[CameraWire.QueueCount];
    private readonly List<Held> _held = [];
    private readonly Queue<DescriptorChain> _eventBuffers = [];
    private readonly Dictionary<uint, List<MemoryEntry>> _buffers = [];
    private ulong _eventSequence;
    private ulong _delivered;
    private byte[] _picture = [];

    public ScriptedCamera(UnixSocket socket)
    {
        _backend = new VhostUserBackend(socket, this, new VhostUserOptions(), NullLogger.Instance);
        _thread = new Thread(() => End = _backend.Run()) { IsBackground = true };
        Configuration = new StreamConfiguration(PixelFormats.Nv12.FourCC, 128, 64, new FrameInterval(1, 1000));
    }

    /// <summary>A request that waits, as the device read it.</summary>
    public sealed record Held(DescriptorChain Chain, RequestHeader Header, uint Buffer,
        IReadOnlyList<(uint Id, byte Type, byte[] Value)> Controls);

    public VhostUserEnd? End { get; private set; }

    public CameraConfig Config { get; set; } = new(CameraWire.ProtocolVersion,
        CameraConfigFlags.PerFrame | CameraConfigFlags.SourcePresent, 1, 16, 4096, 4096, 2, 0, 1,
        Text64.From("scripted"), default, default);

    /// <summary>What CONFIGURE gives, whatever is wanted.</summary>
    public StreamConfiguration Configuration { get; set; }

    public byte[] Capabilities { get; set; } = [];

    public uint Generation { get; set; } = 7;

    public ulong NextFrame { get; set; } = 100;

    public List<CameraCommand> Commands { get; } = [];

    public IReadOnlyDictionary<uint, List<MemoryEntry>> Buffers => _buffers;

    /// <summary>Commands that are never answered.</summary>
    public Func<CameraCommand, bool> Mute { get; set; } = _ => false;

    /// <summary>What is answered instead of the honest answer.</summary>
    public Func<CameraCommand, byte[], byte[]> Answer { get; set; } = (_, honest) => honest;

    /// <summary>The status of the answer.</summary>
    public Func<CameraCommand, CameraStatus> Status { get; set; } = _ => CameraStatus.Ok;

    /// <summary>What is said in the metadata of a frame about its exposure, instead of the truth.</summary>
    public Func<long, long> Report { get; set; } = truth => truth;

    /// <summary>What is written as a result instead of the honest one.</summary>
    public Func<byte[], byte[]> Result { get; set; } = honest => honest;

    /// <summary>Called on the device's thread for every request that arrived.</summary>
    public Action<ScriptedCamera>? Arrived { get; set; }

    /// <summary>The exposure that a frame is given for the one asked; null: as asked.</summary>
    public Func<long, long>? Expose { get; set; }

    public Func<ControlFlagsFor, (ItemFlags Flags, uint Argument)> Judge { get; set; } = _ => (ItemFlags.Applied, 0);

    public readonly record struct ControlFlagsFor(uint Id, ulong Frame);

    public ulong Features => 0;

    public int QueueCount => CameraWire.QueueCount;

    public int MaximumQueueSize => CameraWire.MaximumQueueSize;

    public int ConfigLength => CameraConfig.Bytes;

    public int Waiting
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    public void Start() => _thread.Start();

    public void ReadConfig(Span<byte> whole) => CameraWire.Write(whole, Config);

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    public void FeaturesNegotiated(ulong features) => NegotiatedFeatures = features;

    public ulong NegotiatedFeatures { get; private set; }

    public void QueueStarted(Virtqueue queue) => _queues[queue.Index] = queue;

    public void QueueStopping(Virtqueue queue)
    {
        lock (_gate)
        {
            _queues[queue.Index] = null;
            if (queue.Index == CameraWire.RequestQueue) _held.Clear();
            if (queue.Index == CameraWire.EventQueue) _eventBuffers.Clear();
        }
    }

    public void Reset()
    {
    }

    public void QueueKicked(int index)
    {
        lock (_gate)
        {
            while (_queues[index]?.TryPop() is { } chain)
            {
                if (index == CameraWire.ControlQueue) Command(chain);
                else if (index == CameraWire.EventQueue) _eventBuffers.Enqueue(chain);
                else Request(chain);
            }
        }

        if (index == CameraWire.RequestQueue) Arrived?.Invoke(this);
    }

    public void NotifyConfigChange() => Assert.True(_backend.NotifyConfigChange());

    /// <summary>Ends the connection, as a device that crashed.</summary>
    public void Crash()
    {
        _backend.Stop();
        _thread.Join();
    }

    /// <summary>Ends the connection from the device's own thread, as soon as that is back in its loop.</summary>
    public void HangUp() => _backend.Stop();

    public Held Peek()
    {
        lock (_gate) return _held[0];
    }

    /// <summary>Exposes one frame: the request that waits longest gets it; without a request the frame is lost, and told.</summary>
    /// <returns>Whether a request was there.</returns>
    public bool Frame(bool tell = true)
    {
        lock (_gate)
        {
            var frame = NextFrame++;
            if (_held.Count == 0)
            {
                if (tell) Event(CameraEventType.FrameDrop, (uint)DropReason.NoRequest, frame, 1);
                return false;
            }

            var held = _held[0];
            _held.RemoveAt(0);
            Deliver(held, frame);
            return true;
        }
    }

    /// <summary>Exposes frames that nobody gets.</summary>
    public void Skip(uint count, bool tell = true)
    {
        lock (_gate)
        {
            NextFrame += count;
            if (tell) Event(CameraEventType.FrameDrop, (uint)DropReason.Overrun, NextFrame - 1, count);
        }
    }

    /// <summary>Ends the request that waits longest, without a frame.</summary>
    public void Fail(CameraStatus status)
    {
        lock (_gate)
        {
            var held = _held[0];
            _held.RemoveAt(0);
            Refuse(held.Chain, held.Header, status);
        }
    }

    public void Event(CameraEventType type, uint code, ulong frame, uint argument, ReadOnlySpan<byte> packet = default, uint lost = 0)
    {
        var occurred = new CameraEvent(type, 0, (uint)(CameraEvent.Bytes + packet.Length), ++_eventSequence, 0, frame, 1, code, 0,
            argument, lost);
        var bytes = new byte[CameraEvent.Bytes + packet.Length];
        CameraWire.Write(bytes, occurred);
        packet.CopyTo(bytes.AsSpan(CameraEvent.Bytes));
        RawEvent(bytes);
    }

    public void RawEvent(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            // The driver has posted them or will at once, but the queue's start or their kick may still be on its way.
            Assert.True(SpinWait.SpinUntil(HasEventBuffer, CameraBench.Patience), "the driver posted no buffer for an event");
            var chain = _eventBuffers.Dequeue();
            chain.Write(0, bytes);
            chain.Queue.Complete(chain, bytes.Length);
        }
    }

    public void Dispose()
    {
        _backend.Stop();
        if (_thread.IsAlive) _thread.Join();
        _backend.Dispose();
    }

    private bool HasEventBuffer()
    {
        while (_queues[CameraWire.EventQueue]?.TryPop() is { } chain) _eventBuffers.Enqueue(chain);
        return _eventBuffers.Count > 0;
    }

    private void Command(DescriptorChain chain)
    {
        var bytes = new byte[chain.ReadableBytes];
        chain.Read(0, bytes);
        var header = CameraWire.Read<CommandHeader>(bytes);
        Assert.Equal((uint)bytes.Length, header.Length);
        Assert.Equal(CameraWire.HeaderVersion, header.Version);
        Commands.Add(header.Type);
        if (Mute(header.Type)) return;
        var status = Status(header.Type);
        var body = status == CameraStatus.Ok ? Body(header.Type, bytes.AsSpan(CommandHeader.Bytes)) : [];
        var answer = new byte[ResponseHeader.Bytes + body.Length];
        CameraWire.Write(answer, new ResponseHeader(status, (uint)answer.Length, header.Tag));
        body.CopyTo(answer, ResponseHeader.Bytes);
        answer = Answer(header.Type, answer);
        chain.Write(0, answer);
        chain.Queue.Complete(chain, answer.Length);
    }

    private byte[] Body(CameraCommand command, ReadOnlySpan<byte> body)
    {
        switch (command)
        {
            case CameraCommand.GetCapabilities:
                var ask = CameraWire.Read<GetCapabilitiesCommand>(body);
                var part = Capabilities.AsSpan((int)ask.Offset, (int)Math.Min(ask.Maximum, (uint)Capabilities.Length - ask.Offset));
                return [.. Bytes(new GetCapabilitiesReply(1, (uint)Capabilities.Length, ask.Offset)), .. part];
            case CameraCommand.Try or CameraCommand.Configure:
                return [.. Bytes(new ConfigureReply(Generation, 1)), .. Bytes(Given())];
            case CameraCommand.AttachBuffer:
                var attach = CameraWire.Read<AttachBufferCommand>(body);
                if (!_buffers.TryGetValue(attach.BufferId, out var entries)) _buffers[attach.BufferId] = entries = [];
                Assert.Equal((uint)entries.Count, attach.FirstEntry);
                for (var i = 0; i < attach.EntryCount; i++)
                    entries.Add(CameraWire.Read<MemoryEntry>(body[(AttachBufferCommand.Bytes + i * MemoryEntry.Bytes)..]));
                return [];
            case CameraCommand.DetachBuffer:
                Assert.True(_buffers.Remove(CameraWire.Read<DetachBufferCommand>(body).BufferId));
                return [];
            case CameraCommand.Stop or CameraCommand.Flush or CameraCommand.Release:
                foreach (var held in _held) Refuse(held.Chain, held.Header, CameraStatus.Cancelled);
                _held.Clear();
                if (command == CameraCommand.Release) _buffers.Clear();
                return [];
            case CameraCommand.SetControls or CameraCommand.GetControls:
                return Packet(ReadControls(body[ControlsCommand.Bytes..]), 1);
            case CameraCommand.ClockSample:
                return Bytes(new ClockSampleReply((ulong)FrameClock.System.Now, ClockSampleReply.HostMonotonic, 0));
            default:
                return [];
        }
    }

    private StreamConfig Given()
    {
        var layout = Configuration.Layout();
        PlaneNumbers stride = default, size = default;
        for (var i = 0; i < layout.Planes.Length; i++) (stride[i], size[i]) = ((uint)layout.Planes[i].Stride, (uint)layout.Planes[i].Bytes);
        return new StreamConfig(0, StreamRole.Video, Configuration.Format.Value, 0, 0, (uint)layout.Width, (uint)layout.Height,
            (uint)layout.Planes.Length, stride, size, 2, 32,
            Configuration.Interval.Numerator, Configuration.Interval.Denominator, 0, 0);
    }

    private void Request(DescriptorChain chain)
    {
        var bytes = new byte[chain.ReadableBytes];
        chain.Read(0, bytes);
        var header = CameraWire.Read<RequestHeader>(bytes);
        var reference = CameraWire.Read<BufferReference>(bytes.AsSpan(RequestHeader.Bytes));
        var controls = ReadControls(bytes.AsSpan(RequestHeader.Bytes + BufferReference.Bytes, (int)header.ControlsBytes));
        if (header.Generation != Generation) Refuse(chain, header, CameraStatus.Stale);
        else _held.Add(new Held(chain, header, reference.BufferId, controls));
    }
}
