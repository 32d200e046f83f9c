using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>Writes the self-description of a synthetic camera.</summary>
internal static class SyntheticProfile
{
    /// <summary>The exposure at which a gain of 1 shows the scene's own colours, nanoseconds.</summary>
    public const long NominalExposure = 10_000_000;

    /// <summary>The vendor control that lights a flash: the frame is exposed with twice the light.</summary>
    public const uint StrobeId = ControlCatalogue.VendorBit | (VendorIndex << 16) | 1;

    private const ushort VendorIndex = 1;
    private const long ShortestExposure = 10_000;
    private static readonly Guid VendorId = new("6c1d6b5e-6f0b-4f43-9d0e-3b6a3f6e2a51");

    // The same for every camera, or every one with the same formats and options: a node may have thousands.
    private static readonly ImmutableArray<VendorNamespace> Vendors = [new VendorNamespace(VendorIndex, VendorId, "CameraFabricSynthetic")];
    private static readonly ConditionalWeakTable<FormatOffer[], ConcurrentDictionary<SyntheticOptions, ImmutableArray<ControlInfo>>> Controls = [];
    private static readonly ImmutableArray<FormatOffer> UsualFormats = MakeUsualFormats();
    private static readonly ImmutableArray<ControlMenuItem> Patterns =
        [.. Enum.GetValues<SyntheticPattern>().Select(static pattern => new ControlMenuItem((long)pattern, MenuName(pattern)))];

    public static CameraProfile Make(string cameraId, SyntheticOptions options)
    {
        var formats = options.Formats ?? UsualFormats;
        return new CameraProfile
        {
            Name = cameraId,
            Model = options.Model,
            Id = options.Id == Guid.Empty ? IdOf(cameraId) : options.Id,
            SyncGroup = options.SyncGroup,
            PipelineDepth = options.PerFrame ? Delays(options).Max() + 1 : 1,
            Formats = formats,
            Controls = ControlsOf(options, formats),
            Vendors = Vendors,
        };
    }

    /// <summary>The size of the sensor's array: the largest that any format offers.</summary>
    public static ArraySize ArrayOf(ImmutableArray<FormatOffer> formats)
    {
        var sizes = formats.SelectMany(static offer => offer.Sizes).ToArray();
        return new ArraySize(sizes.Max(static size => size.MaximumWidth), sizes.Max(static size => size.MaximumHeight));
    }

    /// <summary>An id that the same camera has on every node and in every run.</summary>
    public static Guid IdOf(string cameraId) => new(SHA256.HashData(Encoding.UTF8.GetBytes(cameraId)).AsSpan(0, 16));

    private static int[] Delays(SyntheticOptions options) =>
        [options.ExposureDelay, options.GainDelay, options.FrameDurationDelay, options.GeometryDelay, options.PatternDelay];

    // What does not matter to the controls is left out of the key.
    private static ImmutableArray<ControlInfo> ControlsOf(SyntheticOptions options, ImmutableArray<FormatOffer> formats) => Controls
        .GetOrCreateValue(ImmutableCollectionsMarshal.AsArray(formats)!)
        .GetOrAdd(options with { Formats = null, Seed = 0, Model = "", Id = Guid.Empty, SyncGroup = Guid.Empty, Stamp = true },
            static (key, offered) => MakeControls(key, offered), formats);

