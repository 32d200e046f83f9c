using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Media;

/// <summary>
/// The guest's driver of a virtio-media device: sessions, ioctls, events, buffers. It builds its chains as the published Linux driver does,
/// and holds the device to what that driver survives. docs/virtio-media.md.
/// </summary>
/// <remarks>
/// <para>One command at a time, from any thread but the call thread; each ends within <see cref="MediaDriverOptions.CommandTimeout"/> or
/// the connection does. Events are handled on the call thread, their buffers posted again right after.</para>
/// <para>The device is not trusted: what it writes is copied once, then checked; a ring that lies ends the connection.</para>
/// </remarks>
public sealed partial class MediaDriver : ITransportListener, IDisposable
{
    /// <summary>What a transport must know of a virtio-media device. A command has at most 64 parts.</summary>
    public static readonly DeviceShape Shape = new("media device", MediaWire.QueueCount, MediaConfig.Bytes, MaximumSegments: 64);

    private readonly MediaDriverOptions _options;
    private readonly IMediaListener _listener;
    private readonly Lock _sessionGate = new();
    private readonly Dictionary<uint, MediaSession> _sessions = [];
    private VirtioTransport _transport = null!;
    private volatile string? _failure;
    private bool _disposed;

    private MediaDriver(IMediaListener listener, MediaDriverOptions options)
    {
        _listener = listener;
        _options = options;
    }

    /// <summary>The guest's memory.</summary>
    public GuestRam Ram => _transport.Ram;

    /// <summary>The connection, for tests that look at or scribble into rings and memory.</summary>
    public VirtioTransport Transport => _transport;

    /// <summary>Why the connection has ended; null while it lives.</summary>
    public string? Failure => _failure;

    /// <summary>How the driver talks.</summary>
    public MediaDriverOptions Options => _options;

    /// <summary>Connects to the device that listens at a socket.</summary>
    /// <exception cref="MediaDriverException">Nobody listens, the device is not what it should be, or it fails the set-up.</exception>
    public static MediaDriver Connect(string socketPath, IMediaListener listener, MediaDriverOptions? options = null)
    {
        if (!UnixSocket.TryConnect(socketPath, out var socket, out var error))
            throw new MediaDriverException($"no media device at {socketPath}: {error}");
        return Connect(socket, listener, options);
    }

    /// <summary>Talks to the device at the other end of a socket, which belongs to the driver from now on.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="MediaDriverException">The device is not what it should be, or it fails the set-up.</exception>
    public static MediaDriver Connect(UnixSocket socket, IMediaListener listener, MediaDriverOptions? options = null)
    {
        options ??= new MediaDriverOptions();
        var driver = new MediaDriver(listener, options);
        try
        {
            options.Validate();
            driver._transport = VirtioTransport.Connect(socket, Shape, options.Transport, driver.Prepare);
            driver._transport.Start(driver);
            return driver;
        }
        catch (Exception error)
        {
            if (driver._transport is null) socket.Dispose();
            else driver._transport.Dispose();
            if (error is MediaDriverException or ArgumentException or InsufficientMemoryException) throw;
            throw new MediaDriverException($"the device could not be set up: {error.Message}", error);
        }
    }

    /// <summary>Reads the configuration space, which stands in for VIDIOC_QUERYCAP.</summary>
    /// <exception cref="MediaDriverException">The device does not give it.</exception>
    public MediaConfig ReadConfig()
    {
        Span<byte> bytes = stackalloc byte[MediaConfig.Bytes];
        try
        {
            _transport.ReadConfig(bytes);
        }
        catch (Exception error) when (error is not ObjectDisposedException)
        {
            throw new MediaDriverException($"configuration space: {error.Message}", error);
        }

        return CameraWire.Read<MediaConfig>(bytes);
    }

    /// <summary>Ends the connection and gives back the guest's memory. <see cref="IMediaListener.Disconnected"/> is not called.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Abort("the driver was disposed");
        _transport.Dispose();
        _answered.Dispose();
    }

    /// <inheritdoc/>
    void ITransportListener.QueueCalled(int index)
    {
        try
        {
            switch (index)
            {
                case MediaWire.CommandQueue: ReclaimCommand(); break;
                case MediaWire.EventQueue when !_eventsHeld: ProcessEvents(); break;
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
    void ITransportListener.Disconnected(string reason) => Fail(reason);

    internal void Violated(string what) => _listener.Violated(what);

    internal void Arrived(MediaSession session)
    {
        session.Signal();
        _listener.Arrived(session);
    }

    private void Prepare(VirtioTransport transport, SetUpStage stage)
    {
        _transport = transport;
        if (stage == SetUpStage.RingsMade)
        {
            PrepareCommands();
            PrepareEvents();
        }

        if (stage == _options.PostEventsAt) PostEvents();
    }

    private MediaSession? Find(uint id)
    {
        lock (_sessionGate) return _sessions.GetValueOrDefault(id);
    }

    private MediaSession[] Sessions()
    {
        lock (_sessionGate) return [.. _sessions.Values];
    }

    private void Fail(string reason)
    {
        if (!Abort(reason)) return;
        _transport.Abandon();
        _listener.Disconnected(reason);
    }

    private bool Abort(string reason)
    {
        lock (_commandGate)
        {
            if (_failure is not null) return false;
            _failure = reason;
            _answered.Release();
        }

        foreach (var session in Sessions()) session.Signal();
        return true;
    }

    private void ThrowIfGone()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is { } reason) throw new MediaDriverException($"the connection has ended: {reason}");
    }
}
