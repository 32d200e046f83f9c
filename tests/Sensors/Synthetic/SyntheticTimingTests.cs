using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Synthetic;

public sealed class SyntheticTimingTests
{
    [Fact]
    public void Edges_are_whole_periods_after_the_start_however_late_the_captures_are()
    {
        using var rig = SensorRig.Synthetic();
        for (var frame = 0; frame < 20; frame++)
        {
            // Up to nine tenths of a period late, each time another lateness.
            rig.Clock.AdvanceTo(SensorRig.Start + (frame * rig.Period) + (rig.Period * (frame % 10) / 10));
            var shot = rig.Capture();
            Assert.Equal(SensorRig.Start + (frame * rig.Period), shot.StartOfExposure);
            Assert.Equal((ulong)frame, shot.Sequence);
            Assert.Equal(FrameFlags.None, shot.Flags);
        }
    }

    [Fact]
    public void A_late_sensor_skips_the_edges_it_missed_and_says_so()
    {
        using var rig = SensorRig.Synthetic();
        rig.Next();
        rig.Clock.AdvanceTo(SensorRig.Start + (4 * rig.Period) + 1);
        var after = rig.Capture();
        Assert.Equal(4ul, after.Sequence);
        Assert.Equal(SensorRig.Start + (4 * rig.Period), after.StartOfExposure);
        Assert.Equal(FrameFlags.Discontinuity, after.Flags);

        rig.Clock.AdvanceTo(SensorRig.Start + (5 * rig.Period));
        var next = rig.Capture();
        Assert.Equal(5ul, next.Sequence);
        Assert.Equal(FrameFlags.None, next.Flags);
    }

