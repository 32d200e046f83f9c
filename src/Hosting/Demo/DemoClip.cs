using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Replay;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Hosting.Demo;

/// <summary>Makes the recording that the demo replays: frames of the synthetic sensor, written as fast as the machine can.</summary>
internal static class DemoClip
{
    private static readonly StreamConfiguration Stream = new(PixelFormats.Yuv420.FourCC, 640, 360, new FrameInterval(1, 25));

    public static void Write(string path, int frames)
    {
        // No stamp: the recording's frame numbers would not be those of the camera that replays it.
        using var sensor = new SyntheticSensor(new SensorContext("demo-clip", new LeapingClock(), FirstSequence: 0), new SyntheticOptions { Stamp = false });
        var layout = Stream.Layout();
        using var pool = new FramePool("demo-clip", layout.TotalBytes, slots: 1);
        var capture = new FrameCapture(layout, new ControlSchedule(sensor.Profile.Controls, interleaved: false));
        using var file = Y4mWriter.Create(path, Stream);
        sensor.Configure(Stream);
        sensor.Start();
        for (var frame = 0; frame < frames; frame++)
        {
            var slot = pool.TryRent() ?? throw new InvalidOperationException("the clip's only slot is still in use");
            capture.Begin(slot);
            sensor.Capture(capture, CancellationToken.None);
            file.Write(capture.Pixels);
            capture.End();
            slot.Abandon();
        }

        sensor.Stop();
        file.Flush();
    }

    /// <summary>A clock on which every wait is over at once, at the moment that was waited for.</summary>
    private sealed class LeapingClock : FrameClock
    {
        private long _now = 1_000_000_000;

        public override long Now => _now;

        public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop)
        {
            _now = Math.Max(_now, deadlineNanoseconds);
            return !stop.IsCancellationRequested;
        }
    }
}
