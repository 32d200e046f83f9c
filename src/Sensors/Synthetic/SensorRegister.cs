using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// One register of a sensor: what is written at the edge of frame n is what frame n + delay is exposed with, and every later one until
/// the next write takes effect. Not thread-safe; allocates nothing after <see cref="Preset"/>.
/// </summary>
internal sealed class SensorRegister
{
    // Writes on their way. Not more than one can come due in a frame, and none lies farther ahead than the delay.
    // Room for them is made when the sensor starts: most cameras of a fleet never do.
    private (ulong Frame, bool IsSet, ControlValue Value)[] _coming = [];
    private int _onTheWay;

    public SensorRegister(ControlInfo info, in ControlValue initial)
    {
        Info = info;
        Value = initial;
    }

    /// <summary>The control that the register serves.</summary>
    public ControlInfo Info { get; }

    /// <summary>The value in effect for the frame that <see cref="AdvanceTo"/> was last called for.</summary>
    public ControlValue Value { get; private set; }

    /// <summary>Writes the register at the edge of a frame. What the control cannot take is brought to the nearest that it can; a wrong
    /// type is not written at all.</summary>
    /// <param name="frame">The frame whose edge it is; not before that of <see cref="AdvanceTo"/>.</param>
    /// <param name="asked">The value.</param>
    public void Write(ulong frame, in ControlValue asked)
    {
        if (!Info.TryClamp(asked, out var value)) return;
        if (Info.DelayFrames == 0)
        {
            Value = value;
            return;
        }

        if (_coming.Length == 0) MakeRoom();
        var due = frame + (ulong)Info.DelayFrames;
        ref var slot = ref _coming[due % (ulong)_coming.Length];
        if (!slot.IsSet) _onTheWay++;
        slot = (due, true, value);
    }

    /// <summary>Goes on to a frame: what was written for it takes effect, or the last of what was written for frames that were
    /// skipped.</summary>
    public void AdvanceTo(ulong frame)
    {
        if (_onTheWay == 0) return;
        ulong newest = 0;
        foreach (ref var slot in _coming.AsSpan())
        {
            if (!slot.IsSet || slot.Frame > frame) continue;
            if (slot.Frame >= newest) (newest, Value) = (slot.Frame, slot.Value);
            slot.IsSet = false;
            _onTheWay--;
        }
    }

    /// <summary>Sets the value at once, dropping what is on its way: while the sensor stands still.</summary>
    public void Preset(in ControlValue value)
    {
        Value = value;
        _onTheWay = 0;
        if (_coming.Length == 0) MakeRoom();
        else _coming.AsSpan().Clear();
    }

    private void MakeRoom() => _coming = new (ulong, bool, ControlValue)[Info.DelayFrames + 1];
}
