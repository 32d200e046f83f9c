using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Transport;

/// <summary>
/// One connection to a virtio device over vhost-user, as a VMM and a guest's virtio core together make it: memory, features, queues,
/// kicks, and a thread that waits for calls. Knows nothing of what the queues carry.
/// </summary>
/// <remarks>
/// When the device goes away, the rings are kept and the transport connects again by itself, if that is wanted and the device can
/// (<see cref="VirtioTransportOptions.ReconnectTo"/>). Otherwise the listener is told, and whoever wants another connection makes a new
/// transport.
/// </remarks>
public sealed partial class VirtioTransport : IDisposable
{
    private const byte Acknowledge = 1, Driver = 2, DriverOk = 4, FeaturesOk = 8;
    private const ProtocolFeatures Wanted = ProtocolFeatures.MultiQueue | ProtocolFeatures.ReplyAck | ProtocolFeatures.BackendRequests
        | ProtocolFeatures.Config | ProtocolFeatures.InflightMemory | ProtocolFeatures.ResetDevice | ProtocolFeatures.Status;

    private const ProtocolFeatures Sharing = ProtocolFeatures.SharedMemory | ProtocolFeatures.BackendSendDescriptors;

    private readonly VirtioTransportOptions _options;
    private UnixSocket _socket;
    private volatile VhostUserFrontend _frontend;
    private ProtocolFeatures _protocol;
    private readonly Lock _frontendGate = new();
    private readonly DeviceShape _shape;
    private readonly Ring[] _rings;
    private bool _disposed;

    private VirtioTransport(UnixSocket socket, DeviceShape shape, GuestRam ram, VirtioTransportOptions options)
    {
        _socket = socket;
        _shape = shape;
        _rings = new Ring[shape.Queues];
        _config = new byte[shape.ConfigBytes];
        _options = options;
        Ram = ram;
        _frontend = new VhostUserFrontend(socket, options.ReplyTimeout);
    }

    /// <summary>The guest's memory; it goes with the transport.</summary>
    public GuestRam Ram { get; }

    /// <summary>The virtio features that were negotiated.</summary>
    public ulong Features { get; private set; }

    /// <summary>What the device has mapped into its shared memory region 0; null where there is none.</summary>
    public SharedMemoryWindow? SharedMemory { get; private set; }

    /// <summary>Whether chains may be indirect.</summary>
    public bool Indirect => (Features & VirtioFeatures.IndirectDescriptors) != 0;

    /// <summary>Sets the device up and starts its queues. Nothing is told before <see cref="Start"/>.</summary>
    /// <param name="socket">The connection; it belongs to the transport from now on, unless this throws.</param>
    /// <param name="shape">The kind of device.</param>
    /// <param name="options">Memory and queues.</param>
    /// <param name="prepare">What the driver does with its rings before it says DRIVER_OK; null for nothing.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="VhostUserException">The device refuses, does not answer, or cannot do what its kind needs.</exception>
    /// <exception cref="LinuxException">No descriptors or no memory left.</exception>
    public static VirtioTransport Connect(
        UnixSocket socket, DeviceShape shape, VirtioTransportOptions options, Action<VirtioTransport, SetUpStage>? prepare = null)
    {
        options.Validate();
        var ram = GuestRam.Create(options.MemoryBytes, options.Memory);
        VirtioTransport transport;
        try
        {
            transport = new VirtioTransport(socket, shape, ram, options);
        }
        catch
        {
            ram.Dispose();
            throw;
        }

        try
        {
            transport.SetUp(prepare);
            return transport;
        }
        catch
        {
            // Whatever went wrong, the device will not stop rings in order: do not wait for that as well.
            transport._gone = true;
            transport.Dispose();
            throw;
        }
    }

    /// <summary>The driver's side of a queue.</summary>
    public DriverQueue Queue(int index) => _rings[index].Queue;

    /// <summary>Tells the device that a queue has something new.</summary>
    public void Kick(int index) => _rings[index].Kick.Signal();

    /// <summary>Whether the rings are kept when the connection ends: that is wanted, and the device can.</summary>
    public bool KeepsRings => _area is not null;

    /// <summary>Reads the configuration space from its start. Thread-safe.</summary>
    /// <exception cref="VhostUserException">Refused, not answered, or the connection is gone.</exception>
    public void ReadConfig(Span<byte> target)
    {
        // Before the lock too: an attempt to connect again holds it while it waits for answers.
        if (!Volatile.Read(ref _attached)) throw NotBack();
        lock (_frontendGate)
        {
            if (!_attached) throw NotBack();
            _frontend.GetConfig(0, target);
            if (target.Length == _config.Length) target.CopyTo(_config);
        }
    }

    private static VhostUserException NotBack() => new("the connection is lost, and not back yet");

