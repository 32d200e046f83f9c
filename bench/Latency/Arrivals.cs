namespace CameraFabric.Bench.Latency;

/// <summary>What one guest saw of one camera. Written by the guest's thread; to be read when that has paused.</summary>
/// <param name="periodNanoseconds">The camera's frame period.</param>
internal sealed class Arrivals(long periodNanoseconds)
{
    private readonly List<long> _latencies = new(1 << 16);
    private long _lastSeen;
    private ulong _lastFrame;

    /// <summary>From complete in the slot to seen by the guest, in nanoseconds.</summary>
    public IReadOnlyList<long> Latencies => _latencies;

    /// <summary>Gaps of more than one and a half periods between two frames.</summary>
    public int Stutters { get; private set; }

    /// <summary>Numbers missing between two frames.</summary>
    public int Lost { get; private set; }

    /// <summary>A new window begins.</summary>
    public void Begin()
    {
        _latencies.Clear();
        (_lastSeen, _lastFrame, Stutters, Lost) = (0, 0, 0, 0);
    }

    /// <summary>A frame is there.</summary>
    public void Add(ulong frame, long complete, long seen)
    {
        _latencies.Add(seen - complete);
        if (_lastFrame != 0)
        {
            Lost += (int)(frame - _lastFrame - 1);
            if (seen - _lastSeen > periodNanoseconds * 3 / 2) Stutters++;
        }

        (_lastFrame, _lastSeen) = (frame, seen);
    }
}
