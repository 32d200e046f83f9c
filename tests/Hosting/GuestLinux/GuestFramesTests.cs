using CameraFabric.Hosting.GuestLinux;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Hosting.Tests.GuestLinux;

public sealed class GuestFramesTests
{
    [Fact]
    public void Frames_whose_numbers_and_times_rise_are_right_however_many_are_lost_between_them() =>
        Assert.Equal("", Heard((0, 100), (1, 133), (7, 333)).Wrong);

    [Fact]
    public void A_frame_that_comes_twice_is_wrong() =>
        Assert.Equal("frame 1: v4l2-ctl went from number 4 to 4", Heard((4, 100), (4, 133)).Wrong);

    [Fact]
    public void A_frame_that_comes_late_is_wrong() =>
        Assert.Equal("frame 2: v4l2-ctl went from number 6 to 5", Heard((4, 100), (6, 133), (5, 166)).Wrong);

    [Fact]
    public void A_time_that_stands_still_is_wrong() =>
        Assert.Equal("frame 1: v4l2-ctl went from time 7000100 to 7000100 us", Heard((4, 100), (5, 100)).Wrong);

    [Fact]
    public void A_buffer_with_the_error_flag_is_no_frame()
    {
        var frames = Heard((4, 100));

        frames.Hear("cap dqbuf: 0 seq:      4 bytesused: 0 ts: 7.000110 delta: 10 ms (error, ts-monotonic)");

        Assert.Equal((1, 1, ""), (frames.Told.Count, frames.Errors, frames.Wrong));
    }

    private static GuestFrames Heard(params (int Sequence, int Microseconds)[] told)
    {
        var frames = new GuestFrames("nowhere", PixelFormats.Yuyv.Layout(320, 240));
        foreach (var (sequence, microseconds) in told)
            frames.Hear($"cap dqbuf: 0 seq: {sequence,6} bytesused: 153600 ts: 7.{microseconds:D6} (ts-monotonic, ts-src-soe)");
        return frames;
    }
}
