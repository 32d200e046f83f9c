using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Guest.Tests.Transport;

/// <summary>
/// A process with one device behind a socket's path, which can go away without a word and be started again: only the path is the same.
/// </summary>
internal sealed class RingHost : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("transport-test-").FullName;
    private readonly BlockingList<RingDevice> _devices = new();
    private UnixListener? _listener;
    private Thread? _thread;

    public string Path => System.IO.Path.Combine(_folder, "camera.sock");

    /// <summary>Starts it; each connection gets a device of its own.</summary>
    public void Start(Func<RingDevice>? device = null)
    {
        var listener = _listener = UnixListener.Bind(Path);
        _thread = new Thread(() =>
        {
            while (listener.Accept(CameraBench.Patience) is { } socket)
            {
                if (_listener is null)
                {
                    socket.Dispose();
                    return;
                }

                var served = device?.Invoke() ?? new RingDevice();
                served.Serve(socket);
                _devices.Add(served);
            }
        }) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The device of the n-th connection, from 0, as soon as there is one.</summary>
    public RingDevice Device(int connection) => _devices.Take(connection);

    /// <summary>The process is gone: its socket, and all connections.</summary>
    public void Kill()
    {
        if (_listener is not { } listener) return;
        _listener = null;
        if (UnixSocket.TryConnect(Path, out var wake, out _)) wake.Dispose();
        _thread!.Join();
        listener.Dispose();
        foreach (var device in _devices.All) device.Drop();
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Gives back every chain at once, or holds it until told.</summary>
internal sealed class RingDevice : IVhostUserDevice
{
    private readonly BlockingList<DescriptorChain> _taken = new();
    private readonly Virtqueue?[] _queues = new Virtqueue?[CameraWire.QueueCount];
    private Thread? _thread;

    public VhostUserBackend? Backend { get; private set; }

    public bool Holds { get; init; }

    public byte Configured { get; init; } = 1;

    /// <summary>Called before each queue's end.</summary>
    public Action<RingDevice>? Stopping { get; init; }

    public ulong Features => 0;

    public int QueueCount { get; init; } = CameraWire.QueueCount;

    public int MaximumQueueSize => CameraWire.MaximumQueueSize;

    public int ConfigLength => CameraConfig.Bytes;

    public void Serve(UnixSocket socket)
    {
        Backend = new VhostUserBackend(socket, this, new VhostUserOptions(), NullLogger.Instance);
        _thread = new Thread(() => Backend.Run()) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The n-th chain that it took, as soon as it did.</summary>
    public DescriptorChain Taken(int which) => _taken.Take(which);

    /// <summary>The connection is gone.</summary>
    public void Drop()
    {
        Backend!.Stop();
        _thread!.Join();
        Backend.Dispose();
    }

    public void ReadConfig(Span<byte> whole) => whole[0] = Configured;

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    public void FeaturesNegotiated(ulong features)
    {
    }

    public void QueueStarted(Virtqueue queue) => _queues[queue.Index] = queue;

    public void QueueKicked(int index)
    {
        while (_queues[index]!.TryPop() is { } chain)
        {
            _taken.Add(chain);
            if (!Holds) chain.Queue.Complete(chain, 0);
        }
    }

    public void QueueStopping(Virtqueue queue) => Stopping?.Invoke(this);

    public void Reset()
    {
    }
}

/// <summary>A list that another thread fills.</summary>
internal sealed class BlockingList<T>
{
    private readonly List<T> _items = [];

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_items) return [.. _items];
        }
    }

    public void Add(T item)
    {
        lock (_items)
        {
            _items.Add(item);
            Monitor.PulseAll(_items);
        }
    }

    public T Take(int which)
    {
        lock (_items)
        {
            while (_items.Count <= which) Assert.True(Monitor.Wait(_items, CameraBench.Patience), $"there never were {which + 1}");
            return _items[which];
        }
    }
}
