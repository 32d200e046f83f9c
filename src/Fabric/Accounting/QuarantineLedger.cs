using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// What one guest's device has done wrong, over all its connections, and when it is let in again. It outlives the actor that it serves.
/// Thread-safe.
/// </summary>
/// <param name="limits">When the device is let in again.</param>
/// <param name="clock">The frame clock.</param>
public sealed class QuarantineLedger(QuarantineLimits limits, FrameClock clock)
{
    /// <summary>So many violations are kept with their reasons.</summary>
    public const int Kept = 8;

    // A reason quotes what the guest said; however much that was, this is what is kept of it.
    private const int LongestReason = 400;
    private readonly long _window = limits.Window.Ticks * TimeSpan.NanosecondsPerTick;
    private readonly long _shortest = limits.Pause.Ticks * TimeSpan.NanosecondsPerTick;
    private readonly long _longest = limits.MaximumPause.Ticks * TimeSpan.NanosecondsPerTick;
    private readonly Lock _lock = new();
    private readonly Queue<(string Reason, long At)> _newest = new();
    private readonly Queue<long> _recent = new();
    private long _count;
    private long _last;
    private long _pause;
    private bool _isQuarantined;

    /// <summary>Violations so far.</summary>
    public long Count
    {
        get
        {
            lock (_lock) return _count;
        }
    }

    /// <summary>
    /// Whether the device is in quarantine: it broke the protocol, and neither a connection nor an operator has cleared that.
    /// </summary>
    public bool IsQuarantined
    {
        get
        {
            lock (_lock) return _isQuarantined;
        }
    }

    /// <summary>Whether only an operator lets the device in.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_lock) return _isQuarantined && limits.Rule == QuarantineRule.Operator;
        }
    }

    /// <summary>How long a connection has to wait that comes now; 0 for not at all.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock) return TimeSpan.FromTicks(Rest(clock.Now) / TimeSpan.NanosecondsPerTick);
        }
    }

    /// <summary>The last violations, the newest first; at most <see cref="Kept"/>.</summary>
    public ImmutableArray<ViolationReport> Report()
    {
        lock (_lock)
        {
            var now = clock.Now;
            return [.. _newest.Reverse().Select(item => new ViolationReport(item.Reason, (now - item.At) / 1e9))];
        }
    }

    /// <summary>The device has broken the protocol.</summary>
    /// <param name="reason">How.</param>
    public void Add(string reason)
    {
        lock (_lock)
        {
            var now = clock.Now;

            // Whoever behaved for a whole window after the last pause begins anew.
            if (now - _last > _window + _pause) _pause = 0;
            else if (_pause > 0) _pause = Math.Min(2 * _pause, _longest);
            _last = now;
            _count++;
            _isQuarantined = true;
            _newest.Enqueue((reason.Length > LongestReason ? reason[..LongestReason] + " ..." : reason, now));
            if (_newest.Count > Kept) _newest.Dequeue();
            _recent.Enqueue(now);
            while (_recent.Count > limits.Violations || now - _recent.Peek() > _window) _recent.Dequeue();
            if (_pause == 0 && _recent.Count >= limits.Violations && limits.Rule == QuarantineRule.Reconnect) _pause = _shortest;
        }
    }

    /// <summary>A connection is served: that ends the quarantine, but nothing is forgotten.</summary>
    public void Serve()
    {
        lock (_lock) _isQuarantined = false;
    }

    /// <summary>An operator lets the device in: at once, and as if it had done nothing. The count and the reasons stay.</summary>
    /// <returns>Whether it was in quarantine, or its next connection would have had to wait.</returns>
    public bool Release()
    {
        lock (_lock)
        {
            var was = _isQuarantined || Rest(clock.Now) > 0;
            _isQuarantined = false;
            _pause = 0;
            _recent.Clear();
            return was;
        }
    }

    private long Rest(long now) => _pause == 0 ? 0 : Math.Max(0, _last + _pause - now);
}
