using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The back-end of one vhost-user connection: serves a front-end (a VMM) with one device, from the first message to the end. One
/// dedicated thread runs it; the device's queues are served by others. Whatever the front-end sends, the connection at worst ends
/// with a reason; no descriptor is leaked and no memory stays mapped.
/// </summary>
public sealed partial class VhostUserBackend : IDisposable
{
    private const long SocketToken = 0;
    private const long BackendChannelToken = 1;
    private const int ResultsPerWait = 16;
    private const int MaximumSavedStateBytes = 65536;

    private readonly VhostUserChannel _channel;
    private readonly IVhostUserDevice _device;
    private readonly VhostUserOptions _options;
    private readonly ILogger _logger;
    private readonly Poller _poller = new();
    private readonly Lock _lifeGate = new();
    private readonly VhostUserRing[] _rings;
    private readonly ulong _offered;
    private MemoryTable _memory = MemoryTable.Empty();
    private BackendChannel? _backendChannel;
    private ulong _features;
    private ulong _protocol;
    private long _status;
    private bool _isLive;
    private long _kickSerial;
    private bool _hasRun;
    private bool _isStopping;
    private bool _isDisposed;
    private string? _broken;

    /// <summary>Makes a back-end for a connected socket, which it owns from now on.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="device">The device to serve.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="logger">Where to tell what happens; refusals are warnings.</param>
    public VhostUserBackend(UnixSocket socket, IVhostUserDevice device, VhostUserOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(device.QueueCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device.QueueCount, 256);
        ArgumentOutOfRangeException.ThrowIfNegative(device.ConfigLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device.ConfigLength, VhostUserWire.MaximumConfigBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(device.SavedStateBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device.SavedStateBytes, MaximumSavedStateBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(device.SharedMemoryBytes.Length, SharedMemoryHeader.Regions);
        _channel = new VhostUserChannel(socket);
        _device = device;
        _offeredProtocol = OfferFor(device);
        _options = options;
        _logger = logger;
        _offered = (device.Features & VirtioFeatures.DeviceBits) | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex
            | VirtioFeatures.ProtocolFeatures | VirtioFeatures.Version1;
        _rings = new VhostUserRing[device.QueueCount];
        for (var i = 0; i < _rings.Length; i++) _rings[i] = new VhostUserRing(i, CallInBand);
    }

    /// <summary>
    /// Serves the connection until it ends; then all queues are stopped, the device is reset, and guest memory is given back. Blocks: give
    /// it a thread of its own. Once.
    /// </summary>
    /// <returns>How it ended.</returns>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    public VhostUserEnd Run()
    {
        lock (_lifeGate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_hasRun) throw new InvalidOperationException("a back-end serves one connection once");
            _hasRun = true;
        }

        VhostUserEnd end;
        try
        {
            end = Explain(ServeUntilEnd());
        }
        finally
        {
            ReleaseEverything();
        }

        _logger.Ended(end.Reason, end.Message);
        return end;
    }

    /// <summary>Ends the connection from this side. Any thread; returns at once, and <see cref="Run"/> soon after.</summary>
    public void Stop()
    {
        lock (_lifeGate)
        {
            _isStopping = true;
            WakeForEnd();
        }
    }

    /// <summary>Tells the front-end that the configuration space has changed. Any thread; does not block.</summary>
    /// <returns>
    /// False if there is no way to tell it: the front-end gave no back-end channel, or does not ask for configuration space here.
    /// </returns>
    public bool NotifyConfigChange()
    {
        if (!Has(ProtocolFeatures.BackendRequests | ProtocolFeatures.Config)) return false;
        var channel = Volatile.Read(ref _backendChannel);
        channel?.RequestConfigChange();
        return channel is not null;
    }

    /// <summary>
    /// The guest broke its device's rules: its queues are broken at once, the front-end is told by the rings' error descriptors, and the
    /// connection ends. Any thread; does not block.
    /// </summary>
    /// <param name="reason">
    /// What it did; becomes the message of the end. The first one counts; if memory was found gone, that is the reason instead.
    /// </param>
    /// <returns>The reason that counts.</returns>
    public string Break(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var loss = DescribeLoss();
        lock (_lifeGate) reason = _broken ??= loss ?? reason;

        // Before the connection is seen to end: a front-end that knows its rings to be broken does not try them on another back-end.
        foreach (var ring in _rings) ring.SignalError();
        lock (_lifeGate) WakeForEnd();

        // Not under the lock: a completing thread holds its queue's when it asks for ours, to make a call in-band. The fence pairs
        // with the one in TryStart: either the queue is seen here, or the reason there.
        Interlocked.MemoryBarrier();
        foreach (var ring in _rings) ring.Queue?.Break(reason);
        return reason;
    }

    /// <summary>
    /// Closes the connection. Call <see cref="Stop"/> and wait for <see cref="Run"/> first; a back-end that never ran may simply be
    /// disposed.
    /// </summary>
    public void Dispose()
    {
        lock (_lifeGate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        foreach (var ring in _rings)
        {
            // Runs still, only if the device failed while others were being stopped.
            StopQueue(ring);
            ring.Dispose();
        }

        _inflight?.Dispose();
        _backendChannel?.Dispose();
        _options.MemoryBudget?.Release(_memory);
        _memory.Retire();
        _channel.Dispose();
        _poller.Dispose();
    }

    private bool Has(ProtocolFeatures features) => (Volatile.Read(ref _protocol) & (ulong)features) == (ulong)features;

    private void WakeForEnd()
    {
        if (_isDisposed) return;
        _poller.Wake();
        _channel.Shutdown();
    }

    private void Wake()
    {
        lock (_lifeGate)
        {
            if (!_isDisposed) _poller.Wake();
        }
    }

    private VhostUserEnd ServeUntilEnd()
    {
        try
        {
            _poller.Add(_channel.Socket, PollEvents.Readable, SocketToken);
            return Serve();
        }
        catch (VhostUserViolation e)
        {
            return new VhostUserEnd(VhostUserEndReason.ProtocolError, e.Message);
        }
        catch (TimeoutException e)
        {
            return new VhostUserEnd(VhostUserEndReason.TimedOut, e.Message);
        }
        catch (SocketClosedException e)
        {
            return new VhostUserEnd(VhostUserEndReason.PeerClosed, e.Message);
        }
        catch (LinuxException e)
        {
            return new VhostUserEnd(VhostUserEndReason.ProtocolError, e.Message);
        }
    }

    /// <summary>
    /// An end that was asked for on this side shows itself as a closed connection; say why it was closed. And what looks like a broken rule
    /// of this protocol may come of memory that is gone.
    /// </summary>
    private VhostUserEnd Explain(VhostUserEnd end)
    {
        var loss = DescribeLoss();
        lock (_lifeGate)
        {
            _broken ??= loss;
            if (_broken is not null) return new VhostUserEnd(VhostUserEndReason.Broken, _broken);
            return _isStopping ? new VhostUserEnd(VhostUserEndReason.Stopped, "stopped on request") : end;
        }
    }

    private VhostUserEnd Serve()
    {
        Span<PollResult> results = stackalloc PollResult[ResultsPerWait];
        while (true)
        {
            lock (_lifeGate)
            {
                if (_isStopping || _broken is not null) return new VhostUserEnd(VhostUserEndReason.Stopped, "");
            }

            FlushBackendChannel();
            var found = _poller.Wait(results, Array.Exists(_rings, r => r.IsPolled) ? _options.PollInterval : UntilSharedMemoryFails());
            _backendChannel?.SharedMemory.Expire(Now);
            foreach (var result in results[..found])
            {
                switch (result.Token)
                {
                    case SocketToken when !HandleMessage():
                        return new VhostUserEnd(VhostUserEndReason.PeerClosed, "the front-end closed the connection");
                    case SocketToken:
                        break;
                    case BackendChannelToken:
                        if ((result.Events & ~PollEvents.Writable) != 0) ReceiveFromBackendChannel();
                        break;
                    default:
                        TakeKick(result);
                        break;
                }
            }

            foreach (var ring in _rings)
            {
                if (ring is { IsPolled: true, Queue.HasAvailable: true }) _device.QueueKicked(ring.Index);
            }
        }
    }

    private void ReleaseEverything()
    {
        try
        {
            if (_broken is not null)
            {
                foreach (var ring in _rings) ring.SignalError();
            }

            FreezeForRecovery();
            foreach (var ring in _rings) StopRing(ring);
            ResetIfIdle();
        }
        finally
        {
            Dispose();
        }
    }
}
