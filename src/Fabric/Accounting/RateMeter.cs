namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// Events per second over the last few dozens of them. One thread reports, any thread may ask; a reader that comes in the middle gets a
/// value a little off.
/// </summary>
public sealed class RateMeter
{
    private const int Window = 64;
    private const long Silence = 3_000_000_000;
    private readonly long[] _times = new long[Window];
    private long _count;

    /// <summary>One has happened.</summary>
    /// <param name="now">When, in nanoseconds.</param>
    public void Record(long now)
    {
        Volatile.Write(ref _times[(int)(_count % Window)], now);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>The rate; 0 when there was too little, or nothing for three seconds.</summary>
    /// <param name="now">Now, in nanoseconds.</param>
    public double PerSecond(long now)
    {
        var count = Volatile.Read(ref _count);
        if (count < 2) return 0;
        var last = Volatile.Read(ref _times[(int)((count - 1) % Window)]);
        var span = Math.Min(count, Window) - 1;
        var first = Volatile.Read(ref _times[(int)((count - 1 - span) % Window)]);
        return last <= first || now - last > Silence ? 0 : span * 1e9 / (last - first);
    }
}
