using Akka.Actor;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// The thread of one guest's device: listens on its socket and serves one connection after the other. A second front-end waits in the
/// socket's
/// backlog until the first has gone. It decides nothing; it tells the device's actor and waits for its word.
/// </summary>
internal sealed partial class GuestPort
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly string _name;
    private readonly string _path;
    private readonly IActorRef _device;
    private readonly ILogger _logger;
    private readonly Poller _poller = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Lock _lock = new();
    private VhostUserBackend? _backend;
    private bool _hasEnded;

    /// <summary>A port that does not listen yet.</summary>
    public GuestPort(string name, string path, IActorRef device, ILogger logger)
    {
        _name = name;
        _path = path;
        _device = device;
        _logger = logger;
    }

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true }.Start();

    /// <summary>
    /// Ends the connection, if there is one, and the thread; <see cref="PortEnded"/> says when. Any thread; returns at once.
    /// </summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stop.Set();
            _backend?.Stop();
            if (!_hasEnded) _poller.Wake();
        }
    }

    private void Run()
    {
        ThreadTuning.NameCurrent($"vhu-{_name}");
        try
        {
            while (!_stop.IsSet)
            {
                try
                {
                    using var listener = Bind();
                    Listen(listener);
                }
                catch (Exception exception)
                {
                    // Whatever it is, e.g. a folder that may not be made: what people mend meanwhile works at the next attempt.
                    LogFailed(_name, _path, exception.Message);
                    _device.Tell(new PortFailed(exception.Message), ActorRefs.NoSender);
                    _stop.Wait(RetryAfter);
                }
            }
        }
        catch (Exception exception)
        {
            LogBroken(_name, exception);
        }

        lock (_lock)
        {
            _hasEnded = true;
            _poller.Dispose();
        }

        _device.Tell(new PortEnded(this), ActorRefs.NoSender);
    }

    private UnixListener Bind()
    {
        if (Path.GetDirectoryName(_path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        var listener = UnixListener.Bind(_path);
        LogListening(_name, _path);
        return listener;
    }

    private void Listen(UnixListener listener)
    {
        _poller.Add(listener.Descriptor, PollEvents.Readable, 0);
        try
        {
            Span<PollResult> results = stackalloc PollResult[1];
            while (!_stop.IsSet)
            {
                _poller.Wait(results, Timeout.InfiniteTimeSpan);
                if (!_stop.IsSet && listener.TryAccept() is { } socket) Serve(socket);
            }
        }
        finally
        {
            _poller.Remove(listener.Descriptor);
        }
    }

    private void Serve(UnixSocket socket)
    {
        var handover = new Handover(socket);
        _device.Tell(new PeerConnected(handover), ActorRefs.NoSender);
        if (handover.AwaitDecision() is not { } backend)
        {
            socket.Dispose();
            handover.AwaitCleared();
            return;
        }

        lock (_lock)
        {
            _backend = backend;
            if (_stop.IsSet) backend.Stop();
        }

        VhostUserEnd end;
        try
        {
            end = backend.Run();
        }
        catch (Exception exception)
        {
            LogBroken(_name, exception);
            end = new VhostUserEnd(VhostUserEndReason.Broken, $"the node failed: {exception.Message}");
        }

        lock (_lock) _backend = null;
        _device.Tell(new ConnectionEnded(end), ActorRefs.NoSender);
        handover.AwaitCleared();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: listening on {Path}")]
    private partial void LogListening(string device, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: cannot listen on {Path}: {Reason}")]
    private partial void LogFailed(string device, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: the connection's thread failed")]
    private partial void LogBroken(string device, Exception exception);
}
