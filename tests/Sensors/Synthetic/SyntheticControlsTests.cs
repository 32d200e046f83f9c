using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Synthetic;

public sealed class SyntheticControlsTests
{
    private static readonly ControlValue Mirrored = ControlValue.From(true);

    [Fact]
    public void All_controls_of_a_set_show_in_its_frame_and_none_earlier()
    {
        using var rig = SensorRig.Synthetic();
        var before = new FrameTruth(0, 10_000_000, 1 << 16, rig.Period, 0, 0, 0, 0, 3840, 2160);
        var set = rig.Ask(
            6,
            (ControlCatalogue.ExposureTime, ControlValue.From(4_000_000L)),
            (ControlCatalogue.AnalogueGain, ControlValue.FromFixed(2.5)),
            (ControlCatalogue.FrameDuration, ControlValue.From(30_000_000L)),
            (ControlCatalogue.TestPatternMode, ControlValue.From((int)SyntheticPattern.GreyRamp)),
            (ControlCatalogue.HorizontalFlip, Mirrored),
            (ControlCatalogue.VerticalFlip, Mirrored),
            (ControlCatalogue.ScalerCrop, ControlValue.FromRectangle(100, 200, 960, 540)));
        for (var frame = 0ul; frame < 10; frame++)
        {
            var shot = rig.Capture();
            var expected = frame < 6
                ? before with { Sequence = frame }
                : new FrameTruth(frame, 4_000_000, 5 << 15, 30_000_000, 23, 3, 100, 200, 960, 540);
            Assert.Equal(expected, shot.Truth);
            Assert.Equal(frame == 6 ? set : 0, shot.ControlSet);
            rig.Clock.AdvanceTo(shot.StartOfExposure + shot.Truth.FrameDuration);
        }
    }

    [Fact]
    public void What_is_reported_is_what_the_pixels_say()
    {
        using var rig = SensorRig.Synthetic();
        var random = new Random(7);
        for (var frame = 0ul; frame < 60; frame++)
        {
            rig.Ask(
                0,
                (ControlCatalogue.ExposureTime, ControlValue.From(random.NextInt64(0, 40_000_000))),
                (ControlCatalogue.AnalogueGain, ControlValue.FromFixed(random.NextDouble() * 20)),
                (ControlCatalogue.TestPatternMode, ControlValue.From(random.Next(24))),
                (ControlCatalogue.HorizontalFlip, ControlValue.From(random.Next(2) == 0)),
                (ControlCatalogue.ScalerCrop, ControlValue.FromRectangle(random.Next(-50, 4000), random.Next(-50, 4000),
                    random.Next(-5, 4000), random.Next(-5, 4000))));
            var shot = rig.Next();
            var (truth, applied) = (shot.Truth, shot.Applied);
            Assert.Equal(truth.Sequence, shot.Sequence);
            Assert.Equal(truth.ExposureTime, applied[ControlCatalogue.ExposureTime.Id].AsInt64());
            Assert.Equal(truth.AnalogueGainRaw, applied[ControlCatalogue.AnalogueGain.Id].Scalar);
            Assert.Equal(truth.FrameDuration, applied[ControlCatalogue.FrameDuration.Id].AsInt64());
            Assert.Equal(truth.TestPattern, applied[ControlCatalogue.TestPatternMode.Id].AsInt32());
            Assert.Equal((truth.Flips & 1) != 0, applied[ControlCatalogue.HorizontalFlip.Id].AsBool());
            Assert.Equal((truth.Flips & 2) != 0, applied[ControlCatalogue.VerticalFlip.Id].AsBool());
            Assert.Equal((truth.CropX, truth.CropY, truth.CropWidth, truth.CropHeight),
                applied[ControlCatalogue.ScalerCrop.Id].AsRectangle());
            Assert.Equal(shot.StartOfExposure, applied[ControlCatalogue.SensorTimestamp.Id].AsInt64());
        }
    }

