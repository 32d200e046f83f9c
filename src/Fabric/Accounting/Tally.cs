using System.Collections.Immutable;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Accounting;

/// <summary>A counter for each value of an enumeration whose values are 0, 1, 2 ... Thread-safe; counting allocates nothing.</summary>
/// <param name="names">The values' names, by number.</param>
public sealed class Tally(ImmutableArray<string> names)
{
    private readonly long[] _counts = new long[names.Length];

    /// <summary>A tally with the names of an enumeration.</summary>
    /// <typeparam name="T">The enumeration; its values are 0, 1, 2 ...</typeparam>
    public static Tally Of<T>() where T : struct, Enum => new(Names<T>.All);

    /// <summary>All counts together.</summary>
    public long Total
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < _counts.Length; i++) sum += Interlocked.Read(ref _counts[i]);
            return sum;
        }
    }

    /// <summary>One count.</summary>
    /// <param name="reason">The enumeration's value.</param>
    public long this[int reason] => Interlocked.Read(ref _counts[reason]);

    /// <summary>Adds to one count.</summary>
    /// <param name="reason">The enumeration's value; one that has no name is counted as the last one.</param>
    /// <param name="count">How many.</param>
    public void Add(int reason, long count = 1) =>
        Interlocked.Add(ref _counts[(uint)reason < (uint)_counts.Length ? reason : _counts.Length - 1], count);

    /// <summary>The counts that are not zero, by name.</summary>
    public ImmutableArray<ReasonCount> Report()
    {
        var report = ImmutableArray.CreateBuilder<ReasonCount>();
        for (var i = 0; i < _counts.Length; i++)
        {
            var count = this[i];
            if (count != 0) report.Add(new ReasonCount(names[i], count));
        }

        return report.ToImmutable();
    }

    // Once for all tallies: a node may have thousands.
    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly ImmutableArray<string> All = [.. Enum.GetNames<T>()];
    }
}
