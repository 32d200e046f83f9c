using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlScheduleTests : ScheduleScenario
{
    [Fact]
    public void Set_is_bound_to_the_first_frame_that_can_show_all_of_it()
    {
        var set = Submit(Left, Exposure(20), Gain(4));
        Assert.Equal([], Latch(0, set: 0, (ExposureControl, 20)));
        Assert.Equal([], Latch(1, set: 0, (GainControl, 4)));
        Latch(2, set);
        Shows(2, exposure: 20, gain: 4);
        Shows(1, exposure: 10, gain: 1);
    }

    [Fact]
    public void Set_that_changes_only_quick_controls_does_not_wait_for_slow_ones()
    {
        var gain = Submit(Left, Gain(4));
        var flip = Submit(Left, Flip(true));
        Latch(0, 0, (GainControl, 4));
        Latch(1, gain);
        Latch(2, flip, (FlipControl, 1));
    }

    [Fact]
    public void Sets_that_change_nothing_take_the_next_frames_one_each()
    {
        var first = Submit(Left);
        var second = Submit(Left, Exposure(10));
        Latch(0, first);
        Latch(1, second);
        Latch(2, 0);
    }

    [Fact]
    public void Backlog_gives_every_frame_a_set_of_its_own_values()
    {
        var sets = Enumerable.Range(0, 20).Select(i => Submit(Left, Exposure(100 + i), Gain(50 - i))).ToArray();
        Latch(0, 0);
        Latch(1, 0);
        for (var i = 0; i < 20; i++)
        {
            Latch((ulong)i + 2, sets[i]);
            Shows((ulong)i + 2, 100 + i, 50 - i);
        }
        Assert.Equal(0, Schedule.Pending);
    }

    [Fact]
    public void Values_are_kept_until_changed()
    {
        Submit(Left, Exposure(20), Gain(4));
        Submit(Left, Gain(5));
        for (var frame = 0ul; frame < 10; frame++)
            Latch(frame);
        Shows(9, 20, 5);
    }

    [Fact]
    public void Target_frame_is_hit_exactly_when_it_is_ahead()
    {
        var set = Submit(Left, [Exposure(20)], target: 7);
        for (var frame = 0ul; frame < 7; frame++)
            Latch(frame, 0);
        Latch(7, set);
        Shows(7, 20, 1);
        Shows(6, 10, 1);
    }

    [Fact]
    public void Set_that_comes_too_late_for_its_target_hits_the_next_frame_possible()
    {
        Latch(0);
        var set = Submit(Left, [Exposure(20)], target: 1);
        Latch(1, 0);
        Latch(2, 0);
        Latch(3, set);
    }

    [Fact]
    public void Strict_set_that_comes_too_late_is_lost_takes_no_frame_and_changes_nothing()
    {
        Latch(0);
        var late = Submit(Left, [Exposure(20)], target: 2, strict: true);
        var next = Submit(Left);
        var loss = Assert.Single(Latch(1, next));
        Assert.Equal(new ControlSetLoss(late, Left, ControlSetFailure.TooLate, 3), loss);
        for (var frame = 2ul; frame < 6; frame++)
            Assert.Equal([], Latch(frame, 0));
        Shows(5, 10, 1);
        Assert.Equal(0, Schedule.Pending);
    }

    [Fact]
    public void Strict_set_in_time_hits_its_target()
    {
        Latch(0);
        var set = Submit(Left, [Exposure(20)], target: 3, strict: true);
        Latch(1, 0);
        Latch(2, 0);
        Latch(3, set);
        Shows(3, 20, 1);
    }

    [Fact]
    public void Far_target_waits_without_holding_frames_and_holds_up_only_its_own_context()
    {
        var far = Submit(Left, [], target: ulong.MaxValue);
        var behind = Submit(Left);
        var other = Submit(Right);
        Latch(0, other);
        Latch(1, 0);
        Assert.True(Schedule.Cancel(far));
        Assert.Equal([new ControlSetLoss(far, Left, ControlSetFailure.Cancelled, 0)], Latch(2, behind));
    }

    [Fact]
    public void Context_that_waits_for_its_target_keeps_its_turn()
    {
        Interleave();
        var exact = Submit(Left, [Exposure(20)], target: 6, strict: true);
        var crowd = Enumerable.Range(0, 12).Select(i => Submit(Right, Exposure(100 + i))).ToArray();
        var bound = Enumerable.Range(0, 10).Select(frame => Latch((ulong)frame, out _)).ToArray();
        Assert.Equal(exact, bound[6]);
        Shows(6, 20, 1);
        Assert.Equal(crowd[..4], bound[2..6]);
    }

    [Fact]
    public void Interleaved_contexts_take_turns_and_each_gets_its_own_values()
    {
        Interleave();
        var left = Enumerable.Range(0, 5).Select(i => i == 0 ? Submit(Left, Exposure(20), Gain(2)) : Submit(Left)).ToArray();
        var right = Enumerable.Range(0, 5).Select(i => i == 0 ? Submit(Right, Exposure(90)) : Submit(Right)).ToArray();
        Latch(0, 0);
        Latch(1, 0);
        for (var i = 0; i < 5; i++)
        {
            Latch(2 + 2 * (ulong)i, left[i]);
            Shows(2 + 2 * (ulong)i, 20, 2);
            Latch(3 + 2 * (ulong)i, right[i]);
            Shows(3 + 2 * (ulong)i, 90, 1);
        }
    }

    [Fact]
    public void Owner_mode_contexts_share_their_values()
    {
        Submit(Left, Exposure(20));
        var right = Submit(Right, Gain(4));
        for (var frame = 0ul; frame < 3; frame++)
            Latch(frame);
        Latch(3, right);
        Shows(3, 20, 4);
    }

    [Fact]
    public void Trigger_fires_in_its_frame_every_time_it_is_asked_and_only_then()
    {
        var first = Submit(Left, Focus(0));
        var second = Submit(Left, Focus(0));
        var third = Submit(Left);
        Latch(0, 0);
        Latch(1, first);
        Latch(2, second);
        Latch(3, third);
        Assert.Equal([false, true, true, false], Enumerable.Range(0, 4).Select(frame => Sensor.Fires((ulong)frame, FocusControl)));
    }

    [Fact]
    public void Trigger_that_was_written_for_a_frame_after_a_gap_does_not_fire_again()
    {
        Schedule = new ControlSchedule([FocusControl with { DelayFrames = 2 }], interleaved: false);
        var writes = new ControlEntry[Schedule.MaximumWrites];
        var set = Submit(Left, Focus(0));
        Assert.Equal(1, Schedule.Latch(0, writes, out _));

        // Frame 1 is left out; frame 2 would have been the set's.
        Assert.Equal(0, Schedule.Latch(2, writes, out _) + Schedule.Latch(3, writes, out _) + Schedule.Latch(4, writes, out _));
        Assert.True(Schedule.TryTakeLoss(out var loss));
        Assert.Equal(new ControlSetLoss(set, Left, ControlSetFailure.FrameLost, 2), loss);
    }

    [Fact]
    public void Set_without_an_id_and_a_delay_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Schedule.Submit(new ControlSet { Id = 0, Context = Left }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlSchedule([GainControl with { DelayFrames = -1 }], false));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ControlSchedule([GainControl with { DelayFrames = 65 }], false));
    }

    [Fact]
    public void Classical_camera_without_frame_controls_binds_sets_to_the_next_frames()
    {
        Schedule = new ControlSchedule([DebugControl, LuxControl], interleaved: false);
        var set = Submit(Left, Exposure(5));
        Latch(0, set);
        Assert.Equal(1, Schedule.MaximumWrites);
    }

    [Fact]
    public void Latching_allocates_nothing()
    {
        Interleave();
        for (var i = 0; i < 3000; i++)
            Submit(i % 2 == 0 ? Left : Right, [Exposure(i), Gain(i % 7), Focus(1)], target: i % 5 == 0 ? (ulong)i : 0, strict: i % 10 == 0);
        LatchQuietly(0, 500);
        var before = GC.GetAllocatedBytesForCurrentThread();
        LatchQuietly(1000, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    // Every seventh frame is skipped, so that losing and planning anew are measured as well.
    private void LatchQuietly(ulong first, ulong count)
    {
        for (var frame = first; frame < first + count; frame++)
        {
            if (frame % 7 == 3)
                continue;
            Schedule.Latch(frame, Writes, out _);
            while (Schedule.TryTakeLoss(out _))
            {
            }
        }
    }
}
