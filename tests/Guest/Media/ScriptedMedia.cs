using System.Runtime.CompilerServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Tests.Transport;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Guest.Tests.Media;

/// <summary>A virtio-media device that says yes to everything, or what a test has it say: for trying the driver.</summary>
internal sealed class ScriptedMedia(UnixSocket socket) : IVhostUserDevice, IDisposable
{
    private readonly BlockingList<Seen> _seen = new();
    private readonly Virtqueue?[] _queues = new Virtqueue?[MediaWire.QueueCount];
    private readonly Lock _gate = new();
    private readonly List<DescriptorChain> _eventBuffers = [];
    private VhostUserBackend? _backend;
    private Thread? _thread;
    private uint _sessions;

    /// <summary>What the driver negotiated and when: event buffers that were there when the event queue started.</summary>
    public int EventBuffersAtStart { get; private set; } = -1;

    /// <summary>The status of the next answers; 0 by default.</summary>
    public uint Status { get; set; }

    /// <summary>Bytes cut off the next answers.</summary>
    public int Short { get; set; }

    /// <summary>Whether commands are taken and not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Called with each command's bytes before it is answered.</summary>
    public Action<byte[]>? Asked { get; set; }

    public ulong Features => 0;

    public int QueueCount => MediaWire.QueueCount;

    public int MaximumQueueSize => MediaWire.MaximumQueueSize;

    public int ConfigLength => MediaConfig.Bytes;

    /// <summary>How many event buffers the device has.</summary>
    public int EventBuffers
    {
        get
        {
            lock (_gate) return _eventBuffers.Count;
        }
    }

    public void Start()
    {
        _backend = new VhostUserBackend(socket, this, new VhostUserOptions(), NullLogger.Instance);
        _thread = new Thread(() => _backend.Run()) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The n-th command, from 0, as soon as it came.</summary>
    public Seen Command(int which) => _seen.Take(which);

    /// <summary>Sends an event of any length.</summary>
    public void Tell(ReadOnlySpan<byte> bytes)
    {
        DescriptorChain? chain = null;
        Assert.True(SpinWait.SpinUntil(() => (chain = TakeEventBuffer()) is not null, MediaBench.Patience), "no event buffer");
        chain!.Write(0, bytes);
        chain.Queue.Complete(chain, bytes.Length);
    }

    /// <summary>Sends a DQBUF event, whole or cut.</summary>
    public void Return(uint session, uint index, int bytes = MediaDequeueEvent.Bytes, uint sequence = 0)
    {
        var told = new byte[MediaDequeueEvent.Bytes];
        CameraWire.Write(told, new MediaDequeueEvent(new MediaEventHeader(MediaEvent.DequeueBuffer, session),
            new V4l2Buffer { Index = index, Type = V4l2BufferType.VideoCapture, Sequence = sequence }));
        Tell(told.AsSpan(0, bytes));
    }

    public void ReadConfig(Span<byte> whole) =>
        CameraWire.Write(whole, new MediaConfig(V4l2Capabilities.VideoCapture | V4l2Capabilities.Streaming, 0, default));

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    public void FeaturesNegotiated(ulong features)
    {
    }

    public void QueueStarted(Virtqueue queue)
    {
        _queues[queue.Index] = queue;
        if (queue.Index != MediaWire.EventQueue) return;
        QueueKicked(queue.Index);
        EventBuffersAtStart = EventBuffers;
    }

    public void QueueKicked(int index)
    {
        while (_queues[index]!.TryPop() is { } chain)
        {
            if (index == MediaWire.CommandQueue) Answer(chain);
            else
            {
                lock (_gate) _eventBuffers.Add(chain);
            }
        }
    }

    public void QueueStopping(Virtqueue queue)
    {
        while (queue.Index == MediaWire.EventQueue && TakeEventBuffer() is { } chain) queue.Complete(chain, 0);
    }

    public void Reset()
    {
    }

    public void Dispose()
    {
        _backend!.Stop();
        _thread!.Join();
        _backend.Dispose();
    }

    private DescriptorChain? TakeEventBuffer()
    {
        lock (_gate)
        {
            if (_eventBuffers.Count == 0) return null;
            var chain = _eventBuffers[0];
            _eventBuffers.RemoveAt(0);
            return chain;
        }
    }

    private void Answer(DescriptorChain chain)
    {
        var asked = new byte[chain.ReadableBytes];
        chain.Read(0, asked);
        var command = CameraWire.Read<MediaIoctlCommand>(asked);
        _seen.Add(new Seen(asked, [.. chain.Readable.ToArray().Select(Place)], [.. chain.Writable.ToArray().Select(Place)]));
        Asked?.Invoke(asked);
        if (IsSilent) return;
        var answer = new byte[chain.WritableBytes];
        if (command.Header.Command == MediaCommand.Ioctl && answer.Length > MediaResponseHeader.Bytes)
        {
            // Both ways: what was asked comes back. What stands behind it in the readable part is pages.
            var payload = asked.AsSpan(MediaIoctlCommand.Bytes);
            payload[..Math.Min(payload.Length, answer.Length - MediaResponseHeader.Bytes)].CopyTo(answer.AsSpan(MediaResponseHeader.Bytes));
        }

        if (answer.Length > 0) CameraWire.Write(answer, new MediaResponseHeader((MediaStatus)Status));
        if (command.Header.Command == MediaCommand.Open)
            CameraWire.Write(answer, new MediaOpenResponse(new MediaResponseHeader((MediaStatus)Status), ++_sessions));
        var written = Math.Max(answer.Length - Short, 0);
        chain.Write(0, answer.AsSpan(0, written));
        chain.Queue.Complete(chain, written);
    }

    private static (long, int) Place(GuestRange range) => (range.Offset, range.Length);

    /// <summary>A command as the device saw it.</summary>
    internal sealed record Seen(byte[] Bytes, (long Offset, int Length)[] Readable, (long Offset, int Length)[] Writable)
    {
        public MediaIoctl Code => CameraWire.Read<MediaIoctlCommand>(Bytes).Code;

        public T Payload<T>()
            where T : unmanaged => CameraWire.Read<T>(Bytes.AsSpan(MediaIoctlCommand.Bytes, Unsafe.SizeOf<T>()));
    }
}
