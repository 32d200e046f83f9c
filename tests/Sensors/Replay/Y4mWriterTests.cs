using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Replay;

namespace CameraFabric.Sensors.Tests.Replay;

public sealed class Y4mWriterTests
{
    [Theory]
    [InlineData("YU12")]
    [InlineData("422P")]
    [InlineData("YM24")]
    [InlineData("GREY")]
    public void What_is_written_is_replayed_byte_for_byte(string fourcc)
    {
        var configuration = Configuration(fourcc);
        var frames = TestClip.Frames(3, configuration.Layout().TotalBytes);
        using var clip = new TestClip();
        using (var writer = Y4mWriter.Create(clip.Path, configuration))
        {
            foreach (var frame in frames) writer.Write(frame);
            Assert.Equal(3, writer.Frames);
        }

        using var rig = clip.Rig();
        Assert.Equal(configuration, rig.Configuration);
        Assert.Equal(frames, rig.Next(3).Select(shot => shot.Pixels));
    }

    [Fact]
    public void Any_header_is_read_as_it_was_written() => Properties.Hold(decisions =>
    {
        var configuration = Configuration(decisions.Of("YU12", "422P", "YM24", "GREY")) with
        {
            Width = 2 * decisions.Between(1, 4000), Height = 2 * decisions.Between(1, 4000),
            Interval = new FrameInterval((uint)decisions.Between(1, 1001), (uint)decisions.Between(1, 60000)),
        };
        using var written = new MemoryStream();
        using var writer = new Y4mWriter(written, configuration);

        var header = Y4mHeader.Parse("any", written.ToArray());
        Assert.Equal((configuration.Format, configuration.Width, configuration.Height), (header.Format, header.Width, header.Height));
        Assert.Equal(configuration.Interval, header.Interval);
        Assert.Equal(written.Length, header.Length);
    });

    [Fact]
    public void Semi_planar_chroma_is_taken_apart() =>
        AssertWritten("NV12", "C420jpeg", [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11], "0 1 2 3 4 5 6 7 8 9 A B");

    [Fact]
    public void Packed_samples_are_put_into_planes()
    {
        // 4 x 2, rows of Y0 Cb0 Y1 Cr0 Y2 Cb1 Y3 Cr1.
        AssertWritten("YUYV", "C422", [0, 8, 1, 12, 2, 9, 3, 13, 4, 10, 5, 14, 6, 11, 7, 15], "0 1 2 3 4 5 6 7 8 9 A B C D E F");
        AssertWritten("UYVY", "C422", [8, 0, 12, 1, 9, 2, 13, 3, 10, 4, 14, 5, 11, 6, 15, 7], "0 1 2 3 4 5 6 7 8 9 A B C D E F");
    }

    [Fact]
    public void Formats_that_would_lose_samples_are_refused_and_the_file_is_left_alone()
    {
        using var clip = new TestClip(TestClip.Bytes("precious"));
        var error = Assert.Throws<ArgumentException>(() => Y4mWriter.Create(clip.Path, Configuration("RGB3")));
        Assert.Contains("RGB3 cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(clip.Path));
    }

    [Fact]
    public void A_short_frame_is_refused_whole()
    {
        using var target = new MemoryStream();
        using var writer = new Y4mWriter(target, Configuration("GREY"));
        var header = target.Length;
        Assert.Throws<ArgumentException>(() => writer.Write(new byte[7]));
        Assert.Equal(header, target.Length);
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        var configuration = Configuration("NV12");
        var frame = new byte[configuration.Layout().TotalBytes];
        using var target = new MemoryStream(new byte[1 << 20]);
        using var writer = new Y4mWriter(target, configuration);
        for (var round = 0; round < 100; round++) writer.Write(frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 50; round++) writer.Write(frame);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertWritten(string fourcc, string chroma, byte[] frame, string planes)
    {
        using var target = new MemoryStream();
        using var writer = new Y4mWriter(target, Configuration(fourcc));
        writer.Write(frame);
        var expected = TestClip.Bytes($"YUV4MPEG2 W4 H2 F30000:1001 Ip A1:1 {chroma}\nFRAME\n")
            .Concat(planes.Split(' ').Select(digit => Convert.ToByte(digit, 16)));
        Assert.Equal(expected, target.ToArray());
    }

    private static StreamConfiguration Configuration(string fourcc) => new(FourCC.Parse(fourcc), 4, 2, new FrameInterval(1001, 30000));
}
