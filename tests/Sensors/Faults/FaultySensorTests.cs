using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Faults;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Tests.Capture;

namespace CameraFabric.Sensors.Tests.Faults;

public sealed class FaultySensorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ManualFrameClock _clock = new();
    private readonly FramePool _pool = new("test", 32 * 16, 2);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Without_its_frame_nothing_happens()
    {
        using var sensor = Open("throw@9", "freeze@9", "short@9", "time-zero@9", "repeat@9");

        Assert.Equal([1UL, 2, 3, 4], Capture(sensor, 4).Select(static frame => frame.Sequence));
    }

    [Fact]
    public void A_fault_happens_at_its_frame_as_often_as_it_says_and_not_again_to_the_next_sensor()
    {
        var script = FaultScript.Parse("throw@3+2", "throw-open@5");
        using var first = Open(script, 1);
        Capture(first, 2);
        Assert.Throws<IOException>(() => Capture(first, 1));
        using var second = Open(script, 3);
        Assert.Throws<IOException>(() => Capture(second, 1));
        using var third = Open(script, 3);

        Assert.Equal([3UL, 4], Capture(third, 2).Select(static frame => frame.Sequence));
        Assert.Throws<IOException>(() => Open(script, 5));
        using var fourth = Open(script, 5);
        Capture(fourth, 1);
    }

    [Fact]
    public void Entries_of_a_kind_happen_by_frame_in_whatever_order_they_are_written()
    {
        using var sensor = Open("jump-ahead@6x5", "throw@8", "jump-ahead@3x7", "jump-ahead@3+2x9");

        Assert.Equal([1UL, 2, 10, 13, 14, 11, 7], Enumerable.Range(0, 7).Select(_ => Capture(sensor, 1)[0].Sequence));
    }

    [Fact]
    public void What_is_called_beside_capture_throws_when_its_frame_has_come()
    {
        var script = FaultScript.Parse("throw-configure@1", "throw-start@1", "throw-dispose@2");
        var sensor = script.Around(Healthy)(new SensorContext("front", _clock, 1));

        Assert.Throws<IOException>(() => sensor.Configure(new FakeSensor(_clock).Configuration));
        sensor.Configure(new FakeSensor(_clock).Configuration);
        Assert.Throws<IOException>(sensor.Start);
        sensor.Start();
        Capture(sensor, 1);
        Assert.Throws<IOException>(sensor.Dispose);
    }

    [Fact]
    public void A_frozen_sensor_shows_the_same_pixels_under_new_numbers()
    {
        using var sensor = Open("freeze@2+2");

        var frames = Capture(sensor, 4);

        Assert.Equal([1UL, 2, 3, 4], frames.Select(static frame => frame.Sequence));
        Assert.Equal([1, 2, 2, 4], frames.Select(static frame => (int)frame.Pixel));
    }

    [Fact]
    public void Numbers_and_times_and_bytes_are_spoilt_as_the_script_says()
    {
        using var sensor = Open("repeat@3", "jump-ahead@5x5", "jump-back@7x2");
        Assert.Equal([1UL, 2, 2, 4, 10, 6, 5], Enumerable.Range(0, 7).Select(_ => Capture(sensor, 1)[0].Sequence));

        using var other = Open(FaultScript.Parse("time-zero@2", "time-ahead@3x2", "time-behind@4x1", "short@5x25"), 1);
        var frames = Capture(other, 5);
        Assert.Equal(0, frames[1].StartOfExposure);
        Assert.Equal(frames[0].StartOfExposure + 2_000_000_000, frames[2].StartOfExposure);
        Assert.Equal(frames[0].StartOfExposure - 1_000_000_000, frames[3].StartOfExposure);
        Assert.Equal(32u * 16 / 4, frames[4].BytesUsed);
    }

    [Fact]
    public async Task A_silent_sensor_can_be_stopped_and_a_late_one_comes_late()
    {
        using var silent = Open("silent@1");
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => Assert.Throws<OperationCanceledException>(() => Capture(silent, 1, stop: stop.Token)));
        Assert.True(_clock.WaitForWaiter(1, Patience));
        await stop.CancelAsync();
        await waiting.WaitAsync(Patience);

        using var late = Open("late@1x3");
        var coming = Task.Run(() => Capture(late, 1));
        Assert.True(_clock.WaitForWaiter(1, Patience));
        _clock.Advance(3 * FakeSensor.Period);
        await coming.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_hanging_sensor_heeds_no_stop_and_ends_with_its_time_or_its_release()
    {
        var script = FaultScript.Parse("hang@1+50ms", "hang@2");
        using var sensor = Open(script, 1);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        foreach (var end in new Action[] { () => _clock.Advance(50_000_000), script.Release })
        {
            var hanging = Task.Run(() => Capture(sensor, 1));
            Assert.True(_clock.WaitForWaiter(1, Patience));
            Assert.False(hanging.IsCompleted);
            end();
            await hanging.WaitAsync(Patience);
        }
    }

    private ISensor Open(params string[] faults) => Open(FaultScript.Parse(faults), 1);

    private ISensor Open(FaultScript script, ulong first)
    {
        var sensor = script.Around(Healthy)(new SensorContext("front", _clock, first));
        sensor.Configure(new FakeSensor(_clock).Configuration);
        sensor.Start();
        return sensor;
    }

    // Its pixels have the value of the frame's number.
    private FakeSensor Healthy(SensorContext context) => new(_clock, context.FirstSequence) { IsPaced = false, PixelIsNumber = true };

    private List<(ulong Sequence, byte Pixel, long StartOfExposure, uint BytesUsed)> Capture(
        ISensor sensor, int count, CancellationToken stop = default)
    {
        var capture = new FrameCapture(PixelFormats.Grey.Layout(32, 16), new ControlSchedule([FakeSensor.Gain], interleaved: false));
        var frames = new List<(ulong, byte, long, uint)>();
        for (var i = 0; i < count; i++)
        {
            var slot = _pool.TryRent()!;
            capture.Begin(slot);
            try
            {
                sensor.Capture(capture, stop);
                frames.Add((capture.Sequence, slot.Pixels[0], slot.Header.StartOfExposure, slot.Header.BytesUsed));
            }
            finally
            {
                capture.End();
                slot.Abandon();
            }
        }

        return frames;
    }
}
