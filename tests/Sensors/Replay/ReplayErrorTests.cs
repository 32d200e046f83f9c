using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Replay;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Sensors.Tests.Replay;

public sealed class ReplayErrorTests
{
    private const string Header = "YUV4MPEG2 W32 H16 F25:1\n";
    private const int FrameBytes = 32 * 16 * 3 / 2;

    [Theory]
    [InlineData("YUV4MPEG2 W32 H16 F25:1", 23, "a line feed is missing")]
    [InlineData("YUV4MPEG2X W32 H16 F25:1\n", 0, "does not begin with YUV4MPEG2")]
    [InlineData("YUV4MPEG2 H16 F25:1\n", 19, "lacks the width")]
    [InlineData("YUV4MPEG2 W32 F25:1\n", 19, "lacks the height")]
    [InlineData("YUV4MPEG2 Wabc H16 F25:1\n", 10, "Wabc is no width")]
    [InlineData("YUV4MPEG2 W-32 H16 F25:1\n", 10, "W-32 is no width")]
    [InlineData("YUV4MPEG2 W32 H99999999999 F25:1\n", 14, "H99999999999 is no height")]
    [InlineData("YUV4MPEG2 W0 H16 F25:1\n", 10, "W0 is no width")]
    [InlineData("YUV4MPEG2 W32 H16 F25\n", 18, "F25 is no frame rate")]
    [InlineData("YUV4MPEG2 W32 H16 F25:0\n", 18, "F25:0 is no frame rate")]
    [InlineData("YUV4MPEG2 W32 H16 F0:0\n", 0, "does not say the frame rate")]
    [InlineData("YUV4MPEG2 W32 H16\n", 0, "does not say the frame rate")]
    [InlineData("YUV4MPEG2 W32 H16 F25:1 It\n", 24, "interlaced (It)")]
    [InlineData("YUV4MPEG2 W32 H16 F25:1 C420p10\n", 24, "C420p10 has no V4L2 format")]
    [InlineData("YUV4MPEG2 W32 H16 F25:1 C411\n", 24, "C411 has no V4L2 format")]
    [InlineData("YUV4MPEG2 W32 H16 F25:1 C444alpha\n", 24, "C444alpha has no V4L2 format")]
    [InlineData("YUV4MPEG2 W33 H16 F25:1 C420\n", 24, "width 33 is not a multiple of 2")]
    [InlineData("YUV4MPEG2 W32 H17 F25:1\n", 0, "height 17 is not a multiple of 2")]
    public void A_broken_header_is_refused_with_file_and_byte(string header, int offset, string what)
    {
        using var clip = TestClip.Y4m(header, TestClip.Frames(header.EndsWith('\n') ? 1 : 0, FrameBytes));
        var error = clip.Refused();
        Assert.Equal((clip.Path, offset, null), (error.Path, error.Offset, error.Frame));
        Assert.StartsWith($"{clip.Path}: byte {offset}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_without_end_is_not_read_for_ever()
    {
        using var clip = new TestClip(TestClip.Bytes("YUV4MPEG2 W32 " + new string('x', 100_000)));
        Assert.Contains("no line feed within 1024", clip.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_rate_can_be_given_where_the_file_has_none()
    {
        using var clip = TestClip.Y4m("YUV4MPEG2 W32 H16 F0:0\n", TestClip.Frames(1, FrameBytes));
        using var rig = clip.Rig(options => options with { Interval = new FrameInterval(1, 12) });
        Assert.Equal(new FrameInterval(1, 12), rig.Configuration.Interval);
    }

    [Fact]
    public void A_file_without_frames_is_refused()
    {
        using var clip = TestClip.Y4m(Header, []);
        var error = clip.Refused();
        Assert.Equal((Header.Length, 0L), (error.Offset, error.Frame));
        Assert.Contains("has no frames", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(FrameBytes - 1)]
    public void A_truncated_last_frame_is_an_error_that_names_it_and_never_a_frame(int left)
    {
        var frames = TestClip.Frames(3, FrameBytes);
        frames[2] = frames[2][..left];
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig();
        rig.Next(2);
        var error = Assert.Throws<ReplayFormatException>(() => rig.Capture());
        var end = Header.Length + (3 * 6) + (2 * FrameBytes) + left;
        Assert.Equal((end, 2L), (error.Offset, error.Frame));
        Assert.Equal(
            $"{clip.Path}: frame 2, byte {end}: the file ends after {left} of the frame's {FrameBytes} bytes; cut it off before this "
                + "frame, or copy it again.",
            error.Message);
    }

    [Fact]
    public void A_frame_line_cut_in_two_is_an_error_that_names_the_frame()
    {
        using var clip = new TestClip([TestClip.Bytes(Header), TestClip.Bytes("FRAME\n"), .. TestClip.Frames(1, FrameBytes),
            TestClip.Bytes("FRA")]);
        using var rig = clip.Rig();
        rig.Next();
        var error = Assert.Throws<ReplayFormatException>(() => rig.Capture());
        Assert.Equal(1, error.Frame);
        Assert.Contains("ends within the frame's line FRAME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_too_many_or_too_few_before_a_frame_are_noticed()
    {
        var frames = TestClip.Frames(3, FrameBytes);
        frames[0] = [.. frames[0], 0];
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig();
        rig.Next();
        var error = Assert.Throws<ReplayFormatException>(() => rig.Capture());
        Assert.Equal((Header.Length + 6 + FrameBytes, 1L), (error.Offset, error.Frame));
        Assert.Contains("FRAME is missing here", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FRAMES\n", "must be followed")]
    [InlineData("FRAM\n", "FRAME is missing")]
    public void A_wrong_frame_line_is_refused(string line, string what)
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(1, FrameBytes), line);
        Assert.Contains(what, clip.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_line_without_end_is_not_read_for_ever()
    {
        using var clip = TestClip.Y4m(Header, [], "");
        File.AppendAllText(clip.Path, "FRAME " + new string('x', 100_000));
        Assert.Contains("no line feed within 1024", clip.Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_replayed_is_an_error()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(3, FrameBytes));
        using var rig = clip.Rig();
        rig.Next();
        using (var file = new FileStream(clip.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(Header.Length + 6 + FrameBytes + 6 + 10);
        Assert.Equal(1, Assert.Throws<ReplayFormatException>(() => rig.Capture()).Frame);
    }

    [Fact]
    public void A_raw_file_needs_a_configuration_that_fits_it()
    {
        var configuration = new StreamConfiguration(PixelFormats.Grey.FourCC, 16, 8, new FrameInterval(1, 50));
        using var clip = new TestClip(TestClip.Frames(2, 100));
        Assert.Contains("RawConfiguration", clip.Refused().Message, StringComparison.Ordinal);
        var compressed = configuration with { Format = PixelFormats.Mjpeg.FourCC };
        Assert.Contains("no uncompressed format", clip.Refused(options => options with { RawConfiguration = compressed }).Message,
            StringComparison.Ordinal);
        var error = clip.Refused(options => options with { RawConfiguration = configuration with { Height = 16 } });
        Assert.Contains("200 bytes, less than one frame of 256", error.Message, StringComparison.Ordinal);

        using var rig = clip.Rig(options => options with { RawConfiguration = configuration });
        rig.Next();
        Assert.Contains("ends after 72 of the frame's 128 bytes", Assert.Throws<ReplayFormatException>(() => rig.Capture()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_options_is_said_at_once()
    {
        var raw = new StreamConfiguration(PixelFormats.Raw10P.FourCC, 17, 8, new FrameInterval(0, 0));
        var errors = new ReplayOptions { Path = " ", Rate = -1, RawConfiguration = raw }.Validate();
        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, error => error.Contains("width 17 is not a multiple of 4", StringComparison.Ordinal));
        var right = raw with { Width = 16, Interval = new FrameInterval(1, 30) };
        Assert.Empty(new ReplayOptions { Path = "a.raw", RawConfiguration = right }.Validate());
    }

    [Fact]
    public void A_configuration_for_a_file_that_describes_itself_is_refused()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(1, FrameBytes));
        var configuration = new StreamConfiguration(PixelFormats.Grey.FourCC, 16, 8, new FrameInterval(1, 50));
        Assert.Contains("leave RawConfiguration out", clip.Refused(options => options with { RawConfiguration = configuration }).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(0.0001)]
    [InlineData(1001)]
    public void A_rate_out_of_range_is_refused(double rate)
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(1, FrameBytes));
        var error = Assert.Throws<ArgumentException>(() => clip.Rig(options => options with { Rate = rate }));
        Assert.Contains("0 (as fast as possible) or 0.001 to 1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Recording.Open(new ReplayOptions { Path = "/nowhere-at-all.y4m" }));
        Assert.Contains("/nowhere-at-all.y4m", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_first_line_is_either_read_or_refused_and_nothing_else() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        Gen.Elements("", "W32 ", "H16 ", "F25:1 ", "W32 H16 F25:1 ", "C422 ", "Ip ").ToArbitrary(),
        (tail, prefix) =>
        {
            try
            {
                var header = Y4mHeader.Parse("any", [.. TestClip.Bytes($"YUV4MPEG2 {prefix}"), .. tail, (byte)'\n']);
                return header.Width > 0 && header.Height > 0;
            }
            catch (ReplayFormatException error)
            {
                return error.Offset >= 0 && error.Message.All(letter => letter is >= ' ' and <= '~');
            }
        }));
}
