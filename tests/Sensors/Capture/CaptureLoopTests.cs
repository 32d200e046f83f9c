using CameraFabric.Platform;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Capture;

public sealed class CaptureLoopTests : IDisposable
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(30);

    private readonly ManualFrameClock _clock = new();
    private readonly RecordingSink _sink = new();
    private readonly FakeSensor _sensor;
    private readonly ControlSchedule _schedule;
    private FramePool _pool = new("test", 32 * 16, 2);
    private CaptureLoop? _loop;
    private ulong _set;

    public CaptureLoopTests()
    {
        _sensor = new FakeSensor(_clock, firstSequence: 100);
        _schedule = new ControlSchedule(_sensor.Profile.Controls, interleaved: false);
    }

    public void Dispose()
    {
        _loop?.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Frame_arrives_with_its_header_its_pixels_and_one_lease()
    {
        Start(new CaptureOptions { Epoch = 9 });
        Tick();
        var frame = _sink.Take<Frame>();
        ref readonly var header = ref frame.Header;
        Assert.Equal((100ul, 0ul, 1_009_999_000L, 1_010_000_000L),
            (header.Sequence, header.ControlSet, header.StartOfExposure, header.Complete));
        Assert.Equal((PixelFormats.Grey.FourCC.Value, 32u, 16u, 512u), (header.FourCC, header.Width, header.Height, header.BytesUsed));
        Assert.Equal((7u, 9u, 0u, (uint)FrameFlags.Checksummed),
            (header.ConfigurationGeneration, header.Epoch, header.DroppedBefore, header.Flags));
        Assert.Equal(Crc32C.Compute(frame.Pixels), header.Checksum);
        Assert.Equal(new ControlEntry(FakeSensor.Gain.Id, (uint)ControlResultFlags.Applied, ControlValue.From(1)),
            Assert.Single(frame.Applied.ToArray()));
        Assert.False(frame.Pixels.ContainsAnyExcept((byte)1));
        Assert.Equal((1, 100ul), (frame.Leases, _loop!.LastSequence));
        Assert.Null(_loop.TuningProblem);
        frame.Return();
    }

    [Fact]
    public void Checksum_can_be_left_out()
    {
        Start(new CaptureOptions { Checksum = false });
        Tick();
        var frame = _sink.Take<Frame>();
        Assert.Equal((0u, 0u), (frame.Header.Checksum, frame.Header.Flags));
        frame.Return();
    }

    [Fact]
    public void Control_set_comes_with_the_frame_that_was_exposed_with_it()
    {
        var set = Submit(50);
        Start();
        Expect(100, set: 0, gain: 1);
        Expect(101, set, gain: 50);
        Expect(102, set: 0, gain: 50);
    }

    [Fact]
    public void Sensor_goes_on_when_no_slot_is_free_and_the_lost_frames_are_counted()
    {
        Start();
        Tick();
        var first = _sink.Take<Frame>();
        Tick();
        var second = _sink.Take<Frame>();
        var set = Submit(50);
        Tick();
        Assert.Equal((102ul, 0ul, FrameLossReason.NoFreeSlot), _sink.Take<(ulong, ulong, FrameLossReason)>());
        Tick();
        Assert.Equal((103ul, set, FrameLossReason.NoFreeSlot), _sink.Take<(ulong, ulong, FrameLossReason)>());
        // The slot is rented before the sensor waits for its edge: the next frame has none yet, the one after it has.
        Assert.True(_clock.WaitForWaiter(1, _bound));
        first.Return();
        Tick();
        Assert.Equal((104ul, 0ul, FrameLossReason.NoFreeSlot), _sink.Take<(ulong, ulong, FrameLossReason)>());
        Tick();
        var third = _sink.Take<Frame>();
        Assert.Equal((105ul, 3u, 50), (third.Header.Sequence, third.Header.DroppedBefore, third.Pixels[0]));
        third.Return();
        second.Return();
    }

    [Fact]
    public void Numbers_that_the_sensor_skips_are_counted_and_their_sets_are_lost()
    {
        var sets = new[] { Submit(10), Submit(20), Submit(30) };
        _sensor.BeforeEdge = sequence => sequence == 101 ? 102 : sequence;
        Start();
        Expect(100, 0, gain: 1);
        Tick();
        Assert.Equal(new ControlSetLoss(sets[0], 1, ControlSetFailure.FrameLost, 101), _sink.Take<ControlSetLoss>());
        var frame = _sink.Take<Frame>();
        Assert.Equal((102ul, 1u), (frame.Header.Sequence, frame.Header.DroppedBefore));
        frame.Return();
        Expect(103, sets[1], gain: 20);
        Expect(104, sets[2], gain: 30);
    }

    [Fact]
    public void Sensor_that_throws_ends_the_loop_and_loses_its_frame_and_every_set()
    {
        var sets = new[] { Submit(10), Submit(20), Submit(30) };
        var error = new IOException("the link is gone");
        _sensor.AfterEdge = (sequence, _) => sequence < 101 ? true : throw error;
        Start();
        Expect(100, 0, gain: 1);
        Tick();
        Assert.Equal((101ul, sets[0], FrameLossReason.SensorFailed), _sink.Take<(ulong, ulong, FrameLossReason)>());
        Assert.Equal((sets[1], ControlSetFailure.Cancelled), (_sink.Take<ControlSetLoss>() is var loss ? loss.Set : 0, loss.Reason));
        Assert.Equal(sets[2], _sink.Take<ControlSetLoss>().Set);
        Assert.Same(error, _sink.Take<IOException>());
        Assert.True(_loop!.Stop(_bound));
        Assert.False(_loop.IsRunning);
        Assert.Equal(["configure GREY 32x16 100/s", "start", "stop"], _sensor.Calls);
        Assert.Equal((2, 0), (_pool.Free, _schedule.Pending));
        _sink.IsEmpty();
    }

    [Fact]
    public void Sensor_that_leaves_its_frame_incomplete_has_failed()
    {
        _sensor.AfterEdge = (_, _) => false;
        Start();
        Tick();
        Assert.Equal(FrameLossReason.SensorFailed, _sink.Take<(ulong, ulong, FrameLossReason Reason)>().Reason);
        Assert.Contains("without completing", _sink.Take<InvalidOperationException>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_that_nobody_asked_for_is_a_failure()
    {
        _sensor.BeforeEdge = _ => throw new OperationCanceledException();
        Start();
        Tick();
        _sink.Take<OperationCanceledException>();
    }

    [Fact]
    public void End_of_a_replay_is_told_as_such()
    {
        _sensor.BeforeEdge = sequence => sequence < 101 ? sequence : throw new EndOfStreamException();
        Start();
        Expect(100, 0, gain: 1);
        Tick();
        Assert.Equal("ended", _sink.Take<string>());
        Assert.True(_loop!.Stop(_bound));
        Assert.Equal("stop", _sensor.Calls[^1]);
    }

    [Fact]
    public void Stop_ends_the_wait_for_an_edge_and_cancels_what_waits()
    {
        var set = Submit(10);
        Start();
        Assert.True(_clock.WaitForWaiter(1, _bound));
        Assert.True(_loop!.IsRunning);
        Assert.True(_loop.Stop(_bound));
        Assert.False(_loop.IsRunning);
        Assert.Equal(new ControlSetLoss(set, 1, ControlSetFailure.Cancelled, 0), _sink.Take<ControlSetLoss>());
        _sink.IsEmpty();
        Assert.Equal("stop", _sensor.Calls[^1]);
        Assert.Equal(2, _pool.Free);
    }

    [Fact]
    public void Frame_that_is_stopped_after_its_edge_is_lost_with_its_set()
    {
        using var atEdge = new ManualResetEventSlim();
        _sensor.AfterEdge = (_, stop) =>
        {
            atEdge.Set();
            stop.WaitHandle.WaitOne(_bound);
            stop.ThrowIfCancellationRequested();
            return true;
        };
        _schedule.Submit(new ControlSet { Id = ++_set, Context = 1 });
        Start();
        Tick();
        Assert.True(atEdge.Wait(_bound));
        Assert.True(_loop!.Stop(_bound));
        Assert.Equal((100ul, _set, FrameLossReason.Stopped), _sink.Take<(ulong, ulong, FrameLossReason)>());
        _sink.IsEmpty();
    }

    [Fact]
    public void Loop_runs_once_or_never()
    {
        Start();
        Assert.Throws<InvalidOperationException>(() => _loop!.Start());
        Assert.True(_loop!.Stop(_bound));
        Assert.Throws<InvalidOperationException>(_loop.Start);
        using var never = Make(new CaptureOptions());
        Assert.True(never.Stop(_bound));
        Assert.Throws<InvalidOperationException>(never.Start);
    }

    [Fact]
    public void Pool_with_small_slots_is_refused()
    {
        _pool.Dispose();
        _pool = new FramePool("small", 511, 1);
        Assert.Contains("needs 512", Assert.Throws<ArgumentException>(() => Make(new CaptureOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Processors_that_do_not_exist_are_reported_and_the_loop_runs_all_the_same()
    {
        Start(new CaptureOptions { Processors = [1000] });
        Expect(100, 0, gain: 1);
        Assert.NotNull(_loop!.TuningProblem);
    }

    [Fact]
    public void Capturing_allocates_nothing_in_steady_state()
    {
        const int Frames = 400;
        var sink = new CountingSink();
        long start = 0, end = 0;
        _sensor.IsPaced = false;
        _sensor.AfterEdge = (sequence, _) =>
        {
            if (sequence == 200)
                start = GC.GetAllocatedBytesForCurrentThread();
            if (sequence == 200 + Frames)
                end = GC.GetAllocatedBytesForCurrentThread();
            return sequence <= 200 + Frames ? true : throw new EndOfStreamException();
        };
        for (var i = 0; i < Frames; i++)
            Submit(i % 200);
        _loop = new CaptureLoop("test", _sensor, _pool, _sensor.Configuration, 7, _schedule, sink, _clock, new CaptureOptions());
        _loop.Start();
        Assert.True(sink.End.Wait(_bound));
        Assert.True(start > 0);
        Assert.Equal(start, end);
        Assert.InRange(sink.LostFrames, 10, Frames);
        Assert.InRange(sink.PublishedFrames, 10, Frames + 101);
        sink.End.Dispose();
    }

    private void Start(CaptureOptions? options = null)
    {
        _loop = Make(options ?? new CaptureOptions());
        _loop.Start();
    }

    private CaptureLoop Make(CaptureOptions options) =>
        new("test", _sensor, _pool, _sensor.Configuration, 7, _schedule, _sink, _clock, options);

    // Lets the sensor come to its wait, then one edge pass.
    private void Tick()
    {
        Assert.True(_clock.WaitForWaiter(1, _bound));
        _clock.Advance(FakeSensor.Period);
    }

    private ulong Submit(int gain)
    {
        _schedule.Submit(new ControlSet { Id = ++_set, Context = 1,
            Controls = [new ControlEntry(FakeSensor.Gain.Id, ControlValue.From(gain))] });
        return _set;
    }

    private void Expect(ulong sequence, ulong set, int gain)
    {
        Tick();
        var frame = _sink.Take<Frame>();
        Assert.Equal((sequence, set, gain), (frame.Header.Sequence, frame.Header.ControlSet, frame.Pixels[0]));
        frame.Return();
    }

    /// <summary>Keeps two frames now and then, until a third is lost for want of a slot.</summary>
    private sealed class CountingSink : IFrameSink
    {
        private readonly Frame?[] _kept = new Frame?[2];
        private int _count;

        public ManualResetEventSlim End { get; } = new();

        public int PublishedFrames { get; private set; }

        public int LostFrames { get; private set; }

        public void Published(Frame frame)
        {
            PublishedFrames++;
            if (_count > 0 || PublishedFrames % 8 == 0)
                _kept[_count++] = frame;
            else
                frame.Return();
        }

        public void Lost(ulong sequence, ulong controlSet, FrameLossReason reason)
        {
            LostFrames++;
            while (_count > 0)
                _kept[--_count]!.Return();
        }

        public void Faulty(FrameFault fault, ulong sequence, ulong controlSet)
        {
        }

        public void ControlSetLost(in ControlSetLoss loss)
        {
        }

        public void Ended() => End.Set();

        public void Failed(Exception error) => End.Set();
    }
}
