using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Profiles;

public sealed class CameraProfileTests
{
    private static readonly CameraProfile _profile = new()
    {
        Name = "front",
        Formats =
        [
            new FormatOffer
            {
                Format = PixelFormats.Nv12.FourCC,
                Sizes =
                [
                    FrameSizeOffer.Of(1920, 1080, FrameInterval.FromRate(60), FrameInterval.FromRate(5)),
                    FrameSizeOffer.Of(3840, 2160, FrameInterval.FromRate(30), FrameInterval.FromRate(5)),
                    FrameSizeOffer.Of(1280, 720, FrameInterval.FromRate(120), FrameInterval.FromRate(120)),
                ],
            },
            new FormatOffer
            {
                Format = PixelFormats.Raw12P.FourCC,
                Sizes =
                [
                    new FrameSizeOffer
                    {
                        MinimumWidth = 64, MinimumHeight = 48, MaximumWidth = 1000, MaximumHeight = 800, StepWidth = 16, StepHeight = 4,
                        ShortestInterval = FrameInterval.FromRate(30), LongestInterval = FrameInterval.FromRate(1),
                    },
                ],
            },
        ],
        Controls = [ControlCatalogue.ExposureTime],
    };

    [Theory]
    [InlineData("NV12", 1920, 1080, "1/30", "NV12 1920x1080 30/s")]
    [InlineData("NV12", 1900, 1000, "1/30", "NV12 1920x1080 30/s")]
    [InlineData("NV12", 9999, 9999, "1/60", "NV12 3840x2160 30/s")]
    [InlineData("NV12", 1, 1, "1/30", "NV12 1280x720 120/s")]
    [InlineData("NV12", 1920, 1080, "1/90", "NV12 1920x1080 60/s")]
    [InlineData("NV12", 1920, 1080, "9/1", "NV12 1920x1080 5/s")]
    [InlineData("YUYV", 1920, 1080, "1/30", "NV12 1920x1080 30/s")]
    [InlineData("pRCC", 71, 49, "1/30", "RAW12P 64x48 30/s")]
    [InlineData("pRCC", 73, 51, "1/30", "RAW12P 80x52 30/s")]
    [InlineData("pRCC", 1000, 800, "1/10", "RAW12P 992x800 10/s")]
    [InlineData("pRCC", int.MaxValue, int.MinValue, "1/10", "RAW12P 992x48 10/s")]
    public void Wish_is_adjusted_to_the_nearest_that_is_possible(string format, int width, int height, string interval, string adjusted)
    {
        Assert.True(FrameInterval.TryParseSeconds(interval, out var seconds));
        Assert.Equal(adjusted, _profile.Adjust(new StreamConfiguration(FourCC.Parse(format), width, height, seconds)).ToString());
    }

    [Fact]
    public void Wish_without_a_rate_gets_the_highest() => Assert.Equal(FrameInterval.FromRate(60),
        _profile.Adjust(new StreamConfiguration(PixelFormats.Nv12.FourCC, 1920, 1080, default)).Interval);

    [Fact]
    public void Adjusted_configuration_is_valid_and_adjusting_it_again_changes_nothing() => Properties.Hold(decisions =>
    {
        var profile = ProfileScenarios.Make(decisions);
        Assert.Empty(profile.Validate());
        var wanted = new StreamConfiguration(
            decisions.Chance(3) ? new FourCC((uint)decisions.Below(1 << 24))
            : profile.Formats[decisions.Below(profile.Formats.Length)].Format,
            decisions.Of(decisions.Below(1200), int.MinValue, int.MaxValue), decisions.Below(1200),
            new FrameInterval((uint)decisions.Below(5000), (uint)decisions.Below(5000)));
        var adjusted = profile.Adjust(wanted);
        Assert.Equal(adjusted, profile.Adjust(adjusted));
        Assert.True(adjusted.Layout().TotalBytes > 0);
        Assert.Contains(profile.Formats.Single(format => format.Format == adjusted.Format).Sizes, size =>
            adjusted.Width >= size.MinimumWidth && adjusted.Width <= size.MaximumWidth
            && (adjusted.Width - size.MinimumWidth) % size.StepWidth == 0
            && adjusted.Height >= size.MinimumHeight && adjusted.Height <= size.MaximumHeight
            && (adjusted.Height - size.MinimumHeight) % size.StepHeight == 0
            && adjusted.Interval >= size.ShortestInterval && adjusted.Interval <= size.LongestInterval);
    });

