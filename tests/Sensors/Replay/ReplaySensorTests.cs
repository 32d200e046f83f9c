using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Replay;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Replay;

public sealed class ReplaySensorTests
{
    private const string Header = "YUV4MPEG2 W32 H16 F25:1 Ip A1:1 C420jpeg XYSCSS=420JPEG\n";
    private const int FrameBytes = 32 * 16 * 3 / 2;
    private static readonly FrameInterval Recorded = new(1, 25);

    [Theory]
    [InlineData("C420jpeg", "YU12", FrameBytes)]
    [InlineData("C420mpeg2", "YU12", FrameBytes)]
    [InlineData("C420paldv", "YU12", FrameBytes)]
    [InlineData("C420", "YU12", FrameBytes)]
    [InlineData("", "YU12", FrameBytes)]
    [InlineData("C422", "422P", 32 * 16 * 2)]
    [InlineData("C444", "YM24", 32 * 16 * 3)]
    [InlineData("Cmono", "GREY", 32 * 16)]
    public void Every_frame_is_byte_for_byte_the_recordings(string chroma, string fourcc, int bytes)
    {
        var frames = TestClip.Frames(221, bytes);
        using var clip = TestClip.Y4m($"YUV4MPEG2 W32 H16 F25:1 {chroma}\n", frames);
        using var rig = clip.Rig(options => options with { Loop = false });
        Assert.Equal(new StreamConfiguration(FourCC.Parse(fourcc), 32, 16, Recorded), rig.Configuration);
        for (var frame = 0; frame < frames.Length; frame++)
        {
            var shot = rig.Next();
            Assert.Equal(frames[frame], shot.Pixels);
            Assert.Equal((ulong)frame, shot.Sequence);
            Assert.Equal(FrameFlags.None, shot.Flags);
        }
    }

    [Fact]
    public void Parameters_of_frames_are_passed_over()
    {
        var frames = TestClip.Frames(3, FrameBytes);
        using var clip = TestClip.Y4m(Header, frames, $"FRAME Ip X{new string('x', 200)}\n");
        using var rig = clip.Rig();
        Assert.Equal(frames, rig.Next(3).Select(shot => shot.Pixels));
    }

    [Fact]
    public void Frames_come_at_their_own_pace_without_drift()
    {
        using var clip = TestClip.Y4m(Header.Replace("F25:1", "F30000:1001", StringComparison.Ordinal), TestClip.Frames(2, FrameBytes));
        using var rig = clip.Rig();
        Assert.Equal(33_366_667, rig.Period);
        var shots = rig.Next(5);
        Assert.Equal(Enumerable.Range(0, 5).Select(n => rig.Clock.Now - ((5 - n) * rig.Period)),
            shots.Select(shot => shot.StartOfExposure));
    }

