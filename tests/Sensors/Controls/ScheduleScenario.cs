using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

/// <summary>A schedule and the sensor that it drives, for tests of single situations.</summary>
public abstract class ScheduleScenario
{
    protected const ulong Left = 1;
    protected const ulong Right = 2;

    // As on many sensors: exposure two frames, gain one; one control that acts at once, a trigger, one that is not of frame scope, one that
    // is only reported.
    protected static readonly ControlInfo ExposureControl =
        new() { Id = 1, Name = "Exposure", Type = ControlType.Int32, DelayFrames = 2, Default = 10 };
    protected static readonly ControlInfo GainControl =
        new() { Id = 2, Name = "Gain", Type = ControlType.Int32, DelayFrames = 1, Default = 1 };
    protected static readonly ControlInfo FlipControl = new() { Id = 3, Name = "Flip", Type = ControlType.Bool };
    protected static readonly ControlInfo FocusControl =
        new() { Id = 4, Name = "Focus", Type = ControlType.Int32, DelayFrames = 1, IsTrigger = true };
    protected static readonly ControlInfo DebugControl =
        new() { Id = 5, Name = "Debug", Type = ControlType.Bool, Scope = ControlScope.Global };
    protected static readonly ControlInfo LuxControl =
        new() { Id = 6, Name = "Lux", Type = ControlType.Int32, Direction = ControlDirection.Out };
    protected static readonly ControlInfo[] Controls = [ExposureControl, GainControl, FlipControl, FocusControl, DebugControl, LuxControl];

    protected ControlEntry[] Writes { get; } = new ControlEntry[8];

    private protected SensorModel Sensor { get; } = new(Controls);

    protected ControlSchedule Schedule { get; set; } = new(Controls, interleaved: false);

    private ulong _set;

    protected static ControlEntry Exposure(int value) => Entry(ExposureControl, ControlValue.From(value));

    protected static ControlEntry Gain(int value) => Entry(GainControl, ControlValue.From(value));

    protected static ControlEntry Flip(bool value) => Entry(FlipControl, ControlValue.From(value));

    protected static ControlEntry Focus(int value) => Entry(FocusControl, ControlValue.From(value));

    protected static ControlEntry Entry(ControlInfo control, in ControlValue value) => new(control.Id, value);

    protected void Interleave() => Schedule = new ControlSchedule(Controls, interleaved: true);

    protected ulong Submit(ulong context, params ControlEntry[] controls) => Submit(context, controls, 0);

    protected ulong Submit(ulong context, ControlEntry[] controls, ulong target, bool strict = false)
    {
        Schedule.Submit(new ControlSet { Id = ++_set, Context = context, TargetFrame = target, Strict = strict,
            Controls = [.. controls] });
        return _set;
    }

    protected List<ControlSetLoss> Latch(ulong frame, out ulong bound, out ControlEntry[] writes)
    {
        var count = Schedule.Latch(frame, Writes, out bound);
        writes = Writes[..count];
        Sensor.Write(frame, writes);
        var losses = new List<ControlSetLoss>();
        while (Schedule.TryTakeLoss(out var loss))
            losses.Add(loss);
        return losses;
    }

    protected ulong Latch(ulong frame, out ControlEntry[] writes)
    {
        Latch(frame, out var bound, out writes);
        return bound;
    }

    protected void Latch(ulong frame) => Latch(frame, out _, out _);

    protected void Drain(ulong end)
    {
        for (var frame = Schedule.NextEdge; frame < end; frame++)
            Latch(frame);
    }

    protected List<ControlSetLoss> Latch(ulong frame, ulong set, params (ControlInfo Control, int Value)[] expected)
    {
        var losses = Latch(frame, out var bound, out var writes);
        Assert.Equal(set, bound);
        if (expected.Length > 0)
            Assert.Equal(expected.Select(write => (write.Control.Id, (long)write.Value)),
                writes.Select(write => (write.Id, write.Value.Scalar)));
        return losses;
    }

    protected void Shows(ulong frame, int exposure, int gain) =>
        Assert.Equal((exposure, gain), (Sensor.At(frame, ExposureControl).AsInt32(), Sensor.At(frame, GainControl).AsInt32()));
}