    /// <summary>Stops the queues, closes the connection, and frees the guest's memory. Not from the listener.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        if (IsCallThread)
            throw new InvalidOperationException("a transport cannot be disposed by its own listener: the thread cannot wait for itself");
        _disposed = true;
        EndThread();
        StopRings();
        _frontend.Dispose();
        _area?.Dispose();
        SharedMemory?.Dispose();
        foreach (var ring in _rings) ring?.Dispose();
        _poller.Dispose();
        Ram.Dispose();
    }

    private void SetUp(Action<VirtioTransport, SetUpStage>? prepare)
    {
        _frontend.SetOwner();
        var offered = _frontend.GetFeatures();
        if ((offered & VirtioFeatures.Version1) == 0) throw new VhostUserException("the device does not offer VIRTIO_F_VERSION_1; it must");
        if ((offered & VirtioFeatures.ProtocolFeatures) == 0)
            throw new VhostUserException("the device offers no vhost-user protocol features; the configuration space needs them");
        var protocol = _frontend.GetProtocolFeatures() & (_options.ShareMemory ? Wanted | Sharing : Wanted);
        if (!protocol.HasFlag(ProtocolFeatures.Config))
            throw new VhostUserException($"the device does not offer the protocol feature CONFIG; a {_shape.Name} needs it");
        if (_options.ReconnectTo is null) protocol &= ~ProtocolFeatures.InflightMemory;
        _protocol = protocol;
        _frontend.SetProtocolFeatures(protocol);
        if (TooFewQueues() is { } tooFew) throw new VhostUserException(tooFew);
        if (_protocol.HasFlag(Sharing) && _frontend.GetSharedMemoryConfig()[0] is > 0 and var bytes) SharedMemory = new SharedMemoryWindow(bytes);
        var wanted = VirtioFeatures.Version1 | VirtioFeatures.ProtocolFeatures | _shape.Features
            | (_options.Indirect ? VirtioFeatures.IndirectDescriptors : 0) | (_options.EventIndex ? VirtioFeatures.EventIndex : 0);
        Features = offered & wanted;
        for (var i = 0; i < _rings.Length; i++)
        {
            _rings[i] = new Ring(new DriverQueue(Ram, i, new DriverQueueOptions
            {
                Size = _options.QueueSize,
                Indirect = Indirect,
                EventIndex = (Features & VirtioFeatures.EventIndex) != 0,
                MaximumSegments = Math.Min(_shape.MaximumSegments, _options.QueueSize),
            }));
        }

        prepare?.Invoke(this, SetUpStage.RingsMade);
        Attach(prepare);
        if (KeepsRings) _frontend.GetConfig(0, _config);
    }

    private string? TooFewQueues() =>
        _protocol.HasFlag(ProtocolFeatures.MultiQueue) && _frontend.GetQueueNum() is var queues && queues < _rings.Length
            ? $"the device has {queues} queues; a {_shape.Name} has {_rings.Length}"
            : null;

    /// <summary>From the negotiated protocol to rings that run: on the first connection, and as it was on each later one.</summary>
    private void Attach(Action<VirtioTransport, SetUpStage>? prepare = null)
    {
        Status(Acknowledge | Driver);
        _frontend.SetFeatures(Features);
        Status(Acknowledge | Driver | FeaturesOk);
        if (_protocol.HasFlag(ProtocolFeatures.BackendRequests))
        {
            var channel = _frontend.OpenBackendChannel();
            if (SharedMemory is { } window) channel.Share(0, window);
        }

        var region = new MemoryRegion(Ram.GuestAddress, (ulong)Ram.Size, Ram.FrontendAddress, (ulong)Ram.MappingOffset);
        _frontend.SetMemTable([region], [Ram.File.Descriptor]);
        if (_protocol.HasFlag(ProtocolFeatures.InflightMemory))
        {
            _area ??= _frontend.GetInflight(_rings.Length, _options.QueueSize);
            _frontend.SetInflight(_area);
        }

        for (var i = 0; i < _rings.Length; i++) AttachRing(i, _rings[i]);
        prepare?.Invoke(this, SetUpStage.RingsEnabled);
        Status(Acknowledge | Driver | FeaturesOk | DriverOk);
    }

    private void AttachRing(int index, Ring ring)
    {
        var (descriptors, available, used) = (ring.Queue.DescriptorTable, ring.Queue.AvailableRing, ring.Queue.UsedRing);
        _frontend.SetVringNum(index, ring.Queue.Size);

        // All that is certain after a loss: the device goes on from there, and from what it noted.
        _frontend.SetVringBase(index, Ram.ReadUInt16(used + SplitRingLayout.IndexOffset));
        _frontend.SetVringAddr(index, new RingAddresses(Ram.ToFrontend(descriptors), Ram.ToFrontend(available), Ram.ToFrontend(used)));
        _frontend.SetVringCall(index, ring.Call.Descriptor);
        _frontend.SetVringErr(index, ring.Error.Descriptor);
        _frontend.SetVringKick(index, ring.Kick.Descriptor);
        _frontend.SetVringEnable(index, true);
        if (!_attached) ring.Kick.Signal();
    }

    private void Status(int status)
    {
        if (_protocol.HasFlag(ProtocolFeatures.Status)) _frontend.SetStatus((byte)status);
    }

    /// <summary>
    /// Asks the device to let go of the rings, so that it ends its work in order. A device that does not answer has had its chance.
    /// </summary>
    private void StopRings()
    {
        if (_gone || !_attached) return;
        try
        {
            lock (_frontendGate)
            {
                for (var i = _rings.Length - 1; i >= 0; i--)
                {
                    if (_rings[i] is null) continue;
                    _frontend.SetVringEnable(i, false);
                    _frontend.GetVringBase(i);
                }
            }
        }
        catch (Exception error) when (error is VhostUserException or ObjectDisposedException)
        {
            // The connection is closed next in any case.
        }
    }

    /// <summary>A queue with its three signals.</summary>
    private sealed class Ring(DriverQueue queue) : IDisposable
    {
        public DriverQueue Queue => queue;

        public EventFd Kick { get; } = EventFd.Create();

        public EventFd Call { get; } = EventFd.Create();

        public EventFd Error { get; } = EventFd.Create();

        public void Dispose()
        {
            Kick.Dispose();
            Call.Dispose();
            Error.Dispose();
            queue.Dispose();
        }
    }
}
