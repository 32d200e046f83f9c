using CameraFabric.Platform;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Faults;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Capture;

/// <summary>What a capture loop makes of faulty frames. The sensor's frames are 1, 2, 3 ...; a script spoils some.</summary>
public sealed class FrameFaultTests : IDisposable
{
    private const int InARow = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ManualFrameClock _clock = new();
    private readonly RecordingSink _sink = new();
    private readonly FramePool _pool = new("test", 32 * 16, 4);
    private readonly ControlSchedule _schedule = new([FakeSensor.Gain], interleaved: false);
    private CaptureLoop? _loop;
    private bool _isStill;
    private ulong? _firstNumber;

    public void Dispose()
    {
        _loop?.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void A_repeated_number_costs_its_frame_and_nothing_else()
    {
        Start("repeat@3");

        Frames(1, 2);
        Fault(FrameFault.Repeated, 2);
        Frames(4, 5);
        Assert.True(_loop!.Stop(Patience));
        Assert.Equal(4, _pool.Free);
    }

    [Fact]
    public void Numbers_that_go_back_cost_their_frames_until_they_go_on()
    {
        Start("jump-back@5+2x3");

        Frames(1, 2, 3, 4);
        Fault(FrameFault.Backward, 2);
        Fault(FrameFault.Backward, 3);
        Frames(7);
    }

    [Fact]
    public void A_number_far_ahead_costs_its_frame_and_one_within_reach_is_a_gap()
    {
        Start("jump-ahead@3x100000", "jump-ahead@5x900");

        Frames(1, 2);
        Fault(FrameFault.Leapt, 100_003);
        Assert.Equal(1u, Frames(4)[0].DroppedBefore);
        Assert.Equal(900u, Frames(905)[0].DroppedBefore);
    }

    [Theory]
    [InlineData(1UL << 48, true)]
    [InlineData(1 + (1UL << 48), false)]
    [InlineData((ulong)long.MaxValue, false)]
    public void The_first_number_of_a_run_may_be_large_but_leaves_numbers_for_the_runs_after_it(ulong first, bool counts)
    {
        _firstNumber = first;
        Start();

        if (counts) Frames(first);
        else Fault(FrameFault.Leapt, first);
    }

    [Fact]
    public void A_repeated_number_is_that_of_the_last_frame_that_counted()
    {
        Start("jump-ahead@3x100000", "repeat@4");

        Frames(1, 2);
        Fault(FrameFault.Leapt, 100_003);
        Fault(FrameFault.Repeated, 2);
    }

    [Fact]
    public void After_a_sleep_of_the_machine_a_large_gap_is_no_fault()
    {
        Start("jump-ahead@3x5000");
        Frames(1, 2);
        Assert.True(_clock.WaitForWaiter(1, Patience));
        _clock.Advance(4000 * FakeSensor.Period);

        Assert.Equal(5003UL, Taken().Sequence);
    }

    [Theory]
    [InlineData("time-zero@3")]
    [InlineData("time-ahead@3")]
    [InlineData("time-behind@3")]
    public void An_impossible_time_costs_its_frame(string fault)
    {
        Start(fault);

        Frames(1, 2);
        Fault(FrameFault.Mistimed, 3);
        Assert.Equal(1u, Frames(4)[0].DroppedBefore);
    }

    [Fact]
    public void A_short_frame_is_lost_with_its_control_set()
    {
        Start("short@2x99");
        _schedule.Submit(new ControlSet { Id = 7, Context = 1, Controls = [new ControlEntry(FakeSensor.Gain.Id, ControlValue.From(9))] });

        Frames(1);
        Fault(FrameFault.Short, 2);
        Frames(3);
        Assert.Equal(0, _schedule.Pending);
    }

    [Theory]
    [InlineData("short@3+100", FrameFault.Short)]
    [InlineData("time-zero@3+100", FrameFault.Mistimed)]
    [InlineData("jump-ahead@3+100x100000", FrameFault.Leapt)]
    public void A_sensor_that_brings_nothing_but_faulty_frames_has_failed(string script, FrameFault fault)
    {
        Start(script);

        Frames(1, 2);
        for (var i = 0; i < InARow; i++)
        {
            Tick();
            Assert.Equal(fault, _sink.Take<(FrameFault Fault, ulong)>().Fault);
        }

        Assert.Equal(fault, _sink.Take<FrameFaultException>().Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_frozen_picture_is_told_frame_by_frame_and_has_failed_after_twice_as_many(bool checksum)
    {
        Start(new CaptureOptions { FrozenAfter = 5, Checksum = checksum }, "freeze@3+100");
        Frames(1, 2, 3);

        // The first equal frame is number 4. Without a checksum it takes one more to look at the whole picture.
        var told = checksum ? 8UL : 9UL;
        for (var frame = 4UL; frame < told; frame++) Frames(frame);
        for (var frame = told; frame <= told + 5; frame++)
        {
            Fault(FrameFault.Frozen, frame);
            Assert.Equal(frame, Taken().Sequence);
        }

        Assert.Equal(FrameFault.Frozen, _sink.Take<FrameFaultException>().Fault);
    }

    [Fact]
    public void A_picture_that_moves_again_in_time_is_frozen_no_longer()
    {
        Start(new CaptureOptions { FrozenAfter = 2 }, "freeze@3+4");

        Frames(1, 2, 3, 4);
        Fault(FrameFault.Frozen, 5);
        Assert.Equal(5UL, Taken().Sequence);
        Fault(FrameFault.Frozen, 6);
        Assert.Equal(6UL, Taken().Sequence);
        Frames(7, 8);
    }

    [Fact]
    public void A_still_picture_is_no_fault_unless_somebody_says_so()
    {
        _isStill = true;
        Start();

        for (var frame = 1UL; frame <= 100; frame++) Frames(frame);
    }

    private void Start(params string[] script) => Start(new CaptureOptions(), script);

    private void Start(CaptureOptions options, params string[] script)
    {
        var sensor = FaultScript.Parse(script).Around(
            context => new FakeSensor(_clock, _firstNumber ?? context.FirstSequence) { PixelIsNumber = !_isStill })(new SensorContext("test", _clock, 1));
        _loop = new CaptureLoop("test", sensor, _pool, new FakeSensor(_clock).Configuration, 1, _schedule, _sink, _clock, options);
        _loop.Start();
    }

    private void Tick()
    {
        Assert.True(_clock.WaitForWaiter(1, Patience));
        _clock.Advance(FakeSensor.Period);
    }

    private FrameHeader[] Frames(params ulong[] numbers)
    {
        var taken = new FrameHeader[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            Tick();
            taken[i] = Taken();
            Assert.Equal(numbers[i], taken[i].Sequence);
        }

        return taken;
    }

    private FrameHeader Taken()
    {
        var frame = _sink.Take<Frame>();
        var header = frame.Header;
        frame.Return();
        return header;
    }

    private void Fault(FrameFault fault, ulong sequence)
    {
        Tick();
        Assert.Equal((fault, sequence), _sink.Take<(FrameFault, ulong)>());
    }
}
