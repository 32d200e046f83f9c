using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic.Painting;

namespace CameraFabric.Sensors.Tests.Synthetic.Painting;

public sealed class PixelPainterTests
{
    private static readonly Tone Orange = Tone.From(0xFF8040, Tone.Unity);

    public static TheoryData<string> Uncompressed =>
        [.. PixelFormats.All.Where(format => !format.IsCompressed).Select(format => format.Name)];

    [Fact]
    public void Every_uncompressed_format_of_the_catalogue_has_a_painter() => Assert.All(
        PixelFormats.All,
        format => Assert.Equal(!format.IsCompressed, PixelPainter.TryGet(format.FourCC, out _)));

    [Theory]
    [MemberData(nameof(Uncompressed))]
    public void A_row_painted_in_any_pieces_is_the_row_painted_at_once(string name)
    {
        var layout = Layout(name, 24, 4);
        var painter = Painter(layout);
        var whole = new byte[layout.TotalBytes];
        for (var y = 0; y < 4; y++) painter.FillRun(layout, whole, y, 0, 24, Orange);
        for (var cut = 1; cut < 24; cut++)
        {
            for (var second = cut + 1; second <= 24; second++)
            {
                var pieces = new byte[layout.TotalBytes];
                pieces.AsSpan().Fill(0xAA);
                for (var y = 0; y < 4; y++)
                {
                    painter.FillRun(layout, pieces, y, cut, second, Orange);
                    painter.FillRun(layout, pieces, y, 0, cut, Orange);
                    if (second < 24) painter.FillRun(layout, pieces, y, second, 24, Orange);
                }

                Assert.Equal(whole, pieces);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Uncompressed))]
    public void A_run_touches_no_other_pixel(string name)
    {
        var layout = Layout(name, 24, 4);
        var painter = Painter(layout);
        var (black, white) = (Tone.StampBlack, Tone.StampWhite);
        for (var x0 = 0; x0 < 24; x0++)
        {
            var pixels = new byte[layout.TotalBytes];
            for (var y = 0; y < 4; y++) painter.FillRun(layout, pixels, y, 0, 24, black);
            painter.FillRun(layout, pixels, 1, x0, Math.Min(24, x0 + 3), white);
            for (var y = 0; y < 4; y++)
            {
                for (var x = 0; x < 24; x++) Assert.Equal(y == 1 && x >= x0 && x < x0 + 3, painter.Level(layout, pixels, x, y) > 128);
            }
        }
    }

    [Fact]
    public void Nv12_has_luma_then_pairs_of_cb_and_cr() => AssertBytes("NV12", 2, 2, [152, 152, 152, 152, 81, 188], Orange);

    [Fact]
    public void Yuyv_and_uyvy_differ_in_order_only()
    {
        AssertBytes("YUYV", 2, 1, [152, 81, 152, 188], Orange);
        AssertBytes("UYVY", 2, 1, [81, 152, 188, 152], Orange);
    }

    [Fact]
    public void Planar_formats_have_their_planes_in_order()
    {
        AssertBytes("YU12", 2, 2, [152, 152, 152, 152, 81, 188], Orange);
        AssertBytes("422P", 2, 2, [152, 152, 152, 152, 81, 81, 188, 188], Orange);
        AssertBytes("YM24", 2, 1, [152, 152, 81, 81, 188, 188], Orange);
    }

    [Fact]
    public void Rgb_and_bgr_are_exact()
    {
        AssertBytes("RGB3", 2, 1, [0xFF, 0x80, 0x40, 0xFF, 0x80, 0x40], Orange);
        AssertBytes("BGR3", 2, 1, [0x40, 0x80, 0xFF, 0x40, 0x80, 0xFF], Orange);
    }

    [Fact]
    public void Bayer_orders_see_the_colour_that_their_name_says()
    {
        AssertBytes("RGGB", 2, 2, [0xFF, 0x80, 0x80, 0x40], Orange);
        AssertBytes("BA81", 2, 2, [0x40, 0x80, 0x80, 0xFF], Orange);
        AssertBytes("GBRG", 2, 2, [0x80, 0x40, 0xFF, 0x80], Orange);
        AssertBytes("GRBG", 2, 2, [0x80, 0xFF, 0x40, 0x80], Orange);
    }

