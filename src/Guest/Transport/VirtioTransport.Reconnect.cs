using System.Diagnostics;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Transport;

/// <content>
/// Keeping the rings over the end of a connection, as a VMM does: the same memory, rings, signals and features go to the next back-end,
/// with the memory in which the last one noted what it held (vhost-user, "Inflight I/O tracking"). On the call thread.
/// </content>
public sealed partial class VirtioTransport
{
    private readonly byte[] _config;
    private InflightArea? _area;
    private bool _attached = true;
    private bool _hearsBackend;
    private int _connection;
    private long _attachedAt = Stopwatch.GetTimestamp();

    /// <summary>Connects again where the rings can be kept; returns why that is the end, or null when the device is back.</summary>
    private string? Lost(string reason)
    {
        reason = Drained(reason);
        if (_area is null || _ending) return reason;
        foreach (var ring in _rings)
        {
            // The device found the driver at fault: the same rings would only lead there again.
            if (ring.Error.TryConsume(out _)) return $"{reason}; {SaysBroken(ring.Queue.Index)}";
        }

        var since = Stopwatch.GetTimestamp();
        Detach();
        _listener!.ConnectionLost(reason);

        // A device that ends each connection at once would otherwise keep both sides busy with nothing else.
        var isYoung = Stopwatch.GetElapsedTime(_attachedAt, since) < _options.LongestReconnectPause;
        if (isYoung && Pause(_options.LongestReconnectPause) is { } late) return $"{reason}; {late}";
        for (var pause = _options.ReconnectPause; !_ending; pause = Shorter(2 * pause, _options.LongestReconnectPause))
        {
            var failure = TryReattach(out var isFinal);
            if (failure is null) return Back(Stopwatch.GetElapsedTime(since));
            if (isFinal) return $"{reason}, and the rings cannot go on: {failure}";
            if (Stopwatch.GetElapsedTime(since) + pause > _options.ReconnectTimeout)
            {
                return $"{reason}, and was not back within {_options.ReconnectTimeout.TotalSeconds:0.###} s: {failure}";
            }

            if (Pause(pause) is { } broken) return $"{reason}; {broken}";
        }

        return reason;
    }

    private string? Back(TimeSpan gap)
    {
        _listener!.ConnectionBack(gap);
        Span<byte> config = stackalloc byte[_config.Length];
        try
        {
            var before = _config.ToArray();
            ReadConfig(config);
            if (!config.SequenceEqual(before)) _listener.ConfigChanged();
        }
        catch (VhostUserException error)
        {
            // Gone again: the poller says so next, or the device does not answer and is left.
            _frontend.Shutdown();
            return error.InnerException is TimeoutException ? error.Message : null;
        }

        for (var i = 0; i < _rings.Length && !_ending; i++) _listener.QueueCalled(i);
        return null;
    }

    /// <summary>One attempt; returns why it failed, or null.</summary>
    private string? TryReattach(out bool isFinal)
    {
        isFinal = false;
        if (!UnixSocket.TryConnect(_options.ReconnectTo!, out var socket, out var error)) return error;
        lock (_frontendGate)
        {
            _socket = socket;
            _frontend = new VhostUserFrontend(socket, _options.ReplyTimeout);

            // Whoever ends the transport says so first, and then shuts down the connection that is seen: one of the two is noticed.
            Interlocked.MemoryBarrier();
            if (_ending) return "the transport ends";
            try
            {
                _frontend.SetOwner();
                if (Refusal() is { } refusal)
                {
                    isFinal = true;
                    return refusal;
                }

                // The next device answers, so the last one has let go of the rings: what it used up to now is its own, and heard as such.
                for (var i = 0; i < _rings.Length && !_ending; i++) _listener!.QueueCalled(i);
                Attach();
                Watch();
                _attached = true;
                _attachedAt = Stopwatch.GetTimestamp();
                _connection++;
                return null;
            }
            catch (Exception e) when (e is VhostUserException or LinuxException or SocketClosedException)
            {
                return e.Message;
            }
            finally
            {
                if (!_attached) _frontend.Dispose();
            }
        }
    }

    /// <summary>What the driver relies on and the device does not offer any more; null if nothing. Negotiates the protocol.</summary>
    private string? Refusal()
    {
        var features = _frontend.GetFeatures();
        if ((features & Features) != Features)
            return $"the device does not offer the features 0x{Features & ~features:x} any more, which the driver uses";
        var protocol = _frontend.GetProtocolFeatures();
        if ((protocol & _protocol) != _protocol) return $"the device does not offer {_protocol & ~protocol} any more";
        _frontend.SetProtocolFeatures(_protocol);
        return TooFewQueues();
    }

    private void Detach()
    {
        lock (_frontendGate)
        {
            _attached = false;
            if (_hearsBackend) _poller.Remove(_frontend.BackendMessages!.Descriptor);
            _hearsBackend = false;
            _poller.Remove(_socket.Descriptor);
            _frontend.Dispose();

            // What was mapped was the last device's.
            SharedMemory?.UnmapAll();
        }
    }

    /// <summary>
    /// Waits, and hears meanwhile what the device used before it went away; returns what it says at last of a broken queue, or null.
    /// </summary>
    private string? Pause(TimeSpan pause)
    {
        Span<PollResult> results = stackalloc PollResult[16];
        var since = Stopwatch.GetTimestamp();
        while (!_ending && pause - Stopwatch.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
        {
            var count = _poller.Wait(results, left);
            for (var i = 0; i < count && !_ending; i++)
            {
                switch (results[i].Token)
                {
                    case >= 0 and < ErrorToken:
                        Handle(results[i]);
                        break;
                    case >= ErrorToken and < BackendToken and var token:
                        var queue = (int)(token - ErrorToken);
                        if (_rings[queue].Error.TryConsume(out _)) return SaysBroken(queue);
                        break;
                }
            }
        }

        return null;
    }

    private static string SaysBroken(int queue) => $"it says that queue {queue} is broken";

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
