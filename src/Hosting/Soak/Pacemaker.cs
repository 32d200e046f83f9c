using CameraFabric.Platform;

namespace CameraFabric.Hosting.Soak;

/// <summary>
/// Measures the machine, not the fabric: on each processor a thread that wants to wake every few milliseconds and notes when it was late.
/// Where a processor stands still for 60 ms no guest can get a frame every 33; the soak says which gaps were such.
/// </summary>
internal sealed class Pacemaker : IDisposable
{
    private const long Beat = 2_000_000; // nanoseconds

    private readonly long _threshold;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(long At, long Late)> _stalls = [];
    private readonly Thread[] _threads;

    /// <summary>Starts to measure.</summary>
    /// <param name="threshold">What counts as a stall.</param>
    public Pacemaker(TimeSpan threshold)
    {
        // A stall is seen from the next beat on: the first up to a beat of it does not show.
        _threshold = threshold.Ticks * TimeSpan.NanosecondsPerTick - Beat;
        _threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(processor => new Thread(() => Run(processor)) { IsBackground = true, Name = "pacemaker" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>How often the machine stood still, and for how long at most.</summary>
    public (int Count, TimeSpan Longest) Stalls
    {
        get { lock (_gate) return (_stalls.Count, TimeSpan.FromMicroseconds(_stalls.Select(stall => stall.Late).DefaultIfEmpty().Max() / 1000.0)); }
    }

    /// <summary>Whether it stood still between two moments of the frame clock.</summary>
    public bool StalledBetween(long from, long to)
    {
        lock (_gate) return _stalls.Exists(stall => stall.At >= from && stall.At - stall.Late <= to);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (var thread in _threads) thread.Join();
        _stop.Dispose();
    }

    private void Run(int processor)
    {
        // Where it may not be bound to one it measures wherever it happens to run.
        _ = ThreadTuning.TrySetAffinity([processor], out _);
        var due = FrameClock.System.Now;
        while (FrameClock.System.WaitUntil(due += Beat, _stop.Token))
        {
            var now = FrameClock.System.Now;
            if (now - due < _threshold) continue;
            lock (_gate) _stalls.Add((now, now - due));
            due = now;
        }
    }
}