    [Fact]
    public void Camera_is_per_frame_when_a_control_can_be_set_for_a_frame()
    {
        Assert.True(_profile.IsPerFrame);
        Assert.False((_profile with { Controls = [] }).IsPerFrame);
        Assert.False((_profile with { Controls = [ControlCatalogue.Lux, ControlCatalogue.DebugMetadataEnable] }).IsPerFrame);
        Assert.Same(ControlCatalogue.ExposureTime, _profile.Find(ControlCatalogue.ExposureTime.Id));
        Assert.Null(_profile.Find(1));
    }

    [Fact]
    public void Profile_without_formats_cannot_be_adjusted_to() => Assert.Throws<InvalidOperationException>(
        () => (_profile with { Formats = [] }).Adjust(new StreamConfiguration(PixelFormats.Nv12.FourCC, 1, 1, default)));

    [Fact]
    public void Unknown_format_has_no_layout() => Assert.Contains("'ABCD'", Assert.Throws<ArgumentException>(
        () => new StreamConfiguration(FourCC.Parse("ABCD"), 2, 2, FrameInterval.FromRate(1)).Layout()).Message, StringComparison.Ordinal);

    [Fact]
    public void Validation_finds_everything_at_once()
    {
        var broken = _profile with
        {
            Name = "",
            Model = new string('m', 64),
            TimeBase = "tai",
            PipelineDepth = -1,
            Formats =
            [
                new FormatOffer
                {
                    Format = PixelFormats.Nv12.FourCC,
                    Sizes =
                    [
                        FrameSizeOffer.Of(641, 480, FrameInterval.FromRate(5), FrameInterval.FromRate(30)),
                        FrameSizeOffer.Of(0, 99999, default, default),
                    ],
                },
                new FormatOffer { Format = PixelFormats.Nv12.FourCC, Sizes = [] },
                new FormatOffer
                {
                    Format = FourCC.Parse("ABCD"),
                    Sizes = [FrameSizeOffer.Of(1, 1, FrameInterval.FromRate(1), FrameInterval.FromRate(1))],
                },
                new FormatOffer
                {
                    Format = PixelFormats.Rgb24.FourCC,
                    Sizes = [FrameSizeOffer.Of(32768, 32768, FrameInterval.FromRate(1), FrameInterval.FromRate(1))],
                },
            ],
            Controls =
            [
                ControlCatalogue.ExposureTime with { Name = new string('n', 32), DelayFrames = 65, Default = 0 },
                ControlCatalogue.ExposureTime with { Minimum = 9, Maximum = 8 },
                new ControlInfo { Id = 0x80050001, Name = "Alien", Type = (ControlType)77 },
                ControlCatalogue.AfMode with { Default = 9, Scope = ControlScope.Global, DelayFrames = 1, MaximumCount = 17 },
            ],
            Vendors = [new VendorNamespace(1, default, ""), new VendorNamespace(1, default, "again")],
        };
        var problems = broken.Validate();
        foreach (var expected in (string[])
        [
            "name: '' has 0 bytes", "model: ", "timeBase: 'tai' is not known; 'monotonic' is.",
            "pipelineDepth: -1 is out of range; 0 to 255 frames are possible.",
            "formats[0].sizes[0].from: width 641 is not a multiple of 2, as the format wants; 642 would be right.",
            "formats[0].sizes[0].shortest: 1/5 s is longer than the longest interval, 1/30 s.",
            "formats[0].sizes[1].from: width 0 is out of range", "formats[0].sizes[1].from: height 99999 is out of range",
            "formats[0].sizes[1].shortest: 0/0 is no interval", "formats[0].sizes[1].longest: 0/0 is no interval",
            "formats[1].format: 'NV12' is offered twice", "formats[1].sizes: there is none",
            "formats[2].format: pixel format 'ABCD' is not known",
            "formats[3].sizes[0].to: RGB24: 32768x32768 needs",
            "controls[0].name: ", "controls[0].delay: 65 is out of range",
            "controls[0].default: 0 is out of range; 1000 to 1000000000 ns are possible.",
            "controls[1].id: 0x00007 is that of nnn", "controls[1].minimum: 9 is more than the maximum, 8.",
            "controls[2].id: 0x80050001 is of vendor 5, who is not among the vendors.", "controls[2].type: 77 is none",
            "controls[3].delay: only a control of scope 'frame' has a delay", "controls[3].default: 9 is not in the menu; 0, 1, 2 are.",
            "controls[3].count: [1, 17]",
            "vendors[0].name: ", "vendors[1].index: 1 is used twice",
        ])
            Assert.Contains(problems, problem => problem.StartsWith(expected, StringComparison.Ordinal));
        Assert.Throws<InvalidOperationException>(() => broken.Save("/nowhere/at/all.json"));
    }
}
