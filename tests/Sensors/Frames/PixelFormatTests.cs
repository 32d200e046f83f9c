using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class PixelFormatTests
{
    // name, code, width, height, total bytes, strides of the planes
    [Theory]
    [InlineData("NV12", "NV12", 1920, 1080, 3110400, new[] { 1920, 1920 })]
    [InlineData("NV12", "NV12", 3840, 2160, 12441600, new[] { 3840, 3840 })]
    [InlineData("YUV420", "YU12", 1920, 1080, 3110400, new[] { 1920, 960, 960 })]
    [InlineData("P010", "P010", 1920, 1080, 6220800, new[] { 3840, 3840 })]
    [InlineData("YUYV", "YUYV", 1920, 1080, 4147200, new[] { 3840 })]
    [InlineData("UYVY", "UYVY", 3840, 2160, 16588800, new[] { 7680 })]
    [InlineData("RGB24", "RGB3", 1920, 1080, 6220800, new[] { 5760 })]
    [InlineData("BGR24", "BGR3", 3840, 2160, 24883200, new[] { 11520 })]
    [InlineData("GREY", "GREY", 1280, 800, 1024000, new[] { 1280 })]
    [InlineData("Y10P", "Y10P", 1280, 800, 1280000, new[] { 1600 })]
    [InlineData("Y12P", "Y12P", 1280, 800, 1536000, new[] { 1920 })]
    [InlineData("Y16", "Y16 ", 640, 480, 614400, new[] { 1280 })]
    [InlineData("Z16", "Z16 ", 1920, 1080, 4147200, new[] { 3840 })]
    [InlineData("RAW8", "RGGB", 1920, 1080, 2073600, new[] { 1920 })]
    [InlineData("RAW8-BGGR", "BA81", 3840, 2160, 8294400, new[] { 3840 })]
    [InlineData("RAW10P", "pRAA", 1920, 1080, 2592000, new[] { 2400 })]
    [InlineData("RAW10P-GRBG", "pgAA", 3840, 2160, 10368000, new[] { 4800 })]
    [InlineData("RAW12P", "pRCC", 1280, 960, 1843200, new[] { 1920 })]
    [InlineData("RAW12P-GBRG", "pGCC", 3840, 2160, 12441600, new[] { 5760 })]
    [InlineData("RAW14P", "pREE", 1920, 1080, 3628800, new[] { 3360 })]
    [InlineData("RAW10", "RG10", 1920, 1080, 4147200, new[] { 3840 })]
    [InlineData("RAW12", "RG12", 1920, 1080, 4147200, new[] { 3840 })]
    [InlineData("RAW14-GRBG", "GR14", 1920, 1080, 4147200, new[] { 3840 })]
    [InlineData("RAW16", "RG16", 3840, 2160, 16588800, new[] { 7680 })]
    [InlineData("RAW16-BGGR", "BYR2", 2, 2, 8, new[] { 4 })]
    public void Layout_follows_the_rules_of_V4L2(string name, string code, int width, int height, int bytes, int[] strides)
    {
        Assert.True(PixelFormats.TryGet(name, out var format));
        Assert.Equal(code, format.FourCC.ToString());
        var layout = format.Layout(width, height);
        Assert.Equal(bytes, layout.TotalBytes);
        Assert.Equal(strides, layout.Planes.Select(plane => plane.Stride));
    }

    [Fact]
    public void Nv12_has_a_half_height_chroma_plane_directly_behind_the_luminance()
    {
        var layout = PixelFormats.Nv12.Layout(6, 4);
        Assert.Equal([new PlaneLayout(0, 6, 4, 24), new PlaneLayout(24, 6, 2, 12)], layout.Planes.ToArray());
    }

    [Fact]
    public void Planar_chroma_planes_have_half_stride_and_half_height()
    {
        var layout = PixelFormats.Yuv420.Layout(6, 4);
        Assert.Equal([new PlaneLayout(0, 6, 4, 24), new PlaneLayout(24, 3, 2, 6), new PlaneLayout(30, 3, 2, 6)], layout.Planes.ToArray());
    }

    [Fact]
    public void Compressed_format_has_one_plane_without_stride_that_two_bytes_a_pixel_fit_into()
    {
        var plane = Assert.Single(PixelFormats.Mjpeg.Layout(641, 479).Planes);
        Assert.Equal((0, 0), (plane.Stride, plane.Rows));
        Assert.InRange(plane.Bytes, 641 * 479 * 2, 641 * 479 * 2 + 65536);
    }

    [Theory]
    [InlineData("NV12", 641, 480, "NV12: width 641 is not a multiple of 2 pixels; 640 or 642 would be right.")]
    [InlineData("NV12", 640, 481, "NV12: height 481 is not a multiple of 2 pixels; 480 or 482 would be right.")]
    [InlineData("YUYV", 1, 1, "YUYV: width 1 is not a multiple of 2 pixels; 2 would be right.")]
    [InlineData("RAW10P", 642, 480, "RAW10P: width 642 is not a multiple of 4 pixels; 640 or 644 would be right.")]
    [InlineData("RAW12P", 643, 480, "RAW12P: width 643 is not a multiple of 2 pixels; 642 or 644 would be right.")]
    [InlineData("RAW8", 640, 479, "RAW8: height 479 is not a multiple of 2 pixels; 478 or 480 would be right.")]
    [InlineData("GREY", 0, 480, "GREY: width 0 is out of range; 1 to 32768 pixels are possible.")]
    [InlineData("GREY", 640, -2, "GREY: height -2 is out of range; 1 to 32768 pixels are possible.")]
    [InlineData("GREY", 32769, 1, "GREY: width 32769 is out of range; 1 to 32768 pixels are possible.")]
    [InlineData("RGB24", 32768, 32768, "RGB24: 32768x32768 needs 3221225472 bytes; a frame has at most 2147483647 bytes.")]
    public void Size_that_breaks_a_rule_is_refused_with_what_would_be_right(string name, int width, int height, string message)
    {
        Assert.True(PixelFormats.TryGet(name, out var format));
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => format.Layout(width, height)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_format_lays_out_its_smallest_size_without_gaps_and_finds_itself_by_code_and_name()
    {
        Assert.Equal(47, PixelFormats.All.Count);
        Assert.All(PixelFormats.All, format =>
        {
            var layout = format.Layout(format.WidthMultiple, format.HeightMultiple);
            var offset = 0;
            foreach (var plane in layout.Planes)
            {
                Assert.Equal(offset, plane.Offset);
                Assert.True(format.IsCompressed || plane.Bytes == plane.Stride * plane.Rows);
                Assert.True(plane.Bytes > 0);
                offset += plane.Bytes;
            }
            Assert.Equal(layout.TotalBytes, offset);
            Assert.True(PixelFormats.TryGet(format.FourCC, out var byCode));
            Assert.True(PixelFormats.TryGet(format.Name, out var byName));
            Assert.True(PixelFormats.TryGet(format.FourCC.ToString(), out var byText));
            Assert.Equal([format, format, format], [byCode, byName, byText]);
        });
    }

    [Fact]
    public void Letter_case_counts_in_codes_and_not_in_names()
    {
        Assert.True(PixelFormats.TryGet("pGAA", out var gbrg));
        Assert.True(PixelFormats.TryGet("pgAA", out var grbg));
        Assert.Equal((BayerOrder.Gbrg, BayerOrder.Grbg), (gbrg.Bayer, grbg.Bayer));
        Assert.True(PixelFormats.TryGet("raw12p-rggb", out var raw));
        Assert.Same(PixelFormats.Raw12P, raw);
        Assert.Same(raw, PixelFormats.Bayer(12, packed: true, BayerOrder.Rggb));
        Assert.False(PixelFormats.TryGet("RAW11", out _));
        Assert.False(PixelFormats.TryGet(" ", out _));
        Assert.Throws<ArgumentException>(() => PixelFormats.Bayer(16, packed: true, BayerOrder.Rggb));
    }

    [Fact]
    public void Layouts_of_the_same_size_are_equal()
    {
        Assert.Equal(PixelFormats.Nv12.Layout(64, 48), PixelFormats.Nv12.Layout(64, 48));
        Assert.NotEqual(PixelFormats.Nv12.Layout(64, 48), PixelFormats.Nv12.Layout(48, 64));
        Assert.NotEqual(PixelFormats.Nv12.Layout(64, 48), PixelFormats.Yuv420.Layout(64, 48));
    }
}