    private static ImmutableArray<ControlInfo> MakeControls(SyntheticOptions options, ImmutableArray<FormatOffer> formats)
    {
        var array = ArrayOf(formats);
        var sizes = formats.SelectMany(static offer => offer.Sizes).ToArray();
        var shortest = sizes.Min(static size => size.ShortestInterval.Nanoseconds);
        var longest = sizes.Max(static size => size.LongestInterval.Nanoseconds);

        // A classical camera takes picture settings at any time, and what shapes the stream only while it stands still.
        var picture = options.PerFrame ? ControlScope.Frame : ControlScope.Global;
        var stream = options.PerFrame ? ControlScope.Frame : ControlScope.Configure;
        return
        [
            Setting(ControlCatalogue.ExposureTime, picture, options.ExposureDelay) with
            {
                Minimum = Math.Min(ShortestExposure, longest), Maximum = longest, Step = 0, Default = Math.Min(NominalExposure, longest),
            },
            Setting(ControlCatalogue.AnalogueGain, picture, options.GainDelay) with
            {
                Minimum = Raw(0.125), Maximum = Raw(16), Step = 0, Default = Raw(1),
            },
            Setting(ControlCatalogue.DigitalGain, picture, options.GainDelay) with
            {
                Minimum = Raw(0.125), Maximum = Raw(8), Step = 0, Default = Raw(1),
            },
            Setting(ControlCatalogue.FrameDuration, stream, options.FrameDurationDelay) with
            {
                Minimum = shortest, Maximum = longest, Step = 0,
                Default = Math.Clamp(new FrameInterval(1, 30).Nanoseconds, shortest, longest),
            },
            Setting(ControlCatalogue.ScalerCrop, stream, options.GeometryDelay) with
            {
                Minimum = 0, Maximum = Math.Max(array.Width, array.Height), Step = 0, Default = 0,
            },
            Setting(ControlCatalogue.HorizontalFlip, stream, options.GeometryDelay) with { Default = 0 },
            Setting(ControlCatalogue.VerticalFlip, stream, options.GeometryDelay) with { Default = 0 },
            Setting(ControlCatalogue.TestPatternMode, picture, options.PatternDelay) with
            {
                Minimum = 0, Maximum = (long)SyntheticPattern.GreyRamp, Step = 0, Default = (long)options.Pattern,
                Menu = Patterns,
            },
            new ControlInfo
            {
                Id = StrobeId, Name = "Strobe", Description = "A flash that doubles the light which the frame is exposed with.",
                Type = ControlType.Bool, Scope = picture, DelayFrames = PromisedDelay(picture, options.PatternDelay), Minimum = 0, Maximum = 1, Step = 1,
            },
            ControlCatalogue.SensorTimestamp with { Direction = ControlDirection.Out },
        ];
    }

    private static ControlInfo Setting(ControlInfo control, ControlScope scope, int delay) =>
        control with { Scope = scope, Direction = ControlDirection.InOut, DelayFrames = PromisedDelay(scope, delay) };

    /// <summary>Only a control of single frames promises the frame that it acts on; the others act when they do, and the frame says so.</summary>
    private static int PromisedDelay(ControlScope scope, int delay) => scope == ControlScope.Frame ? delay : 0;

    private static long Raw(double factor) => (long)(factor * ControlValue.FixedOne);

    private static string MenuName(SyntheticPattern pattern) => pattern switch
    {
        SyntheticPattern.MovingScene => "Off",
        SyntheticPattern.SolidColour => "SolidColor",
        SyntheticPattern.ColourBars => "ColorBars",
        SyntheticPattern.ColourBarsFadeToGrey => "ColorBarsFadeToGray",
        SyntheticPattern.Noise => "Pn9",
        _ => pattern.ToString(),
    };

    private static ImmutableArray<FormatOffer> MakeUsualFormats()
    {
        var (shortest, longest) = (new FrameInterval(1, 120), new FrameInterval(10, 1));
        ImmutableArray<FrameSizeOffer> sizes =
        [
            FrameSizeOffer.Of(1920, 1080, shortest, longest),
            FrameSizeOffer.Of(3840, 2160, shortest, longest),
            FrameSizeOffer.Of(1280, 720, shortest, longest),
            FrameSizeOffer.Of(640, 480, shortest, longest),
            FrameSizeOffer.Of(320, 240, shortest, longest),
        ];
        return [.. PixelFormats.All.Where(static format => Painting.PixelPainter.TryGet(format.FourCC, out _))
            .Select(format => new FormatOffer { Format = format.FourCC, Sizes = sizes })];
    }
}