    [Fact]
    public async Task It_waits_for_the_edge_and_not_longer()
    {
        using var rig = SensorRig.Synthetic();
        rig.Capture();
        var shot = Task.Factory.StartNew(() => rig.Capture(), TaskCreationOptions.LongRunning);
        Assert.True(rig.Clock.WaitForWaiter(1, TimeSpan.FromSeconds(30)));
        rig.Clock.Advance(rig.Period - 1);
        Assert.Equal(1, rig.Clock.Waiters);
        Assert.False(shot.IsCompleted);
        rig.Clock.Advance(1);
        Assert.Equal(1ul, (await shot.WaitAsync(TimeSpan.FromSeconds(30))).Sequence);
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_an_edge()
    {
        using var rig = SensorRig.Synthetic();
        rig.Capture();
        using var stop = new CancellationTokenSource();
        var shot = Task.Factory.StartNew(() => rig.Capture(stop.Token), TaskCreationOptions.LongRunning);
        Assert.True(rig.Clock.WaitForWaiter(1, TimeSpan.FromSeconds(30)));
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shot.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Numbers_begin_where_the_context_says_and_go_on_after_a_stop()
    {
        using var rig = SensorRig.Synthetic(firstSequence: 700);
        Assert.Equal(700ul, rig.Next().Sequence);
        rig.Sensor.Stop();
        rig.Clock.Advance(10 * rig.Period);
        rig.Schedule.Restart();
        rig.Sensor.Start();
        var again = rig.Capture();
        Assert.Equal(701ul, again.Sequence);
        Assert.Equal(FrameFlags.Discontinuity, again.Flags);
        Assert.Equal(rig.Clock.Now, again.StartOfExposure);
    }

    [Fact]
    public void A_start_puts_every_control_back_to_its_default()
    {
        using var rig = SensorRig.Synthetic();
        rig.Ask(3, (ControlCatalogue.AnalogueGain, ControlValue.FromFixed(4)));
        Assert.Equal(4, rig.Next(4)[3].Applied[ControlCatalogue.AnalogueGain.Id].AsFixed());
        rig.Sensor.Stop();
        rig.Schedule.Restart();
        rig.Sensor.Start();
        Assert.Equal(1, rig.Next().Applied[ControlCatalogue.AnalogueGain.Id].AsFixed());
    }

    [Fact]
    public void A_frame_duration_holds_from_its_frame_to_the_next_edge()
    {
        using var rig = SensorRig.Synthetic();
        var slow = 70_000_000L;
        rig.Ask(3, (ControlCatalogue.FrameDuration, ControlValue.From(slow)));
        var starts = new List<long>();
        for (var frame = 0; frame < 6; frame++)
        {
            var shot = rig.Capture();
            starts.Add(shot.StartOfExposure);
            var duration = shot.Applied[ControlCatalogue.FrameDuration.Id].AsInt64();
            Assert.Equal(frame < 3 ? rig.Period : slow, duration);
            rig.Clock.AdvanceTo(shot.StartOfExposure + duration);
        }

        var gaps = starts.Zip(starts.Skip(1), (a, b) => b - a);
        Assert.Equal([rig.Period, rig.Period, rig.Period, slow, slow], gaps);
    }

    [Fact]
    public void Skipping_counts_with_the_durations_that_the_missed_frames_would_have_had()
    {
        using var rig = SensorRig.Synthetic();
        rig.Ask(2, (ControlCatalogue.FrameDuration, ControlValue.From(2 * rig.Period)));
        rig.Next();

        // Frame 0 and 1 last one period; 2, 3, 4 would last two each. The write is on its way already when the sensor falls asleep.
        rig.Clock.AdvanceTo(SensorRig.Start + (6 * rig.Period));
        var shot = rig.Capture();
        Assert.Equal(4ul, shot.Sequence);
        Assert.Equal(SensorRig.Start + (6 * rig.Period), shot.StartOfExposure);
    }

    [Fact]
    public async Task Cameras_of_a_sync_group_have_their_edges_at_the_same_moments()
    {
        var group = new SyntheticOptions { SyncGroup = Guid.NewGuid() };
        var clock = new ManualFrameClock(1_234_567_890);
        var first = await NextEdgeOf(group, clock);
        clock.Advance(7_654_321);
        var began = clock.Now;
        var second = await NextEdgeOf(group, clock);
        Assert.Equal(0, first % 20_000_000);
        Assert.Equal(0, second % 20_000_000);
        Assert.InRange(second, began, began + 19_999_999);
    }

    [Fact]
    public void A_sensor_that_is_not_ready_says_what_it_lacks()
    {
        using var sensor = new SyntheticSensor(new SensorContext("rear", new ManualFrameClock(), 0), new SyntheticOptions());
        Assert.Contains("no configuration", Assert.Throws<InvalidOperationException>(sensor.Start).Message, StringComparison.Ordinal);
        sensor.Stop();
        var configuration = sensor.Profile.Adjust(SensorRig.Small(PixelFormats.Grey));
        sensor.Configure(configuration);
        sensor.Start();
        Assert.Contains("running", Assert.Throws<InvalidOperationException>(() => sensor.Configure(configuration)).Message,
            StringComparison.Ordinal);
    }

    private static async Task<long> NextEdgeOf(SyntheticOptions options, ManualFrameClock clock)
    {
        using var sensor = new SyntheticSensor(new SensorContext("left", clock, 0), options);
        var configuration = sensor.Profile.Adjust(SensorRig.Small(PixelFormats.Grey));
        sensor.Configure(configuration);
        sensor.Start();
        using var pool = new FramePool("sync", configuration.Layout().TotalBytes, 1);
        var capture = new FrameCapture(configuration.Layout(), new ControlSchedule(sensor.Profile.Controls, interleaved: false));
        var slot = pool.TryRent()!;
        capture.Begin(slot);
        var shot = Task.Factory.StartNew(() => sensor.Capture(capture, default), TaskCreationOptions.LongRunning);
        if (clock.WaitForWaiter(1, TimeSpan.FromSeconds(30))) clock.Advance(configuration.Interval.Nanoseconds);
        await shot.WaitAsync(TimeSpan.FromSeconds(30));
        return slot.Header.StartOfExposure;
    }
}
