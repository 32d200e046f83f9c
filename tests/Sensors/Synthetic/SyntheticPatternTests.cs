using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;
using CameraFabric.Sensors.Synthetic.Scenes;

namespace CameraFabric.Sensors.Tests.Synthetic;

public sealed class SyntheticPatternTests
{
    public static TheoryData<SyntheticPattern> All => [.. Enum.GetValues<SyntheticPattern>()];

    public static TheoryData<string> Uncompressed =>
        [.. PixelFormats.All.Where(format => !format.IsCompressed).Select(format => format.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void Runs_go_on_to_the_right_and_rows_of_one_key_are_alike(SyntheticPattern pattern)
    {
        foreach (var (width, height) in new[] { (64, 48), (97, 61), (480, 270), (2, 2) })
        {
            var still = Stills.Make(pattern, width, height, seed: 3);
            var rows = new Dictionary<int, uint[]>();
            for (var y = 0; y < height; y++)
            {
                var row = new uint[width];
                for (var x = 0; x < width;)
                {
                    var end = still.RunAt(x, y, out var rgb);
                    Assert.True(end > x, $"{pattern} {width}x{height} at {x},{y} ends at {end}");
                    Assert.InRange(rgb, 0u, 0xFFFFFFu);
                    end = Math.Min(end, width);
                    row.AsSpan(x, end - x).Fill(rgb);

                    // A run that is entered in its middle is the same run.
                    still.RunAt((x + end) / 2, y, out var middle);
                    Assert.Equal(rgb, middle);
                    x = end;
                }

                if (rows.TryAdd(still.RowKey(y), row)) continue;
                Assert.Equal(rows[still.RowKey(y)], row);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Uncompressed))]
    public void Every_pattern_fills_the_whole_picture_in_every_format(string name)
    {
        Assert.True(PixelFormats.TryGet(name, out var format));
        var layout = format.Layout(128, 72);
        foreach (var pattern in Enum.GetValues<SyntheticPattern>())
        {
            var (first, second) = (Paint(layout, pattern, 0x00), Paint(layout, pattern, 0xFF));
            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void Colour_bars_are_white_yellow_cyan_green_magenta_red_blue_black()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.ColourBars },
            SensorRig.Small(PixelFormats.Rgb24));
        var shot = rig.Next();
        var bars = Enumerable.Range(0, 8)
            .Select(bar => 3 * ((bar * 40) + 20))
            .Select(x => (shot.At(x, 120) << 16) | (shot.At(x + 1, 120) << 8) | shot.At(x + 2, 120));
        Assert.Equal([0xFFFFFF, 0xFFFF00, 0x00FFFF, 0x00FF00, 0xFF00FF, 0xFF0000, 0x0000FF, 0x000000], bars);
    }

    [Fact]
    public void Single_pixel_checkers_alternate_in_both_directions()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.Checkers1 },
            SensorRig.Small(PixelFormats.Grey));
        var shot = rig.Next();
        for (var y = 100; y < 140; y++)
        {
            for (var x = 0; x < 320; x++) Assert.Equal(((x + y) & 1) == 0 ? 0 : 255, shot.At(x, y));
        }
    }

    [Fact]
    public void The_ramp_rises_from_black_to_white()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = SyntheticPattern.GreyRamp },
            SensorRig.Small(PixelFormats.Grey));
        var shot = rig.Next();
        var row = Enumerable.Range(0, 320).Select(x => (int)shot.At(x, 120)).ToArray();
        Assert.Equal(row.Order(), row);
        Assert.Equal((0, 255), (row[0], row[^1]));
    }

    [Fact]
    public void The_scene_moves_and_a_test_pattern_stands_still()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Stamp = false });
        rig.Ask(2, (ControlCatalogue.TestPatternMode, ControlValue.From((int)SyntheticPattern.ColourBars)));
        var shots = rig.Next(4);
        Assert.NotEqual(shots[0].Pixels, shots[1].Pixels);
        Assert.NotEqual(shots[1].Pixels, shots[2].Pixels);
        Assert.Equal(shots[2].Pixels, shots[3].Pixels);
    }

    [Fact]
    public void Noise_differs_from_frame_to_frame_and_has_all_levels()
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Stamp = false, Pattern = SyntheticPattern.Noise },
            SensorRig.Small(PixelFormats.Grey));
        var shots = rig.Next(2);
        Assert.NotEqual(shots[0].Pixels, shots[1].Pixels);
        Assert.InRange(shots[1].Pixels.Distinct().Count(), 250, 256);
        Assert.InRange(shots[1].Pixels.Average(level => level), 118, 138);
    }

    [Fact]
    public void Two_cameras_that_look_at_one_moment_see_the_same_whatever_their_rates()
    {
        using var fast = SensorRig.Synthetic(new SyntheticOptions { Stamp = false }, SensorRig.Small(PixelFormats.Nv12));
        using var slow = SensorRig.Synthetic(new SyntheticOptions { Stamp = false },
            SensorRig.Small(PixelFormats.Nv12) with { Interval = new FrameInterval(1, 10) });
        var (a, b) = (fast.Next(11)[10], slow.Next(3)[2]);
        Assert.Equal(a.StartOfExposure, b.StartOfExposure);
        Assert.Equal(a.Pixels, b.Pixels);
    }

    [Theory]
    [InlineData(SyntheticPattern.MovingScene)]
    [InlineData(SyntheticPattern.Noise)]
    [InlineData(SyntheticPattern.ColourBars)]
    public void A_frame_allocates_nothing(SyntheticPattern pattern)
    {
        using var rig = SensorRig.Synthetic(new SyntheticOptions { Pattern = pattern });

        // Two settings in turns, as guests that take turns have them; and time that is always up.
        for (var round = 0; round < 200; round++)
        {
            rig.SetGlobal(ControlCatalogue.AnalogueGain, ControlValue.FromFixed(1 + (round & 1)));
            rig.Clock.Advance(rig.Period);
            rig.CaptureBlindly();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 50; round++)
        {
            rig.SetGlobal(ControlCatalogue.AnalogueGain, ControlValue.FromFixed(1 + (round & 1)));
            rig.Clock.Advance(rig.Period);
            rig.CaptureBlindly();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Paint(FrameLayout layout, SyntheticPattern pattern, byte previous)
    {
        using var sensor = new SyntheticSensor(new SensorContext("front", new ManualFrameClock(), 0), new SyntheticOptions());
        var registers = new SensorRegisters(sensor.Profile.Controls);
        registers.Find(ControlCatalogue.TestPatternMode.Id)!.Preset(ControlValue.From((int)pattern));
        var settings = new SyntheticSettings(registers, SyntheticProfile.ArrayOf(sensor.Profile.Formats));
        settings.Read();
        var pixels = new byte[layout.TotalBytes];
        pixels.AsSpan().Fill(previous);
        new SyntheticPainter(layout, new SyntheticOptions()).Paint(pixels, settings, sequence: 5, edge: 1_250_000_000);
        return pixels;
    }
}
