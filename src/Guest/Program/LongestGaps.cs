namespace CameraFabric.Guest.Program;

/// <summary>Keeps the longest gaps between frames; adding allocates nothing.</summary>
internal sealed class LongestGaps
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 16;

    // In the order in which they came.
    private readonly (long Began, long Length)[] _gaps = new (long Began, long Length)[Capacity];
    private int _count;

    /// <summary>Keeps one, if it is longer than the shortest that is kept.</summary>
    /// <param name="began">When it began, nanoseconds.</param>
    /// <param name="length">How long it was, nanoseconds.</param>
    public void Add(long began, long length)
    {
        if (_count == Capacity)
        {
            var shortest = 0;
            for (var i = 1; i < Capacity; i++)
            {
                if (_gaps[i].Length < _gaps[shortest].Length) shortest = i;
            }

            if (length <= _gaps[shortest].Length) return;
            _gaps.AsSpan(shortest + 1).CopyTo(_gaps.AsSpan(shortest));
            _count--;
        }

        _gaps[_count++] = (began, length);
    }

    /// <summary>Those that are kept, the oldest first, in microseconds.</summary>
    public IReadOnlyList<GuestGapReport> ToReport()
    {
        var report = new GuestGapReport[_count];
        for (var i = 0; i < report.Length; i++) report[i] = new GuestGapReport(_gaps[i].Began / 1e3, _gaps[i].Length / 1e3);
        return report;
    }
}
