using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>Copies rows of pictures whatever their planes.</summary>
internal static class RowCopy
{
    /// <summary>Copies one row of the picture, with its chroma where that is its own (in every row, or in the even ones).</summary>
    /// <param name="layout">The layout of both frames.</param>
    /// <param name="source">The frame to read.</param>
    /// <param name="from">A row of it.</param>
    /// <param name="target">The frame to write; it may be the same.</param>
    /// <param name="to">A row of it, of the same parity.</param>
    public static void Copy(FrameLayout layout, ReadOnlySpan<byte> source, int from, Span<byte> target, int to)
    {
        foreach (var plane in layout.Planes)
        {
            var isWhole = plane.Rows == layout.Height;
            if (!isWhole && (to & 1) != 0) continue;
            var (a, b) = isWhole ? (from, to) : (from >> 1, to >> 1);
            source.Slice(plane.Offset + (a * plane.Stride), plane.Stride).CopyTo(target[(plane.Offset + (b * plane.Stride))..]);
        }
    }

    /// <summary>Fills a frame with rows of another one, two at a time, drawn by lot: noise that differs in every frame for the price of a
    /// copy.</summary>
    /// <param name="layout">The layout of both frames.</param>
    /// <param name="source">Where rows are drawn from.</param>
    /// <param name="target">Every row of it is written.</param>
    /// <param name="seed">Another seed, another order.</param>
    public static void Shuffle(FrameLayout layout, ReadOnlySpan<byte> source, Span<byte> target, ulong seed)
    {
        var pairs = layout.Height / 2;
        var state = (seed * 0x9E3779B97F4A7C15) | 1;
        for (var y = 0; y < layout.Height; y += 2)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var from = pairs == 0 ? 0 : (int)((state >> 33) % (ulong)pairs) * 2;
            Copy(layout, source, from, target, y);
            if (y + 1 < layout.Height) Copy(layout, source, from + 1, target, y + 1);
        }
    }
}
