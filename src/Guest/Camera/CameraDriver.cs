using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Camera;

/// <summary>
/// The guest's driver of a virtio-camera device: typed commands, requests and events over one connection. docs/virtio-camera.md, "Driver".
/// </summary>
/// <remarks>
/// <para>Commands are synchronous, may be called from any thread but the call thread, one at a time, and end within
/// <see cref="CameraDriverOptions.CommandTimeout"/>. Requests are asynchronous: they end in <see cref="ICameraListener.Completed"/>.</para>
/// <para>The device is not trusted. Everything it writes is copied once and then checked; what cannot be right is told as a violation and
/// is never acted upon; a ring that lies ends the connection.</para>
/// </remarks>
public sealed partial class CameraDriver : ITransportListener, IDisposable
{
    /// <summary>What a transport must know of a virtio-camera device.</summary>
    public static readonly DeviceShape Shape = new("camera", CameraWire.QueueCount, CameraConfig.Bytes, MaximumSegments: 8);

    private readonly CameraDriverOptions _options;
    private readonly ICameraListener _listener;
    private readonly FrameClock _clock;
    private readonly VirtioTransport _transport;
    private readonly GuestRam _ram;
    private readonly DriverQueue _control;
    private readonly DriverQueue _events;
    private readonly DriverQueue _requests;
    private volatile string? _failure;
    private int _interruptions;
    private bool _disposed;

    // A driver that leaves the region out does not take the feature either.
    private static DeviceShape ShapeFor(VirtioTransportOptions options) =>
        options.ShareMemory ? Shape with { Features = CameraWire.SharedMemoryFeature } : Shape;

    private CameraDriver(VirtioTransport transport, ICameraListener listener, CameraDriverOptions options, FrameClock clock)
    {
        _transport = transport;
        _listener = listener;
        _options = options;
        _clock = clock;
        _ram = transport.Ram;
        _control = transport.Queue(CameraWire.ControlQueue);
        _events = transport.Queue(CameraWire.EventQueue);
        _requests = transport.Queue(CameraWire.RequestQueue);
        Config = ReadConfig();
        _commands = new CommandSlots(_ram);
        MaximumInFlight = PrepareRequests();
        PrepareEvents();
    }

    /// <summary>The configuration space as read when the driver began. <see cref="ReadConfig"/> reads it anew.</summary>
    public CameraConfig Config { get; }

    /// <summary>Requests that can be in flight: what the options, the ring and the device allow.</summary>
    public int MaximumInFlight { get; }

    /// <summary>The connection, for tests that look at or scribble into guest memory.</summary>
    internal VirtioTransport Transport => _transport;

    /// <summary>Why the connection has ended; null while it lives.</summary>
    public string? Failure => _failure;

    /// <summary>Connects to the device that listens at a socket.</summary>
    /// <param name="socketPath">The vhost-user socket.</param>
    /// <param name="listener">Told of everything that happens without being asked for.</param>
    /// <param name="options">How to talk.</param>
    /// <param name="clock">The guest's clock; the system's when null.</param>
    /// <exception cref="CameraDriverException">Nobody listens, the device is not what it should be, or it fails the set-up.</exception>
    public static CameraDriver Connect(string socketPath, ICameraListener listener, CameraDriverOptions? options = null,
        FrameClock? clock = null)
    {
        if (!UnixSocket.TryConnect(socketPath, out var socket, out var error))
            throw new CameraDriverException(CameraFailure.Disconnected, $"no camera at {socketPath}: {error}");
        return Connect(socket!, listener, options, clock);
    }

    /// <summary>Talks to the device at the other end of a socket, which belongs to the driver from now on.</summary>
    /// <exception cref="CameraDriverException">The device is not what it should be, or it fails the set-up.</exception>
    public static CameraDriver Connect(UnixSocket socket, ICameraListener listener, CameraDriverOptions? options = null,
        FrameClock? clock = null)
    {
        options ??= new CameraDriverOptions();
        VirtioTransport? transport = null;
        try
        {
            options.Validate();
            transport = VirtioTransport.Connect(socket, ShapeFor(options.Transport), options.Transport);
            var driver = new CameraDriver(transport, listener, options, clock ?? FrameClock.System);
            transport.Start(driver);
            driver.PostEvents();
            return driver;
        }
        catch (Exception error)
        {
            if (transport is null) socket.Dispose();
            else transport.Dispose();
            if (error is CameraDriverException or ArgumentException or InsufficientMemoryException) throw;
            throw new CameraDriverException(CameraFailure.Disconnected, $"the device could not be set up: {error.Message}", error);
        }
    }

    /// <summary>Reads the configuration space.</summary>
    /// <exception cref="CameraDriverException">The device does not give it, or speaks another version.</exception>
    public CameraConfig ReadConfig()
    {
        Span<byte> bytes = stackalloc byte[CameraConfig.Bytes];
        try
        {
            _transport.ReadConfig(bytes);
        }
        catch (Exception error) when (error is not CameraDriverException and not ObjectDisposedException)
        {
            throw new CameraDriverException(CameraFailure.Disconnected, $"configuration space: {error.Message}", error);
        }

        var config = CameraWire.Read<CameraConfig>(bytes);
        if (config.Version >> 16 != CameraWire.ProtocolVersion >> 16)
        {
            throw new CameraDriverException(CameraFailure.Violation, $"configuration space: protocol version {config.Version >> 16}."
                + $"{config.Version & 0xFFFF}; this driver speaks {CameraWire.ProtocolVersion >> 16}.x");
        }

        return config;
    }

    /// <summary>
    /// Ends the connection and gives back the guest's memory. Requests in flight do not end any more;
    /// <see cref="ICameraListener.Disconnected"/> is not called.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Abort("the driver was disposed");
        // Closes the connection first: only then has the device stopped writing into the memory that goes with it.
        _transport.Dispose();
        _commands.Dispose();
    }

    /// <inheritdoc/>
    void ITransportListener.QueueCalled(int index)
    {
        try
        {
            switch (index)
            {
                case CameraWire.ControlQueue: ReclaimCommands(); break;
                case CameraWire.EventQueue: ReclaimEvents(); break;
                case CameraWire.RequestQueue: ReclaimRequests(); break;
            }
        }
        catch (DriverQueueException error)
        {
            Fail(error.Message);
        }
    }

    /// <inheritdoc/>
    void ITransportListener.ConfigChanged() => _listener.ConfigChanged();

    /// <inheritdoc/>
    void ITransportListener.ConnectionLost(string reason) => _listener.Interrupted(reason);

    /// <inheritdoc/>
    void ITransportListener.ConnectionBack(TimeSpan gap)
    {
        // On the call thread, as everything that counts by it; what the device used before it went away has been seen by now.
        _interruptions++;
        _mayMissEvents = true;
        _listener.Resumed(gap);
    }

    /// <inheritdoc/>
    void ITransportListener.Disconnected(string reason) => Fail(reason);

    private void Fail(string reason)
    {
        if (!Abort(reason)) return;
        _transport.Abandon();
        _listener.Disconnected(reason);
    }

    private bool Abort(string reason)
    {
        lock (_controlGate)
        {
            if (_failure is not null) return false;
            _failure = reason;
            _commands.WakeAll();
        }

        return true;
    }

    private void ThrowIfGone()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is { } reason) throw new CameraDriverException(CameraFailure.Disconnected, $"the connection has ended: {reason}");
    }

    private void Kick(int queue) => _transport.Kick(queue);
}
