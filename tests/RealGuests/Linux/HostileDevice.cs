using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;
using static CameraFabric.RealGuests.Tests.Linux.HostileBlob;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>
/// A camera that is honest but where a case says otherwise, behind the genuine vhost-user back-end. Each time the driver takes its
/// queues, the next case begins. Frames are not painted: what counts is what is said of them.
/// </summary>
internal sealed class HostileDevice : IVhostUserDevice, IDisposable
{
    private readonly Lock _gate = new();
    private readonly UnixListener _listener;
    private readonly Thread _thread;
    private readonly IReadOnlyList<HostileCase> _cases;
    private readonly Dictionary<CameraCommand, int> _commands = [];
    private readonly Queue<DescriptorChain> _eventBuffers = [];
    private readonly List<(DescriptorChain Chain, HostileReply Reply)> _late = [];
    private readonly Virtqueue?[] _queues = new Virtqueue?[CameraWire.QueueCount];
    private VhostUserBackend? _backend;
    private HostileCase _case;
    private int _begun = -1;
    private int _results;
    private int _events;
    private bool _streams;
    private volatile bool _isDisposed;

    public HostileDevice(string socket, IReadOnlyList<HostileCase> cases)
    {
        (_cases, _case) = (cases, cases[0]);
        _listener = UnixListener.Bind(socket);
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How the connection ended; null while it lasts.</summary>
    public VhostUserEnd? End { get; private set; }

    public ulong Features => 0;

    public int QueueCount => CameraWire.QueueCount;

    public int MaximumQueueSize => CameraWire.MaximumQueueSize;

    public int ConfigLength => CameraConfig.Bytes;

    public void ReadConfig(Span<byte> whole)
    {
        lock (_gate)
        {
            CameraWire.Write(whole, _case.Config(new CameraConfig(CameraWire.ProtocolVersion,
                CameraConfigFlags.PerFrame | CameraConfigFlags.SourcePresent | CameraConfigFlags.Owner, 1, 8, 4096, 4096, 2,
                (uint)_case.Capabilities().Length, 1, Text64.From("hostile"), default, default)));
            if (_case.ConfigStorm && _streams) _backend!.NotifyConfigChange();
        }
    }

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    public void FeaturesNegotiated(ulong features)
    {
    }

    public void QueueStarted(Virtqueue queue)
    {
        lock (_gate)
        {
            _queues[queue.Index] = queue;
            if (queue.Index != CameraWire.ControlQueue) return;
            _case = _cases[Math.Min(++_begun, _cases.Count - 1)];
            _commands.Clear();
            (_results, _events, _streams) = (0, 0, false);
        }
    }

    public void QueueStopping(Virtqueue queue)
    {
        lock (_gate)
        {
            foreach (var (chain, reply) in _late.Where(held => held.Chain.Queue == queue)) Give(chain, reply with { AtTheEnd = false });
            _late.RemoveAll(held => held.Chain.Queue == queue);
            if (queue.Index == CameraWire.EventQueue) _eventBuffers.Clear();
            _queues[queue.Index] = null;
        }
    }

    public void Reset()
    {
    }

    public void QueueKicked(int index)
    {
        lock (_gate)
        {
            try
            {
                Take(index);
            }
            catch (VirtqueueException)
            {
                // After a lie about a chain the driver's honest ring looks wrong from here: such a device says nothing more.
            }

            Events();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        lock (_gate) _backend?.Stop();
        _thread.Join();
        _listener.Dispose();
    }

    private void Take(int index)
    {
        while (_queues[index]?.TryPop() is { } chain)
        {
            if (index == CameraWire.ControlQueue) Command(chain);
            else if (index == CameraWire.EventQueue) _eventBuffers.Enqueue(chain);
            else Request(chain);
        }
    }

    private void Serve()
    {
        UnixSocket? socket = null;
        while (!_isDisposed && socket is null) socket = _listener.Accept(TimeSpan.FromMilliseconds(100));
        if (socket is null) return;
        lock (_gate) _backend = new VhostUserBackend(socket, this, new VhostUserOptions(), NullLogger.Instance);
        End = _backend.Run();
    }

    private void Command(DescriptorChain chain)
    {
        var bytes = new byte[chain.ReadableBytes];
        chain.Read(0, bytes);
        var header = CameraWire.Read<CommandHeader>(bytes);
        var number = _commands.GetValueOrDefault(header.Type);
        _commands[header.Type] = number + 1;
        if (header.Type is CameraCommand.Start or CameraCommand.Stop) _streams = header.Type == CameraCommand.Start;
        var body = Body(header.Type, bytes.AsSpan(CommandHeader.Bytes));
        Give(chain, _case.Answer(header.Type, number,
            [.. Bytes(new ResponseHeader(CameraStatus.Ok, (uint)(ResponseHeader.Bytes + body.Length), header.Tag)), .. body]));
    }

    private byte[] Body(CameraCommand command, ReadOnlySpan<byte> body)
    {
        switch (command)
        {
            case CameraCommand.GetCapabilities:
                var ask = CameraWire.Read<GetCapabilitiesCommand>(body);
                var blob = _case.Capabilities();
                var from = (int)Math.Min(ask.Offset, (uint)blob.Length);
                return [.. Bytes(new GetCapabilitiesReply(1, (uint)blob.Length, ask.Offset)),
                    .. blob.AsSpan(from, (int)Math.Min(ask.Maximum, (uint)(blob.Length - from)))];
            case CameraCommand.Try or CameraCommand.Configure:
                PlaneNumbers stride = default, size = default;
                (stride[0], size[0]) = (Width * 2, Width * 2 * Height);
                return [.. Bytes(new ConfigureReply(command == CameraCommand.Configure ? 7u : 0, 1)),
                    .. Bytes(new StreamConfig(0, StreamRole.Video, Yuyv, 0, 0, Width, Height, 1, stride, size, 2, 32, 1, 30, 0, 0))];
            case CameraCommand.SetControls:
                return body[ControlsCommand.Bytes..].ToArray();
            case CameraCommand.ClockSample:
                return Bytes(new ClockSampleReply((ulong)FrameClock.System.Now, ClockSampleReply.HostMonotonic, 0));
            default:
                return [];
        }
    }

    private void Request(DescriptorChain chain)
    {
        var bytes = new byte[chain.ReadableBytes];
        chain.Read(0, bytes);
        var header = CameraWire.Read<RequestHeader>(bytes);
        if (_case.Vanishes)
        {
            _backend!.Stop();
            return;
        }

        PlaneNumbers used = default;
        used[0] = Width * 2 * Height;
        var packet = bytes.AsSpan(RequestHeader.Bytes + BufferReference.Bytes, (int)header.ControlsBytes);
        var length = ResultHeader.Bytes + BufferResult.Bytes + packet.Length;
        Give(chain, _case.Result(_results, [
            .. Bytes(new ResultHeader(new(CameraStatus.Ok, (uint)length, header.Header.Tag), header.RequestId, 100 + (ulong)_results++,
                (ulong)FrameClock.System.Now, (ulong)FrameClock.System.Now, 0, 1, (uint)packet.Length, 0, 0, 0)),
            .. Bytes(new BufferResult(
                0, CameraWire.Read<BufferReference>(bytes.AsSpan(RequestHeader.Bytes)).BufferId, CameraStatus.Ok, 0, used)),
            .. packet,
        ]));
    }

    private void Events()
    {
        if (!_streams && !_case.EventsAtOnce) return;
        while (_eventBuffers.Count > 0 && _case.Event(_events) is { } reply)
        {
            _events++;
            Give(_eventBuffers.Dequeue(), reply);
        }
    }

    private void Give(DescriptorChain chain, HostileReply reply)
    {
        if (reply.AtTheEnd) _late.Add((chain, reply));
        if (reply.AtTheEnd || reply.Bytes is not { } bytes) return;
        var written = chain.Write(0, bytes);
        var (queue, head) = (chain.Queue, chain.Head);
        if (reply.Used is null && reply.Head is null) queue.Complete(chain, written);
        else HostileRing.Lie(queue, reply.Head ?? head, reply.Used ?? (uint)written);
        if (reply.Twice) HostileRing.Lie(queue, head, (uint)written);
        if (reply.Jump > 0) HostileRing.Jump(queue, reply.Jump);
    }
}
