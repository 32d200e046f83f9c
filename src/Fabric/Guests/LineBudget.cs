using CameraFabric.Platform;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// How many lines one guest's device may write into the log, so that a guest which misbehaves cannot fill it: the first ones of a while in
/// full, then a count. Thread-safe.
/// </summary>
/// <param name="clock">The frame clock.</param>
/// <param name="lines">Lines in full within <see cref="While"/>.</param>
internal sealed class LineBudget(FrameClock clock, int lines)
{
    /// <summary>How long they count.</summary>
    public static readonly TimeSpan While = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _since;
    private int _written;
    private long _leftOut;

    /// <summary>Called when a line is left out and none before it since the last summary. Any thread that logs; must not block.</summary>
    public Action? Begun { get; set; }

    /// <summary>Whether lines were left out that no summary has told of.</summary>
    public bool HasLeftOut
    {
        get
        {
            lock (_lock) return _leftOut > 0;
        }
    }

    /// <summary>May one more line be written?</summary>
    /// <param name="leftOut">If so: how many were left out before it, to be told first.</param>
    public bool TryTake(out long leftOut)
    {
        lock (_lock)
        {
            leftOut = Renew();
            if (_written < lines)
            {
                _written++;
                return true;
            }

            if (++_leftOut > 1) return false;
        }

        Begun?.Invoke();
        return false;
    }

    /// <summary>The lines that were left out, if it is time to tell of them; 0 otherwise. They are told of once.</summary>
    public long TakeLeftOut()
    {
        lock (_lock) return Renew();
    }

    private long Renew()
    {
        var now = clock.Now;
        if (_written > 0 && now - _since < While.Ticks * TimeSpan.NanosecondsPerTick) return 0;
        var leftOut = _leftOut;
        (_since, _written, _leftOut) = (now, 0, 0);
        return leftOut;
    }
}