    [Fact]
    public void Ten_bits_packed_are_four_high_bytes_and_one_of_low_bits()
    {
        // 0xFFFF, 0x8080 with 16 bits: 1023 (0xFF + 3) and 514 (0x80 + 2).
        AssertBytes("pRAA", 4, 2, [0xFF, 0x80, 0xFF, 0x80, 0b10_11_10_11], Orange);
        AssertBytes("RG10", 2, 2, [0xFF, 0x03, 0x02, 0x02], Orange);
    }

    [Fact]
    public void Twelve_bits_packed_are_two_high_bytes_and_one_of_low_bits()
    {
        // 0xFFF and 0x808.
        AssertBytes("pRCC", 2, 2, [0xFF, 0x80, 0x8F], Orange);
        AssertBytes("RG12", 2, 2, [0xFF, 0x0F, 0x08, 0x08], Orange);
    }

    [Fact]
    public void Fourteen_bits_packed_are_four_high_bytes_and_three_of_low_bits()
    {
        // 0x3FFF (0xFF + 63) and 0x2020 (0x80 + 32): low bits 63 | 32 << 6 | 63 << 12 | 32 << 18.
        const int low = 63 | (32 << 6) | (63 << 12) | (32 << 18);
        AssertBytes("pREE", 4, 2, [0xFF, 0x80, 0xFF, 0x80, low & 0xFF, (low >> 8) & 0xFF, low >> 16], Orange);
    }

    [Fact]
    public void P010_has_ten_bits_at_the_top_of_sixteen()
    {
        var white = Tone.From(0xFFFFFF, Tone.Unity);
        AssertBytes("P010", 2, 2, [0x00, 0xEB, 0x00, 0xEB, 0x00, 0xEB, 0x00, 0xEB, 0x00, 0x80, 0x00, 0x80], white);
    }

    [Fact]
    public void Depth_is_nearer_where_it_is_brighter_whatever_the_exposure()
    {
        var (white, black) = (Tone.From(0xFFFFFF, Tone.Unity), Tone.From(0x000000, Tone.Unity));
        Assert.Equal(400, white.Depth);
        Assert.True(black.Depth > white.Depth);
        Assert.Equal(Orange.Depth, Tone.From(0xFF8040, Tone.Unity / 8).Depth);
    }

    [Theory]
    [InlineData(0xFFFFFFu, 235, 128, 128)]
    [InlineData(0x000000u, 16, 128, 128)]
    [InlineData(0xFF0000u, 81, 90, 240)]
    [InlineData(0x00FF00u, 145, 54, 34)]
    [InlineData(0x0000FFu, 41, 240, 110)]
    [InlineData(0xFFFF00u, 210, 16, 146)]
    public void Luma_and_chroma_are_those_of_bt601_in_limited_range(uint rgb, int luma, int cb, int cr)
    {
        var tone = Tone.From(rgb, Tone.Unity);
        Assert.Equal((luma, cb, cr), (Tone.Rounded(tone.Luma, 8), Tone.Rounded(tone.Cb, 8), Tone.Rounded(tone.Cr, 8)));
    }

    [Fact]
    public void Twice_the_light_is_twice_the_value_until_it_saturates()
    {
        Assert.Equal(0x80, Tone.From(0x404040, 2 * Tone.Unity).Red >> 8);
        Assert.Equal(0x20, Tone.From(0x404040, Tone.Unity / 2).Red >> 8);
        Assert.Equal(0xFF, Tone.From(0x404040, 100 * Tone.Unity).Red >> 8);
        Assert.Equal(0, Tone.From(0x000000, 100 * Tone.Unity).Red);
    }

    private static void AssertBytes(string fourcc, int width, int height, byte[] expected, Tone tone)
    {
        Assert.True(PixelFormats.TryGet(FourCC.Parse(fourcc), out var format));
        var layout = format.Layout(width, height);
        var pixels = new byte[layout.TotalBytes];
        for (var y = 0; y < height; y++) Painter(layout).FillRun(layout, pixels, y, 0, width, tone);
        Assert.Equal(expected, pixels[..expected.Length]);
    }

    private static PixelPainter Painter(FrameLayout layout) =>
        PixelPainter.TryGet(layout.Format.FourCC, out var painter) ? painter : throw new ArgumentException(layout.Format.Name);

    private static FrameLayout Layout(string name, int width, int height) =>
        PixelFormats.TryGet(name, out var format) ? format.Layout(width, height) : throw new ArgumentException(name);
}
