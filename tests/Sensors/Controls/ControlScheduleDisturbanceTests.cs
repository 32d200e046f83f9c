using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlScheduleDisturbanceTests : ScheduleScenario
{
    [Fact]
    public void Skipped_frame_loses_its_set_and_later_ones_are_planned_anew()
    {
        var sets = Enumerable.Range(0, 4).Select(i => Submit(Left, Exposure(100 + i))).ToArray();
        Latch(0, 0);
        Latch(1, 0);
        // Frame 2 is missing: its set is lost. The write for frame 4, due at edge 2, was missed as well: frame 3 can still show its set, 4
        // cannot.
        var losses = Latch(3, out var bound, out _);
        Assert.Equal([new ControlSetLoss(sets[0], Left, ControlSetFailure.FrameLost, 2)], losses);
        Assert.Equal(sets[1], bound);
        Shows(3, 101, 1);
        Latch(4, 0);
        Latch(5, sets[2]);
        Shows(5, 102, 1);
        Latch(6, sets[3]);
    }

    [Fact]
    public void Values_of_a_set_whose_frame_was_lost_are_kept()
    {
        Submit(Left, Exposure(20));
        Latch(0);
        Latch(1);
        Assert.Single(Latch(9, 0));
        var next = Submit(Left);
        for (var frame = 10ul; frame < 12; frame++)
            Latch(frame);
        Shows(11, 20, 1);
        Assert.Equal(0, Schedule.Pending);
        Assert.NotEqual(0ul, next);
    }

    [Fact]
    public void First_edge_may_be_any_frame_and_frames_never_go_back()
    {
        var set = Submit(Left, Gain(3));
        Assert.Equal([], Latch(1000, 0));
        Latch(1001, set);
        Assert.Equal(1002ul, Schedule.NextEdge);
        Assert.Throws<ArgumentOutOfRangeException>(() => Latch(1001));
        Assert.Throws<ArgumentException>(() => Schedule.Latch(1002, Writes.AsSpan(0, 4), out _));
    }

    [Fact]
    public void Global_control_is_written_at_the_next_edge_and_binds_nothing()
    {
        Schedule.SetGlobal([Entry(DebugControl, ControlValue.From(true))]);
        Latch(0, 0, (DebugControl, 1));
        Latch(1, 0);
    }

    [Fact]
    public void Frame_control_set_globally_changes_frames_without_a_set_and_later_sets()
    {
        Schedule.SetGlobal([Exposure(30)]);
        var set = Submit(Left, Gain(4));
        Latch(0, 0);
        Latch(1, 0);
        Latch(2, set);
        Shows(2, 30, 4);
        Submit(Left, Exposure(40));
        for (var frame = 3ul; frame < 8; frame++)
            Latch(frame);
        Shows(7, 40, 4);
        Schedule.SetGlobal([Exposure(50)]);
        for (var frame = 8ul; frame < 11; frame++)
            Latch(frame);
        Shows(10, 50, 4);
    }

    [Fact]
    public void Frame_control_set_globally_spares_interleaved_contexts_that_set_it_themselves()
    {
        Interleave();
        Submit(Left, Exposure(20));
        Submit(Right, Gain(2));
        for (var frame = 0ul; frame < 6; frame++)
            Latch(frame);
        Schedule.SetGlobal([Exposure(70)]);
        var (left, right) = (Submit(Left), Submit(Right));
        for (var frame = 6ul; frame < 12; frame++)
        {
            var bound = Latch(frame, out _);
            if (bound == left)
                Shows(frame, 20, 1);
            if (bound == right)
                Shows(frame, 70, 2);
        }
        Assert.Equal(0, Schedule.Pending);
    }

    [Fact]
    public void Frame_control_set_globally_survives_frames_skipped_before_it_was_written()
    {
        Latch(0);
        Schedule.SetGlobal([Exposure(30), Gain(4)]);
        Latch(1, 0, (ExposureControl, 30));
        Latch(3, 0, (GainControl, 4));
        Latch(4, 0);
        Shows(4, 30, 4);
    }

    [Fact]
    public void Entries_that_cannot_be_used_are_left_out()
    {
        var set = Submit(Left, Entry(ExposureControl, ControlValue.From(5L)), Entry(DebugControl, ControlValue.From(true)),
            Entry(LuxControl, ControlValue.From(1)),
            new ControlEntry(77, ControlValue.From(1)));
        Schedule.SetGlobal([new ControlEntry(77, ControlValue.From(1)), Entry(LuxControl, ControlValue.From(1)),
            Entry(DebugControl, ControlValue.From(1))]);
        Latch(0, set);
        Shows(0, 10, 1);
    }

    [Fact]
    public void Cancelled_set_changes_nothing_and_a_bound_one_cannot_be_cancelled()
    {
        var bound = Submit(Left, Exposure(20));
        Latch(0);
        var waiting = Submit(Left, Exposure(30));
        Assert.False(Schedule.Cancel(bound));
        Assert.True(Schedule.Cancel(waiting));
        Assert.False(Schedule.Cancel(waiting));
        Latch(1);
        Latch(2, bound);
        Latch(3, 0);
        Latch(4, 0);
        Shows(4, 20, 1);
    }

    [Fact]
    public void Context_can_be_cancelled_alone_and_forgotten_with_its_values()
    {
        Interleave();
        Submit(Left, Exposure(20));
        Drain(4);
        var far = Submit(Left, [], target: 100);
        var other = Submit(Right, [], target: 100);
        Schedule.CancelContext(Left);
        Assert.Equal([far], Latch(4, out _, out _).Select(loss => loss.Set));
        Assert.Equal(1, Schedule.Pending);
        var kept = Submit(Left);
        Drain(8);
        Assert.Equal(1, Schedule.Pending);
        Assert.NotEqual(0ul, kept);
        Schedule.ForgetContext(Left);
        Schedule.ForgetContext(Right);
        Assert.Equal([other], Latch(8, out _, out _).Select(loss => loss.Set));
        var fresh = Submit(Left);
        Latch(9, 0);
        Latch(10, 0);
        Latch(11, fresh);
        Shows(11, 10, 1);
    }

    [Fact]
    public void Bound_set_of_a_forgotten_context_comes_or_is_lost_but_never_hangs()
    {
        Submit(Left, Exposure(20));
        var second = Submit(Left, Exposure(30));
        Latch(0);
        Latch(1);
        Schedule.ForgetContext(Left);
        var losses = Latch(2, out var bound, out _);
        Assert.NotEqual(0ul, bound);
        Assert.Empty(losses);
        losses = Latch(9, out bound, out _);
        Assert.Equal((0ul, second, ControlSetFailure.FrameLost), (bound, losses[0].Set, losses[0].Reason));
        Assert.Equal(0, Schedule.Pending);
    }

    [Fact]
    public void Stop_loses_what_is_bound_and_what_waits()
    {
        var sets = Enumerable.Range(0, 6).Select(i => Submit(Left, Exposure(100 + i))).ToArray();
        Latch(0);
        Schedule.CancelAll();
        Assert.Equal(0, Schedule.Pending);
        var losses = Latch(1, 0);
        Assert.Equal(sets, losses.Select(loss => loss.Set));
        Assert.All(losses, loss => Assert.Equal(ControlSetFailure.Cancelled, loss.Reason));
    }

    [Fact]
    public void Restarted_sensor_gets_kept_and_global_values_again()
    {
        Schedule.SetGlobal([Entry(DebugControl, ControlValue.From(true)), Gain(7)]);
        Submit(Left, Exposure(20));
        Drain(5);
        Shows(4, 20, 7);
        Schedule.Restart();
        Sensor.Restart();
        var set = Submit(Left);
        Latch(5, 0);
        Latch(6, 0);
        Latch(7, set);
        Shows(7, 20, 7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restarted_sensor_may_hold_what_its_configuration_says_instead_of_a_default(bool interleaved)
    {
        if (interleaved)
            Interleave();
        Submit(Right, Gain(5));
        Latch(0);
        Drain(5);
        Schedule.Restart(Exposure(40), Entry(DebugControl, ControlValue.From(true)), Entry(ExposureControl, ControlValue.From(true)));
        Sensor.Restart();
        Sensor.Write(3, [Exposure(40)]);
        // Nobody has set it: sets show it without a write.
        var plain = Submit(Left);
        Latch(5, out var bound, out var writes);
        Assert.DoesNotContain(writes, write => write.Id == ExposureControl.Id);
        // The default is a change now.
        var back = Submit(Left, Exposure(10));
        var frames = new Dictionary<ulong, ulong> { [bound] = 5 };
        for (ulong frame = 6; frame < 12; frame++)
        {
            Latch(frame, out bound, out _);
            frames[bound] = frame;
        }
        Assert.Equal(40, Sensor.At(frames[plain], ExposureControl).AsInt32());
        Assert.Equal(10, Sensor.At(frames[back], ExposureControl).AsInt32());
    }
}
