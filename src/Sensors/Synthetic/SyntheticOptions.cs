using System.Collections.Immutable;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>What a synthetic camera is to be like.</summary>
public sealed record SyntheticOptions
{
    /// <summary>The largest delay of a control, frames.</summary>
    public const int MaximumDelay = 16;

    /// <summary>True: controls belong to single frames. False: a classical camera, where the same controls hold for the stream (scope
    /// global or configure).</summary>
    public bool PerFrame { get; init; } = true;

    /// <summary>What the camera looks at until somebody sets TestPatternMode.</summary>
    public SyntheticPattern Pattern { get; init; } = SyntheticPattern.MovingScene;

    /// <summary>Another seed, other noise.</summary>
    public uint Seed { get; init; }

    /// <summary>The camera's formats, sizes and intervals; null for every uncompressed format of the catalogue in usual sizes up to
    /// 3840x2160. The largest size is that of the sensor's array.</summary>
    public ImmutableArray<FormatOffer>? Formats { get; init; }

    /// <summary>The model that the profile names.</summary>
    public string Model { get; init; } = "Camera Fabric synthetic sensor";

    /// <summary>Who the camera is; empty for an id computed from the camera's name.</summary>
    public Guid Id { get; init; }

    /// <summary>Cameras with the same group have their edges at the same moments (multiples of their frame duration on the node's clock);
    /// empty for none.</summary>
    public Guid SyncGroup { get; init; }

    /// <summary>Frames from the edge at which ExposureTime is written to the frame that shows it.</summary>
    public int ExposureDelay { get; init; } = 2;

    /// <summary>The same for AnalogueGain and DigitalGain.</summary>
    public int GainDelay { get; init; } = 1;

    /// <summary>The same for FrameDuration.</summary>
    public int FrameDurationDelay { get; init; } = 2;

    /// <summary>The same for ScalerCrop, HorizontalFlip and VerticalFlip.</summary>
    public int GeometryDelay { get; init; } = 1;

    /// <summary>The same for TestPatternMode and the vendor control Strobe.</summary>
    public int PatternDelay { get; init; } = 1;

    /// <summary>Whether the truth is written into the pixels (<see cref="FrameStamp"/>), where it fits.</summary>
    public bool Stamp { get; init; } = true;

    /// <summary>Everything that is wrong with these options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(nameof(ExposureDelay), ExposureDelay);
        Check(nameof(GainDelay), GainDelay);
        Check(nameof(FrameDurationDelay), FrameDurationDelay);
        Check(nameof(GeometryDelay), GeometryDelay);
        Check(nameof(PatternDelay), PatternDelay);
        if (!Enum.IsDefined(Pattern)) errors.Add($"Pattern {(int)Pattern} does not exist; 0 to {(int)SyntheticPattern.GreyRamp} do.");
        if (Formats is { IsDefaultOrEmpty: true }) errors.Add("Formats is empty; leave it out for the usual ones, or name at least one.");
        foreach (var offer in Formats ?? [])
        {
            if (!Painting.PixelPainter.TryGet(offer.Format, out _))
                errors.Add($"Format {offer.Format} cannot be painted; any uncompressed format of the catalogue can.");
            if (offer.Sizes.IsDefaultOrEmpty) errors.Add($"Format {offer.Format} has no sizes; name at least one.");
        }

        return errors;

        void Check(string name, int delay)
        {
            if (delay is < 0 or > MaximumDelay) errors.Add($"{name} is {delay} frames; 0 to {MaximumDelay} are possible.");
        }
    }
}