    [Theory]
    [InlineData(2.0, 20_000_000)]
    [InlineData(0.5, 80_000_000)]
    [InlineData(1.001, 39_960_040)]
    [InlineData(1000.0, 40_000)]
    public void A_rate_scales_the_pace(double rate, long period)
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(2, FrameBytes));
        using var rig = clip.Rig(options => options with { Rate = rate });
        Assert.Equal(period, rig.Period);
        var shots = rig.Next(3);
        Assert.Equal(period, shots[2].StartOfExposure - shots[1].StartOfExposure);
    }

    [Fact]
    public void Rate_zero_waits_for_nothing()
    {
        var frames = TestClip.Frames(10, FrameBytes);
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig(options => options with { Rate = 0 });
        foreach (var frame in frames)
        {
            var shot = rig.Capture();
            Assert.Equal(frame, shot.Pixels);
            Assert.Equal(rig.Clock.Now, shot.StartOfExposure);
        }
    }

    [Fact]
    public async Task It_waits_for_its_edge_and_a_stop_ends_the_wait()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(2, FrameBytes));
        using var rig = clip.Rig();
        rig.Capture();
        using var stop = new CancellationTokenSource();
        var shot = Task.Factory.StartNew(() => rig.Capture(stop.Token), TaskCreationOptions.LongRunning);
        Assert.True(rig.Clock.WaitForWaiter(1, TimeSpan.FromSeconds(30)));
        rig.Clock.Advance(rig.Period - 1);
        Assert.Equal(1, rig.Clock.Waiters);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shot.WaitAsync(TimeSpan.FromSeconds(30)));

        using var fast = clip.Rig(options => options with { Rate = 0 });
        Assert.ThrowsAny<OperationCanceledException>(() => fast.Capture(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_late_replay_skips_no_frame_and_starts_its_timetable_anew()
    {
        var frames = TestClip.Frames(4, FrameBytes);
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig();
        rig.Next();
        rig.Clock.Advance((5 * rig.Period) + 123);
        var late = rig.Next();
        var next = rig.Next();
        Assert.Equal(frames[1], late.Pixels);
        Assert.Equal(frames[2], next.Pixels);
        Assert.Equal([1ul, 2ul], [late.Sequence, next.Sequence]);
        Assert.Equal(SensorRigStart + (6 * rig.Period) + 123, late.StartOfExposure);
        Assert.Equal(late.StartOfExposure + rig.Period, next.StartOfExposure);
        Assert.Equal(FrameFlags.None, late.Flags);
    }

    [Fact]
    public void A_replay_that_is_late_by_less_than_a_frame_keeps_its_timetable()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(4, FrameBytes));
        using var rig = clip.Rig();
        rig.Next();
        rig.Clock.Advance(rig.Period - 1);
        Assert.Equal(SensorRigStart + rig.Period, rig.Capture().StartOfExposure);
    }

    [Fact]
    public void A_loop_begins_again_with_a_discontinuity_and_numbers_that_go_on()
    {
        var frames = TestClip.Frames(3, FrameBytes);
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig(firstSequence: 40);
        var shots = rig.Next(7);
        Assert.Equal(shots.Select((_, at) => frames[at % 3]), shots.Select(shot => shot.Pixels));
        Assert.Equal(Enumerable.Range(40, 7).Select(n => (ulong)n), shots.Select(shot => shot.Sequence));
        Assert.Equal([43ul, 46ul], shots.Where(shot => shot.Flags == FrameFlags.Discontinuity).Select(shot => shot.Sequence));
    }

    [Fact]
    public void Without_a_loop_the_stream_ends_after_the_last_frame_and_latches_no_more()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(3, FrameBytes));
        using var rig = clip.Rig(options => options with { Loop = false });
        rig.Next(3);
        var error = Assert.Throws<EndOfStreamException>(() => rig.Capture());
        Assert.Contains("after 3 frames", error.Message, StringComparison.Ordinal);
        Assert.Equal(3ul, rig.Schedule.NextEdge);
    }

    [Fact]
    public void Each_start_begins_with_the_first_frame()
    {
        var frames = TestClip.Frames(3, FrameBytes);
        using var clip = TestClip.Y4m(Header, frames);
        using var rig = clip.Rig(options => options with { Loop = false });
        rig.Next(3);
        Assert.Throws<EndOfStreamException>(() => rig.Capture());
        rig.Sensor.Stop();
        rig.Schedule.Restart();
        rig.Sensor.Start();
        var again = rig.Capture();
        Assert.Equal(frames[0], again.Pixels);
        Assert.Equal(3ul, again.Sequence);
        Assert.Equal(FrameFlags.Discontinuity, again.Flags);
    }

    [Fact]
    public void Its_controls_say_that_nothing_can_be_set()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(1, FrameBytes));
        using var rig = clip.Rig();
        Assert.False(rig.Sensor.Profile.IsPerFrame);
        Assert.DoesNotContain(rig.Sensor.Profile.Controls, control => control.IsWritable);
        var shot = rig.Capture();
        Assert.Equal(rig.Period, shot.Applied[ControlCatalogue.FrameDuration.Id].AsInt64());
        Assert.Equal(shot.StartOfExposure, shot.Applied[ControlCatalogue.SensorTimestamp.Id].AsInt64());
    }

    [Fact]
    public void Per_frame_the_pace_can_be_set_and_shows_in_exactly_its_frame()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(2, FrameBytes));
        using var rig = clip.Rig(options => options with { PerFrame = true });
        Assert.True(rig.Sensor.Profile.IsPerFrame);
        rig.Ask(3, (ControlCatalogue.FrameDuration, ControlValue.From(100_000_000L)));
        rig.Next(3);
        var slow = rig.Next(period: 100_000_000);
        Assert.Equal(100_000_000, slow.Applied[ControlCatalogue.FrameDuration.Id].AsInt64());
        Assert.Equal(slow.StartOfExposure + 100_000_000, rig.Capture().StartOfExposure);
        Assert.Equal(4ul, rig.Schedule.NextEdge - 1);
    }

    [Fact]
    public void A_stamp_is_written_when_asked_for()
    {
        using var clip = TestClip.Y4m("YUV4MPEG2 W128 H64 F25:1\n", TestClip.Frames(1, 128 * 64 * 3 / 2));
        using var plain = clip.Rig();
        Assert.False(FrameStamp.TryRead(plain.Configuration.Layout(), plain.Capture().Pixels, out _));
        using var rig = clip.Rig(options => options with { Stamp = true }, firstSequence: 9);
        Assert.Equal(new FrameTruth(9, 0, 0, 40_000_000, 0, 0, 0, 0, 128, 64), rig.Capture().Truth);
    }

    [Fact]
    public void A_raw_file_is_frames_and_nothing_else()
    {
        var configuration = new StreamConfiguration(PixelFormats.Raw10P.FourCC, 16, 8, new FrameInterval(1, 50));
        var frames = TestClip.Frames(5, configuration.Layout().TotalBytes);
        using var clip = new TestClip(frames);
        using var rig = clip.Rig(options => options with { RawConfiguration = configuration });
        Assert.Equal(configuration, rig.Configuration);
        Assert.Equal([.. frames, frames[0]], rig.Next(6).Select(shot => shot.Pixels));
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(3, FrameBytes));
        using var rig = clip.Rig();
        for (var round = 0; round < 200; round++) Capture(rig);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 50; round++) Capture(rig);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Another_configuration_than_the_recordings_is_refused()
    {
        using var clip = TestClip.Y4m(Header, TestClip.Frames(1, FrameBytes));
        using var sensor = new ReplaySensor(new SensorContext("front", new ManualFrameClock(), 0), new ReplayOptions { Path = clip.Path });
        Assert.Contains("no configuration", Assert.Throws<InvalidOperationException>(sensor.Start).Message, StringComparison.Ordinal);
        var another = new StreamConfiguration(PixelFormats.Nv12.FourCC, 32, 16, Recorded);
        var error = Assert.Throws<ArgumentException>(() => sensor.Configure(another));
        Assert.Contains("replays 32x16 YU12, not 32x16 NV12", error.Message, StringComparison.Ordinal);
    }

    private static long SensorRigStart => Tests.Synthetic.SensorRig.Start;

    private static void Capture(Tests.Synthetic.SensorRig rig)
    {
        rig.Clock.Advance(rig.Period);
        rig.CaptureBlindly();
    }
}
