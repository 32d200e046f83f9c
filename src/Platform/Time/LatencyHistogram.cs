using System.Numerics;

namespace CameraFabric.Platform;

/// <summary>
/// How long things took, in log-linear buckets: 32 to each doubling, so a percentile is at most 3.2 % too high, from one nanosecond to
/// centuries, in 15 kB. Thread-safe; recording allocates nothing.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int Sub = 1 << SubBits;

    private readonly long[] _buckets = new long[(63 - SubBits + 1) * Sub];
    private long _maximum;

    /// <summary>How many were recorded.</summary>
    public long Count
    {
        get
        {
            var sum = 0L;
            for (var i = 0; i < _buckets.Length; i++) sum += Interlocked.Read(ref _buckets[i]);
            return sum;
        }
    }

    /// <summary>The longest, exact, in nanoseconds; 0 when none was recorded.</summary>
    public long Maximum => Interlocked.Read(ref _maximum);

    /// <summary>Records one.</summary>
    /// <param name="nanoseconds">How long; a negative value counts as 0: the clocks of two threads may disagree by a hair.</param>
    public void Record(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds);
        Interlocked.Increment(ref _buckets[BucketOf(value)]);
        var maximum = Interlocked.Read(ref _maximum);
        while (value > maximum)
        {
            var seen = Interlocked.CompareExchange(ref _maximum, value, maximum);
            if (seen == maximum) break;
            maximum = seen;
        }
    }

    /// <summary>The duration that a fraction of all recorded ones do not exceed, in nanoseconds, rounded up to its bucket's end; 0 when empty.</summary>
    /// <param name="fraction">0 to 1: 0.99 is the 99th percentile.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not from 0 to 1.</exception>
    public long Percentile(double fraction)
    {
        if (fraction is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "needs 0 to 1");
        var count = Count;
        if (count == 0) return 0;
        var rank = Math.Clamp((long)Math.Ceiling(fraction * count), 1, count);
        var below = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            below += Interlocked.Read(ref _buckets[i]);
            if (below >= rank) return Math.Min(EndOf(i), Maximum);
        }

        return Maximum;
    }

    // Values below 32 have a bucket each; above, the top six bits choose it.
    private static int BucketOf(long value)
    {
        if (value < Sub) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return (shift + 1) * Sub + (int)(value >> shift) - Sub;
    }

    private static long EndOf(int bucket)
    {
        if (bucket < Sub) return bucket;
        var shift = bucket / Sub - 1;
        return (long)(((ulong)(bucket % Sub + Sub + 1) << shift) - 1);
    }
}
