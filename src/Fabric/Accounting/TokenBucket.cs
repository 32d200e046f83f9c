namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// How much of something may be used in a second, on average. It may be used up at once, and overdrawn by one use; then nothing is left
/// until that is made up for. A bucket is full at first. Thread-safe; using it takes no lock and allocates nothing.
/// </summary>
/// <param name="perSecond">What flows in in a second, above 0.</param>
/// <param name="capacity">What it holds, at least 1.</param>
public sealed class TokenBucket(double perSecond, double capacity)
{
    private readonly double _nanoseconds = 1e9 / perSecond;
    private readonly long _depth = (long)(capacity * 1e9 / perSecond);

    // When the bucket will be full again: the one number that says all of it.
    private long _full = long.MinValue;

    /// <summary>Whether nothing is left.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public bool IsEmpty(long now) => Volatile.Read(ref _full) is var full && full > now && full - now >= _depth;

    /// <summary>Takes some, whether it is there or not.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <param name="amount">How much, 0 or more.</param>
    /// <returns>After how many nanoseconds it will have been there; 0 if it was.</returns>
    public long Take(long now, long amount)
    {
        var cost = (long)(amount * _nanoseconds);
        while (true)
        {
            var full = Volatile.Read(ref _full);
            var next = Math.Max(full, now) + cost;
            if (Interlocked.CompareExchange(ref _full, next, full) == full) return Math.Max(0, next - now - _depth);
        }
    }
}
