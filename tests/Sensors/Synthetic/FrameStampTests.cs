using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Sensors.Tests.Synthetic;

public sealed class FrameStampTests
{
    private static readonly FrameTruth Sample = new(0x0123_4567_89AB_CDEF, 12_345_678, 3 << 16, 33_333_333, 22, 3, -4, 5, 1920, 1080);

    public static TheoryData<string> Uncompressed =>
        [.. PixelFormats.All.Where(format => !format.IsCompressed).Select(format => format.Name)];

    [Theory]
    [MemberData(nameof(Uncompressed))]
    public void What_is_written_is_read_back_in_every_uncompressed_format(string name)
    {
        foreach (var (width, height) in new[] { (64, 32), (160, 120), (320, 240), (1928, 1084) })
        {
            var layout = Layout(name, width, height);
            Assert.True(FrameStamp.Fits(layout));
            var pixels = Random(layout.TotalBytes, width);
            FrameStamp.Write(layout, pixels, Sample);
            Assert.True(FrameStamp.TryRead(layout, pixels, out var truth), $"{name} {width}x{height}");
            Assert.Equal(Sample, truth);
        }
    }

    [Theory]
    [MemberData(nameof(Uncompressed))]
    public void The_strip_leaves_the_picture_below_alone(string name)
    {
        var layout = Layout(name, 320, 240);
        var before = Random(layout.TotalBytes, 5);
        var after = (byte[])before.Clone();
        FrameStamp.Write(layout, after, Sample);

        // 416 cells of 8 pixels, 40 in a row: 11 rows, 88 pixels, would be more than a quarter; of 4 pixels, 80 in a row: 6 rows, 24
        // pixels.
        foreach (var plane in layout.Planes)
        {
            var below = plane.Offset + (plane.Rows * 24 / 240 * plane.Stride);
            Assert.Equal(before.AsSpan(below, plane.Offset + plane.Bytes - below), after.AsSpan(below, plane.Offset + plane.Bytes - below));
        }
    }

    [Fact]
    public void Any_truth_survives() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(ulong Sequence, long Exposure, int Gain, long Duration, byte Pattern, byte Flips)>(),
        ArbMap.Default.ArbFor<(int X, int Y, int Width, int Height)>(),
        (a, crop) =>
        {
            var layout = Layout("RAW12P", 320, 240);
            var pixels = new byte[layout.TotalBytes];
            var written = new FrameTruth(a.Sequence, a.Exposure, a.Gain, a.Duration, a.Pattern, a.Flips, crop.X, crop.Y, crop.Width,
                crop.Height);
            FrameStamp.Write(layout, pixels, written);
            return FrameStamp.TryRead(layout, pixels, out var read) && read == written;
        }));

    [Fact]
    public void A_strip_with_any_one_cell_wrong_is_not_read()
    {
        var layout = Layout("GREY", 160, 120);
        var pixels = new byte[layout.TotalBytes];
        FrameStamp.Write(layout, pixels, Sample);
        for (var cell = 0; cell < 416; cell++)
        {
            var torn = (byte[])pixels.Clone();
            var (size, columns) = (2, 80);
            for (var y = 0; y < size; y++)
            {
                var row = torn.AsSpan((((cell / columns * size) + y) * 160) + (cell % columns * size), size);
                foreach (ref var pixel in row) pixel ^= 0xFF;
            }

            Assert.False(FrameStamp.TryRead(layout, torn, out _), $"cell {cell}");
        }
    }

    [Fact]
    public void A_strip_torn_between_two_frames_is_not_read()
    {
        var layout = Layout("YUYV", 320, 240);
        var (first, second) = (new byte[layout.TotalBytes], new byte[layout.TotalBytes]);
        FrameStamp.Write(layout, first, Sample);
        FrameStamp.Write(layout, second, Sample with { Sequence = Sample.Sequence + 1, ExposureTime = 1 });
        second.AsSpan(layout.Planes[0].Stride * 12).CopyTo(first.AsSpan(layout.Planes[0].Stride * 12));
        Assert.False(FrameStamp.TryRead(layout, first, out _));
    }

    [Fact]
    public void Pictures_without_a_strip_are_not_read()
    {
        var layout = Layout("NV12", 320, 240);
        var pixels = new byte[layout.TotalBytes];
        Assert.False(FrameStamp.TryRead(layout, pixels, out _));
        pixels.AsSpan().Fill(255);
        Assert.False(FrameStamp.TryRead(layout, pixels, out _));
        pixels.AsSpan().Fill(128);
        Assert.False(FrameStamp.TryRead(layout, pixels, out _));
        Assert.False(FrameStamp.TryRead(layout, Random(layout.TotalBytes, 1), out _));
        FrameStamp.Write(layout, pixels, Sample);
        Assert.False(FrameStamp.TryRead(layout, pixels.AsSpan(1), out _));
    }

    [Fact]
    public void Small_and_compressed_pictures_carry_none()
    {
        Assert.False(FrameStamp.Fits(Layout("NV12", 32, 24)));
        Assert.False(FrameStamp.Fits(Layout("MJPEG", 1920, 1080)));
        var small = Layout("GREY", 62, 26);
        Assert.False(FrameStamp.Fits(small));
        var error = Assert.Throws<ArgumentException>(() => FrameStamp.Write(small, new byte[small.TotalBytes], Sample));
        Assert.Contains("too small", error.Message, StringComparison.Ordinal);
        var layout = Layout("GREY", 64, 32);
        Assert.Throws<ArgumentException>(() => FrameStamp.Write(layout, new byte[layout.TotalBytes - 1], Sample));
    }

    private static FrameLayout Layout(string name, int width, int height) =>
        PixelFormats.TryGet(name, out var format) ? format.Layout(width, height) : throw new ArgumentException(name);

    private static byte[] Random(int bytes, int seed)
    {
        var pixels = new byte[bytes];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
