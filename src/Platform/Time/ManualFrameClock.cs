using System.Diagnostics;

namespace CameraFabric.Platform;

/// <summary>
/// A clock that stands still until it is turned by hand: for tests and for replay faster or slower than life. A waiter whose deadline the
/// hand has passed stops being counted in <see cref="Waiters"/> in the same call, so that a test can turn, wait for the next waiter and
/// turn again without ever racing with the thread it drives. Thread-safe.
/// </summary>
public sealed class ManualFrameClock : FrameClock
{
    private readonly object _gate = new();
    private readonly List<Waiter> _waiters = [];
    private long _now;

    /// <summary>A clock that stands at a given time.</summary>
    /// <param name="start">Nanoseconds.</param>
    public ManualFrameClock(long start = 1_000_000_000) => _now = start;

    /// <inheritdoc/>
    public override long Now => Volatile.Read(ref _now);

    /// <summary>How many threads are blocked in <see cref="WaitUntil"/> with their deadline still ahead.</summary>
    public long Waiters
    {
        get
        {
            lock (_gate) return _waiters.Count;
        }
    }

    /// <summary>Turns the clock forward and lets every waiter go whose deadline is reached.</summary>
    /// <param name="ns">Nanoseconds, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative: this clock never goes back.</exception>
    public void Advance(long ns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ns);
        lock (_gate) MoveTo(checked(_now + ns));
    }

    /// <summary>Turns the clock to a given time and lets every waiter go whose deadline is reached.</summary>
    /// <param name="ns">Nanoseconds; not before <see cref="Now"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Before the present: this clock never goes back.</exception>
    public void AdvanceTo(long ns)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ns, _now);
            MoveTo(ns);
        }
    }

    /// <summary>Waits, in real time, until at least so many threads wait for this clock.</summary>
    /// <param name="count">How many.</param>
    /// <param name="realTimeout">How long at most; only a test that fails ever waits that long.</param>
    /// <returns>False if the time passed first.</returns>
    public bool WaitForWaiter(int count, TimeSpan realTimeout)
    {
        var since = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_waiters.Count < count)
            {
                var rest = realTimeout - Stopwatch.GetElapsedTime(since);
                if (rest <= TimeSpan.Zero || !Monitor.Wait(_gate, rest)) return _waiters.Count >= count;
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return false;

        // The registration is disposed outside the gate: disposing waits for a running callback, and the callback takes the gate.
        using var registration = stop.UnsafeRegister(static state => ((ManualFrameClock)state!).Notify(), this);
        lock (_gate)
        {
            if (_now >= deadlineNanoseconds) return true;
            var waiter = new Waiter(deadlineNanoseconds);
            _waiters.Add(waiter);
            Monitor.PulseAll(_gate);
            while (true)
            {
                if (waiter.IsReleased) return true;
                if (stop.IsCancellationRequested)
                {
                    _waiters.Remove(waiter);
                    return false;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    private void MoveTo(long ns)
    {
        Volatile.Write(ref _now, ns);
        foreach (var waiter in _waiters) waiter.IsReleased = waiter.Deadline <= ns;
        if (_waiters.RemoveAll(static waiter => waiter.IsReleased) > 0) Monitor.PulseAll(_gate);
    }

    private void Notify()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private sealed class Waiter(long deadline)
    {
        public long Deadline { get; } = deadline;

        public bool IsReleased { get; set; }
    }
}
