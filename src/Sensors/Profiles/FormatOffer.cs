using System.Collections.Immutable;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Profiles;

/// <summary>Sizes, and the frame intervals that go with them, that a camera offers in one format: one size, or a range of them.</summary>
public sealed record FrameSizeOffer
{
    /// <summary>Least width, pixels.</summary>
    public required int MinimumWidth { get; init; }

    /// <summary>Least height, rows.</summary>
    public required int MinimumHeight { get; init; }

    /// <summary>Largest width, pixels.</summary>
    public required int MaximumWidth { get; init; }

    /// <summary>Largest height, rows.</summary>
    public required int MaximumHeight { get; init; }

    /// <summary>Widths are the least plus a multiple of this.</summary>
    public int StepWidth { get; init; } = 1;

    /// <summary>Heights are the least plus a multiple of this.</summary>
    public int StepHeight { get; init; } = 1;

    /// <summary>The highest rate.</summary>
    public required FrameInterval ShortestInterval { get; init; }

    /// <summary>The lowest rate.</summary>
    public required FrameInterval LongestInterval { get; init; }

    /// <summary>True for a single size.</summary>
    public bool IsDiscrete => MinimumWidth == MaximumWidth && MinimumHeight == MaximumHeight;

    /// <summary>One size.</summary>
    public static FrameSizeOffer Of(int width, int height, FrameInterval shortest, FrameInterval longest) => new()
    {
        MinimumWidth = width, MinimumHeight = height, MaximumWidth = width, MaximumHeight = height,
        ShortestInterval = shortest, LongestInterval = longest,
    };

    /// <summary>The offered size and interval nearest to what is wanted.</summary>
    internal (int Width, int Height, FrameInterval Interval) Nearest(int width, int height, FrameInterval interval) => (
        Nearest(width, MinimumWidth, MaximumWidth, StepWidth),
        Nearest(height, MinimumHeight, MaximumHeight, StepHeight),
        !interval.IsValid || interval < ShortestInterval ? ShortestInterval : interval > LongestInterval ? LongestInterval : interval);

    private static int Nearest(int wanted, int least, int most, int step)
    {
        if (wanted <= least || most <= least)
            return least;
        step = Math.Max(1, step);
        var last = (most - least) / step;
        var steps = ((long)wanted - least + step / 2) / step;
        return least + (int)Math.Min(last, steps) * step;
    }
}

/// <summary>A pixel format that a camera offers, and its sizes.</summary>
public sealed record FormatOffer
{
    /// <summary>The format's code.</summary>
    public required FourCC Format { get; init; }

    /// <summary>Its sizes; the camera's favourite first.</summary>
    public required ImmutableArray<FrameSizeOffer> Sizes { get; init; }

    /// <summary>Offers are equal when format and sizes are.</summary>
    public bool Equals(FormatOffer? other) => other is not null && Format == other.Format
        && Sizes.AsSpan().SequenceEqual(other.Sizes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Format, Sizes.Length);
}
