using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Transport;

/// <content>The call thread: waits for calls, for the back-end's messages, and for the end of the connection.</content>
public sealed partial class VirtioTransport
{
    private const long ErrorToken = 16, BackendToken = 32, SocketToken = 33;

    private readonly Poller _poller = new();
    private Thread? _thread;
    private ITransportListener? _listener;
    private volatile bool _ending;
    private volatile bool _gone;

    /// <summary>Whether the caller is the thread that tells the listener.</summary>
    public bool IsCallThread => Thread.CurrentThread == _thread;

    /// <summary>Begins to tell: starts the call thread.</summary>
    public void Start(ITransportListener listener)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_thread is not null) throw new InvalidOperationException("the transport has been started before");
        _listener = listener;
        for (var i = 0; i < _rings.Length; i++)
        {
            _poller.Add(_rings[i].Call.Descriptor, PollEvents.Readable, i);
            _poller.Add(_rings[i].Error.Descriptor, PollEvents.Readable, ErrorToken + i);
        }

        Watch();
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Gives the connection up: nothing is told any more. For a driver that found the device lying; callable by the listener.
    /// </summary>
    public void Abandon()
    {
        _gone = true;
        ShutDown();
    }

    private void Watch()
    {
        _hearsBackend = _frontend.BackendMessages is not null;
        if (_hearsBackend) _poller.Add(_frontend.BackendMessages!.Descriptor, PollEvents.Readable, BackendToken);

        // Not for readability: what arrives on the main channel are answers, and they belong to whoever asked.
        _poller.Add(_socket.Descriptor, PollEvents.PeerClosed, SocketToken);
    }

    private void ShutDown()
    {
        _ending = true;
        Interlocked.MemoryBarrier();
        try
        {
            _frontend.Shutdown();
        }
        catch (Exception error) when (error is ObjectDisposedException or LinuxException)
        {
            // Between two connections.
        }

        _poller.Wake();
    }

    private void Run()
    {
        ThreadTuning.NameCurrent("guest-calls");
        Span<PollResult> results = stackalloc PollResult[16];
        string? end = null;
        try
        {
            while (!_ending && end is null)
            {
                var count = _poller.Wait(results, Timeout.InfiniteTimeSpan);

                // With another connection the rest of what was reported is of the last one, or is reported again.
                var connection = _connection;
                for (var i = 0; i < count && !_ending && end is null && connection == _connection; i++) end = Handle(results[i]);
            }
        }
        catch (Exception error)
        {
            // A listener that throws, or a descriptor that fails: nobody would answer calls from here on, so the connection cannot go on.
            end = $"the call thread failed: {error.Message}";
        }

        if (end is null || _ending) return;
        _gone = true;
        _listener!.Disconnected(end);
    }

    /// <summary>Handles one readiness; returns why the connection has ended, or null.</summary>
    private string? Handle(in PollResult result)
    {
        switch (result.Token)
        {
            case >= 0 and < ErrorToken:
                _rings[result.Token].Call.TryConsume(out _);
                _listener!.QueueCalled((int)result.Token);
                return null;
            case >= ErrorToken and < BackendToken:
                _rings[result.Token - ErrorToken].Error.TryConsume(out _);
                return Drained($"the device says that queue {result.Token - ErrorToken} is broken");
            case BackendToken:
                return HandleBackend();
            default:
                return Lost("the device closed the connection");
        }
    }

    private string? HandleBackend()
    {
        var backend = _frontend.BackendMessages!;
        BackendMessage message;
        try
        {
            if (!backend.TryReceive(_options.ReplyTimeout, out message))
            {
                // Closed: the end of the main channel, which is watched as well, says whether that matters.
                _poller.Remove(backend.Descriptor);
                _hearsBackend = false;
                return null;
            }
        }
        catch (VhostUserException error)
        {
            return Drained(error.Message);
        }

        if (message.Request == BackendRequest.ConfigChange) _listener!.ConfigChanged();
        return null;
    }

    /// <summary>What the device used before it went away still counts: it may have gone without a call.</summary>
    private string Drained(string reason)
    {
        for (var i = 0; i < _rings.Length && !_ending; i++) _listener!.QueueCalled(i);
        return reason;
    }

    private void EndThread()
    {
        if (_thread is null) return;
        _ending = true;

        // An attempt to connect again need not wait for its answers; a connection that stands is still to be ended in order. The fence
        // pairs with the one in the attempt.
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _attached)) ShutDown();
        _poller.Wake();
        _thread.Join();
    }
}
