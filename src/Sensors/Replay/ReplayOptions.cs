using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Replay;

/// <summary>What is replayed, and how.</summary>
public sealed record ReplayOptions
{
    /// <summary>The fastest and the slowest replay: a thousand times as fast or as slow as life.</summary>
    public const double MaximumRate = 1000, MinimumRate = 0.001;

    /// <summary>The file: YUV4MPEG2 (recognised by its first bytes), or raw frames one after the other (with
    /// <see cref="RawConfiguration"/>).</summary>
    public required string Path { get; init; }

    /// <summary>
    /// 1 = as recorded, 2 = twice as fast; 0 = as fast as the file can be read, without waiting for anybody: who does not keep up loses
    /// frames.
    /// </summary>
    public double Rate { get; init; } = 1.0;

    /// <summary>Begin again after the last frame (the first one of a new round carries a discontinuity), or end.</summary>
    public bool Loop { get; init; } = true;

    /// <summary>What a raw file holds. Not for YUV4MPEG2, which says so itself.</summary>
    public StreamConfiguration? RawConfiguration { get; init; }

    /// <summary>The recording's frame interval, for YUV4MPEG2 files that do not say it; overrides what they say.</summary>
    public FrameInterval? Interval { get; init; }

    /// <summary>Writes the stamp over the top of each picture (<see cref="Synthetic.FrameStamp"/>), where it fits. Frames are then no
    /// longer byte for byte the recording's.</summary>
    public bool Stamp { get; init; }

    /// <summary>True: the pace can be set frame by frame (FrameDuration). False: a classical camera without settings; what was exposed is
    /// exposed.</summary>
    public bool PerFrame { get; init; }

    /// <summary>Everything that is wrong with these options, without opening the file; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Path)) errors.Add("Path is empty; the name of a file is wanted.");
        if (Rate is not 0 && !(Rate >= MinimumRate && Rate <= MaximumRate))
        {
            errors.Add(
                FormattableString.Invariant($"Rate is {Rate}; 0 (as fast as possible) or {MinimumRate} to {MaximumRate} is possible."));
        }

        if (Interval is { } interval && interval.Nanoseconds <= 0) errors.Add("Interval is not positive; 1/30 would do.");
        if (RawConfiguration is null) return errors;
        if (Interval is null && RawConfiguration.Interval.Nanoseconds <= 0)
            errors.Add("RawConfiguration's interval is not positive; 1/30 would do.");
        try
        {
            RawConfiguration.Layout();
        }
        catch (ArgumentException error)
        {
            errors.Add($"RawConfiguration: {error.Message}");
        }

        return errors;
    }
}