    [Theory]
    [InlineData("NV12", 16)]
    [InlineData("YUYV", 16)]
    [InlineData("GREY", 0)]
    [InlineData("RGB3", 0)]
    [InlineData("pRAA", 0)]
    [InlineData("RGGB", 0)]
    public void Brightness_is_exposure_times_gain(string fourcc, int black)
    {
        Assert.True(PixelFormats.TryGet(FourCC.Parse(fourcc), out var format));
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.SolidColour }, SensorRig.Small(format));
        rig.Ask(2, (ControlCatalogue.ExposureTime, ControlValue.From(5_000_000L)));
        rig.Ask(3, (ControlCatalogue.AnalogueGain, ControlValue.FromFixed(3)));
        rig.Ask(4, (ControlCatalogue.DigitalGain, ControlValue.FromFixed(0.5)));
        rig.Ask(5, (ControlCatalogue.DigitalGain, ControlValue.FromFixed(8)));
        var levels = rig.Next(6).Select(shot => (shot.At(0, 200) - black) * (black == 0 ? 1.0 : 255.0 / 219)).ToArray();
        Assert.Equal(128, levels[1], tolerance: 1.5);
        Assert.Equal(64, levels[2], tolerance: 1.5);
        Assert.Equal(192, levels[3], tolerance: 1.5);
        Assert.Equal(96, levels[4], tolerance: 1.5);
        Assert.Equal(255, levels[5], tolerance: 1.5);
    }

    [Fact]
    public void A_strobe_doubles_the_light_of_its_frame()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.SolidColour },
            SensorRig.Small(PixelFormats.Grey));
        var strobe = rig.Sensor.Profile.Controls.Single(control => control.Name == "Strobe");
        rig.Ask(2, (ControlCatalogue.ExposureTime, ControlValue.From(4_000_000L)));
        rig.Ask(3, (strobe, ControlValue.From(true)));
        rig.Ask(4, (strobe, ControlValue.From(false)));
        var levels = rig.Next(5).Select(shot => (int)shot.At(0, 200)).ToArray();
        Assert.Equal([128, 128, 51, 102, 51], levels);
    }

    [Fact]
    public void An_exposure_longer_than_its_frame_is_cut_and_reported_so()
    {
        using var rig = SensorRig.Synthetic();
        rig.Ask(2, (ControlCatalogue.ExposureTime, ControlValue.From(500_000_000L)));
        Assert.Equal(rig.Period, rig.Next(3)[2].Applied[ControlCatalogue.ExposureTime.Id].AsInt64());
    }

    [Fact]
    public void Flips_mirror_the_picture_and_not_the_stamp()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.ColourSquares },
            SensorRig.Small(PixelFormats.Rgb24));
        rig.Ask(1, (ControlCatalogue.HorizontalFlip, Mirrored));
        rig.Ask(2, (ControlCatalogue.VerticalFlip, Mirrored));
        var shots = rig.Next(3);
        for (var y = 60; y < 180; y++)
        {
            for (var x = 0; x < 320; x++)
            {
                Assert.Equal(Pixel(shots[0], x, y), Pixel(shots[1], 319 - x, y));
                Assert.Equal(Pixel(shots[0], x, y), Pixel(shots[2], 319 - x, 239 - y));
            }
        }

        Assert.Equal([0, 1, 3], shots.Select(shot => (int)shot.Truth.Flips));
    }

    [Fact]
    public void A_crop_of_a_quarter_enlarges_it_twofold()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.ColourSquares },
            SensorRig.Small(PixelFormats.Rgb24));
        rig.Ask(1, (ControlCatalogue.ScalerCrop, ControlValue.FromRectangle(960, 540, 1920, 1080)));
        var shots = rig.Next(2);
        for (var y = 60; y < 240; y++)
        {
            for (var x = 0; x < 320; x++) Assert.Equal(Pixel(shots[0], 80 + (x / 2), 60 + (y / 2)), Pixel(shots[1], x, y));
        }
    }

    [Fact]
    public void A_crop_outside_the_array_is_moved_inside_and_an_empty_one_is_the_whole()
    {
        using var rig = SensorRig.Synthetic();
        rig.Ask(1, (ControlCatalogue.ScalerCrop, ControlValue.FromRectangle(3700, 2100, 1000, 10)));
        rig.Ask(2, (ControlCatalogue.ScalerCrop, ControlValue.FromRectangle(1, 2, 0, 0)));
        var shots = rig.Next(3);
        Assert.Equal((2840, 2025, 1000, 135), shots[1].Applied[ControlCatalogue.ScalerCrop.Id].AsRectangle());
        Assert.Equal((0, 0, 3840, 2160), shots[2].Applied[ControlCatalogue.ScalerCrop.Id].AsRectangle());
    }

    [Fact]
    public void A_classical_camera_has_the_same_controls_and_none_for_single_frames()
    {
        using var perFrame = SensorRig.Synthetic();
        using var rig = SensorRig.Synthetic(new SyntheticOptions { PerFrame = false });
        Assert.False(rig.Sensor.Profile.IsPerFrame);
        Assert.True(perFrame.Sensor.Profile.IsPerFrame);
        Assert.Equal(perFrame.Sensor.Profile.Controls.Select(control => control.Id),
            rig.Sensor.Profile.Controls.Select(control => control.Id));

        rig.Next();
        rig.SetGlobal(ControlCatalogue.AnalogueGain, ControlValue.FromFixed(2));
        Assert.Equal(2.0, rig.Next().Applied[ControlCatalogue.AnalogueGain.Id].AsFixed());
        Assert.All(rig.Sensor.Profile.Controls, control => Assert.Equal(0, control.DelayFrames));
    }

    [Fact]
    public void The_profile_is_valid_and_every_usual_offer_has_a_layout_and_a_stamp()
    {
        using var rig = SensorRig.Synthetic();
        var profile = rig.Sensor.Profile;
        Assert.Empty(profile.Validate());
        Assert.Equal(PixelFormats.All.Count(format => !format.IsCompressed), profile.Formats.Length);
        var offered = from offer in profile.Formats
            from size in offer.Sizes
            select new StreamConfiguration(offer.Format, size.MaximumWidth, size.MaximumHeight, size.ShortestInterval);
        Assert.All(offered, wanted =>
        {
            Assert.Equal(wanted, profile.Adjust(wanted));
            Assert.True(FrameStamp.Fits(wanted.Layout()));
        });
        Assert.Equal(new StreamConfiguration(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, 30)),
            profile.Adjust(new StreamConfiguration(default, 1920, 1080, new FrameInterval(1, 30))));
    }

    [Fact]
    public void A_camera_has_the_same_id_wherever_it_runs()
    {
        using var first = SensorRig.Synthetic();
        using var second = SensorRig.Synthetic();
        Assert.Equal(first.Sensor.Profile.Id, second.Sensor.Profile.Id);
        Assert.NotEqual(Guid.Empty, first.Sensor.Profile.Id);
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        var options = new SyntheticOptions
        {
            ExposureDelay = 17, GainDelay = -1, Pattern = (SyntheticPattern)99,
            Formats = [new FormatOffer { Format = FourCC.Parse("MJPG"), Sizes = [] }],
        };
        Assert.Equal(5, options.Validate().Count);
        var error = Assert.Throws<ArgumentException>(() => SensorRig.Synthetic(options));
        Assert.Contains("ExposureDelay is 17 frames; 0 to 16 are possible.", error.Message, StringComparison.Ordinal);
    }

    private static (byte, byte, byte) Pixel(Shot shot, int x, int y) =>
        (shot.At(3 * x, y), shot.At((3 * x) + 1, y), shot.At((3 * x) + 2, y));
}
