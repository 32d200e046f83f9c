namespace CameraFabric.Guest.Program;

/// <summary>Keeps the longest gaps between frames; adding allocates nothing.</summary>
internal sealed class LongestGaps
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 16;

    private readonly (long Began, long Length)[] _gaps = new (long Began, long Length)[Capacity];
    private int _count;

    /// <summary>Keeps one, if it is longer than the shortest that is kept.</summary>
    /// <param name="began">When it began, nanoseconds.</param>
    /// <param name="length">How long it was, nanoseconds.</param>
    public void Add(long began, long length)
    {
        if (_count < Capacity)
        {
            _gaps[_count++] = (began, length);
            return;
        }

        var shortest = 0;
        for (var i = 1; i < Capacity; i++)
        {
            if (_gaps[i].Length < _gaps[shortest].Length) shortest = i;
        }

        if (length > _gaps[shortest].Length) _gaps[shortest] = (began, length);
    }

    /// <summary>Those that are kept, the oldest first, in microseconds.</summary>
    public IReadOnlyList<GuestGapReport> ToReport() =>
        [.. _gaps.Take(_count).OrderBy(static gap => gap.Began).Select(static gap => new GuestGapReport(gap.Began / 1e3, gap.Length / 1e3))];
}
