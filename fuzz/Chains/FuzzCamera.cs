using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fuzz.Chains;

/// <summary>Small cameras of every kind: little memory to compare makes many executions.</summary>
internal static class FuzzCamera
{
    public const int Width = 16;
    public const int Height = 8;

    private static readonly ImmutableArray<ControlInfo> PerFrameControls =
    [
        ControlCatalogue.ExposureTime,
        ControlCatalogue.AnalogueGain,
        ControlCatalogue.ColourGains,
        ControlCatalogue.Brightness with { Scope = ControlScope.Global },
        ControlCatalogue.TestPatternMode with { Scope = ControlScope.Configure },
        ControlCatalogue.SensorTemperature,
    ];

    /// <summary>One with controls for single frames, one without, one without any.</summary>
    public static CameraProfile[] Profiles { get; } =
    [
        With(PerFrameControls),
        With([.. PerFrameControls.Select(control => control is { IsWritable: true, Scope: ControlScope.Frame }
            ? control with { Scope = ControlScope.Global } : control)]),
        With([]),
    ];

    /// <summary>Bytes of the largest frame.</summary>
    public static int FrameBytes { get; } = Profiles[0].Formats.Max(offer => Configuration(offer.Format).Layout().TotalBytes);

    public static StreamConfiguration Configuration(FourCC format) => new(format, Width, Height, new FrameInterval(1, 30));

    private static CameraProfile With(ImmutableArray<ControlInfo> controls) => new()
    {
        Name = "fuzzed", Model = "none", Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), PipelineDepth = 2,
        Formats = [Offer("NV12"), Offer("YUYV"), Offer("GREY")],
        Controls = controls,
    };

    private static FormatOffer Offer(string fourcc) => new()
    {
        Format = FourCC.Parse(fourcc),
        Sizes = [FrameSizeOffer.Of(Width, Height, new FrameInterval(1, 60), new FrameInterval(1, 10))],
    };
}
