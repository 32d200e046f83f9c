using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlScheduleModelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_set_comes_once_or_is_lost_once_in_order_and_its_frame_shows_exactly_its_values(bool interleaved) =>
        Properties.Hold(decisions => new Run(decisions, interleaved).Play(), scenarios: 1000, length: 300);

    [Fact]
    public void Contexts_that_always_have_sets_waiting_get_equal_shares() => Properties.Hold(decisions =>
    {
        var controls = Controls(decisions);
        var schedule = new ControlSchedule(controls, interleaved: true);
        var contexts = decisions.Between(2, 5);
        var frames = contexts * decisions.Between(1, 20);
        var id = 0ul;
        var delay = controls.Max(control => control.DelayFrames);
        for (var i = 0; i < frames + delay; i++)
            for (var context = 0; context < contexts; context++)
                schedule.Submit(new ControlSet { Id = ++id, Context = (ulong)context, Controls = Values(decisions, controls) });
        var writes = new ControlEntry[schedule.MaximumWrites];
        var shares = new int[contexts];
        // A backlog leaves no frame unused once the largest delay has passed.
        for (var frame = 0; frame < delay + frames; frame++)
        {
            schedule.Latch((ulong)frame, writes, out var bound);
            Assert.True(bound != 0 || frame < delay, $"frame {frame} was given to nobody");
            if (bound != 0)
                shares[(int)((bound - 1) % (ulong)contexts)]++;
        }
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);
    });

    [Fact]
    public async Task Sets_from_several_threads_all_come_or_are_lost_while_frames_go_on()
    {
        const int Sets = 3000;
        const int Contexts = 3;
        var control = new ControlInfo { Id = 1, Name = "Control", Type = ControlType.Int32, DelayFrames = 2 };
        var schedule = new ControlSchedule([control], interleaved: true);
        var submitters = Enumerable.Range(0, Contexts).Select(context => Task.Run(() =>
        {
            for (var i = 1; i <= Sets; i++)
            {
                var id = (ulong)(context * Sets + i);
                schedule.Submit(new ControlSet { Id = id, Context = (ulong)context,
                    Controls = [new ControlEntry(1, ControlValue.From(i % 5))] });
                if (i % 10 == 0)
                    schedule.Cancel(id);
            }
        })).ToArray();
        var outcomes = new int[Contexts * Sets + 1];
        var writes = new ControlEntry[schedule.MaximumWrites];
        for (var frame = 0ul; !submitters.All(task => task.IsCompleted) || schedule.Pending > 0; frame += frame % 50 == 0 ? 2ul : 1)
        {
            schedule.Latch(frame, writes, out var bound);
            outcomes[bound]++;
            while (schedule.TryTakeLoss(out var loss))
                outcomes[loss.Set]++;
        }
        while (schedule.TryTakeLoss(out var loss))
            outcomes[loss.Set]++;
        await Task.WhenAll(submitters);
        Assert.All(outcomes[1..], count => Assert.Equal(1, count));
    }

    private static ControlInfo[] Controls(Decisions decisions) =>
    [
        .. Enumerable.Range(1, decisions.Between(1, 4)).Select(id => new ControlInfo
        {
            Id = (uint)id, Name = $"Control{id}", Type = ControlType.Int32, DelayFrames = decisions.Below(4), Default = 5,
        }),
    ];

    private static System.Collections.Immutable.ImmutableArray<ControlEntry> Values(Decisions decisions, ControlInfo[] controls) =>
        [.. controls.Where(_ => decisions.Chance(2))
            .Select(control => new ControlEntry(control.Id, ControlValue.From(decisions.Between(4, 7))))];

    /// <summary>One scenario. What each set's frame must show is worked out from the order in which sets came or were lost alone.</summary>
    private sealed class Run(Decisions decisions, bool interleaved)
    {
        private readonly Dictionary<ulong, ControlSet> _open = [];
        private readonly Dictionary<ulong, ulong> _last = [];
        private readonly Dictionary<(ulong Context, uint Control), ControlValue> _kept = [];
        private readonly ControlInfo[] _controls = Controls(decisions);
        private ControlSchedule _schedule = null!;
        private SensorModel _sensor = null!;
        private ControlEntry[] _writes = [];
        private ulong _id;
        private ulong _frame;

        public void Play()
        {
            _schedule = new ControlSchedule(_controls, interleaved);
            _sensor = new SensorModel(_controls);
            _writes = new ControlEntry[_schedule.MaximumWrites];
            _frame = (ulong)decisions.Below(3);
            while (decisions.AreLeft)
                Step();
            // Whatever was aimed at comes within reach; then nothing may be left.
            for (var i = 0; i < 60 + _open.Count; i++)
                Latch();
            Assert.Empty(_open);
            Assert.Equal(0, _schedule.Pending);
        }

        private void Step()
        {
            switch (decisions.Below(12))
            {
                case < 5:
                    Submit();
                    break;
                case < 9:
                    Latch();
                    break;
                case 9:
                    _frame += (ulong)decisions.Between(1, 5);
                    Latch();
                    break;
                case 10 when _id > 0:
                    var id = 1 + (ulong)decisions.Below((int)_id);
                    var isOpen = _open.ContainsKey(id);
                    Assert.True(!_schedule.Cancel(id) || isOpen);
                    TakeLosses();
                    break;
                case 11 when decisions.Chance(3):
                    Interrupt();
                    TakeLosses();
                    break;
            }
            Assert.Equal(_open.Count, _schedule.Pending);
        }

        private void Interrupt()
        {
            switch (decisions.Below(3))
            {
                case 0:
                    _schedule.CancelContext((ulong)decisions.Below(3));
                    break;
                case 1:
                    _schedule.CancelAll();
                    break;
                default:
                    _schedule.Restart();
                    _sensor.Restart();
                    break;
            }
        }

        private void Submit()
        {
            var set = new ControlSet
            {
                Id = ++_id,
                Context = (ulong)decisions.Below(3),
                Controls = Values(decisions, _controls),
                TargetFrame = decisions.Below(4) switch { 0 => _frame + (ulong)decisions.Below(12), 1 => _frame / 2, _ => 0 },
                Strict = decisions.Chance(3),
            };
            _open.Add(set.Id, set);
            _schedule.Submit(set);
        }

        private void Latch()
        {
            var count = _schedule.Latch(_frame, _writes, out var bound);
            _sensor.Write(_frame, _writes.AsSpan(0, count));
            TakeLosses();
            if (bound != 0)
            {
                var set = Close(bound);
                Assert.True(_frame >= set.TargetFrame, "never before its target");
                Assert.True(!set.Strict || set.TargetFrame == 0 || set.TargetFrame == _frame, "a strict set hits its target");
                Keep(set);
                foreach (var control in _controls)
                    Assert.Equal(Expected(set.Context, control), _sensor.At(_frame, control));
            }
            _frame++;
        }

        private void TakeLosses()
        {
            while (_schedule.TryTakeLoss(out var loss))
            {
                var set = Close(loss.Set, inOrder: loss.Reason == ControlSetFailure.FrameLost);
                Assert.Equal(set.Context, loss.Context);
                if (loss.Reason == ControlSetFailure.TooLate)
                    Assert.True(set.Strict && set.TargetFrame > 0 && loss.Frame > set.TargetFrame);
                if (loss.Reason != ControlSetFailure.FrameLost)
                    continue;
                Assert.True(loss.Frame < _frame && loss.Frame >= set.TargetFrame);
                Keep(set);
            }
        }

        private ControlSet Close(ulong id, bool inOrder = true)
        {
            Assert.True(_open.Remove(id, out var set), $"set {id} came or was lost twice");
            if (inOrder)
            {
                Assert.True(_last.GetValueOrDefault(set.Context) < id, $"set {id} overtook another of its context");
                _last[set.Context] = id;
            }
            return set;
        }

        private void Keep(ControlSet set)
        {
            foreach (var entry in set.Controls)
                _kept[(interleaved ? set.Context : 0, entry.Id)] = entry.Value;
        }

        private ControlValue Expected(ulong context, ControlInfo control) =>
            _kept.TryGetValue((interleaved ? context : 0, control.Id), out var value) ? value : control.DefaultValue;
    }
}
