using CameraFabric.Platform;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Capture;

/// <summary>The stream's configuration says how long frames last at first; the schedule of the controls knows it.</summary>
public sealed class ConfiguredDurationTests
{
    private static readonly FrameInterval _slow = new(1, 10);
    private static readonly ControlInfo _duration = ControlCatalogue.FrameDuration;

    [Fact]
    public void A_frame_asked_to_last_as_long_as_by_default_does_so_on_a_stream_that_is_configured_slower()
    {
        var clock = new ManualFrameClock();
        var sink = new RecordingSink();
        using var sensor = new SyntheticSensor(new SensorContext("test", clock, 1), new SyntheticOptions());
        using var pool = new FramePool("test", 320 * 240, 4);
        var schedule = new ControlSchedule(sensor.Profile.Controls, interleaved: false);
        var wanted = ControlValue.From(sensor.Profile.Find(_duration.Id)!.Default);
        var configuration = sensor.Profile.Adjust(new StreamConfiguration(PixelFormats.Grey.FourCC, 320, 240, _slow));
        Assert.Equal(_slow, configuration.Interval);
        using var loop = new CaptureLoop("test", sensor, pool, configuration, 1, schedule, sink, clock, new CaptureOptions());
        schedule.Submit(new ControlSet { Id = 5, Context = 1, Controls = [new ControlEntry(_duration.Id, wanted)] });
        loop.Start();
        for (var i = 0; i < 10; i++)
        {
            Assert.True(i == 0 || clock.WaitForWaiter(1, TimeSpan.FromSeconds(30)));
            if (i > 0) clock.Advance(_slow.Nanoseconds);
            var frame = sink.Take<Frame>();
            var (set, applied) = (frame.Header.ControlSet, Duration(frame));
            frame.Return();
            if (set == 0)
            {
                Assert.Equal(_slow.Nanoseconds, applied);
                continue;
            }

            Assert.Equal(wanted.AsInt64(), applied);
            return;
        }

        Assert.Fail("the set has not come");
    }

    private static long Duration(Frame frame)
    {
        foreach (ref readonly var entry in frame.Applied)
        {
            if (entry.Id == _duration.Id) return entry.Value.AsInt64();
        }

        return 0;
    }
}
