namespace CameraFabric.Sensors.Controls;

/// <summary>The sensor's registers as they were and will be written: for each of the next edges which control gets which value, and what
/// the last
/// planned frame sees. A register written at edge n is in effect from frame n + delay on.</summary>
internal sealed class RegisterPlan
{
    private readonly ControlInfo[] _controls;
    private readonly int _edges;
    private readonly bool[] _isDue;
    private readonly ControlValue[] _due;
    private readonly ControlValue[] _defaults;
    private readonly ControlValue[] _written;
    private readonly ulong[] _inEffect;

    public RegisterPlan(ControlInfo[] controls, int horizon)
    {
        _controls = controls;
        _edges = horizon + 1;
        _isDue = new bool[_edges * controls.Length];
        _due = new ControlValue[_edges * controls.Length];
        _defaults = [.. controls.Select(control => control.DefaultValue)];
        _written = [.. _defaults];
        _inEffect = new ulong[controls.Length];
        Planned = [.. _defaults];
    }

    /// <summary>The values that the last planned frame sees.</summary>
    public ControlValue[] Planned { get; }

    public ReadOnlySpan<ControlValue> Defaults => _defaults;

    /// <summary>Plans the write that shows from the target frame on. A later plan for the same edge takes the place of an earlier
    /// one.</summary>
    public void Write(int control, in ControlValue value, ulong target)
    {
        var at = Row(target - (ulong)_controls[control].DelayFrames) + control;
        _isDue[at] = true;
        _due[at] = value;
        if (!_controls[control].IsTrigger)
            Planned[control] = value;
    }

    /// <summary>Takes what is due at this edge.</summary>
    public int Take(ulong edge, Span<ControlEntry> writes)
    {
        var count = 0;
        var row = Row(edge);
        for (var i = 0; i < _controls.Length; i++)
        {
            if (!_isDue[row + i])
                continue;
            _isDue[row + i] = false;
            writes[count++] = new ControlEntry(_controls[i].Id, _due[row + i]);
            if (_controls[i].IsTrigger)
                continue;
            _written[i] = _due[row + i];
            _inEffect[i] = edge + (ulong)_controls[i].DelayFrames;
        }
        return count;
    }

    /// <summary>Drops what is planned and not written. Returns the first frame in which all that was written is in effect.</summary>
    public ulong Forget()
    {
        Array.Clear(_isDue);
        _written.CopyTo(Planned, 0);
        ulong settled = 0;
        foreach (var frame in _inEffect)
            settled = Math.Max(settled, frame);
        return settled;
    }

    /// <summary>The sensor started: every register holds its default again.</summary>
    public void Restart()
    {
        _defaults.CopyTo(_written, 0);
        Array.Clear(_inEffect);
        Forget();
    }

    /// <summary>A register of the sensor that started holds this instead of its default.</summary>
    public void Preset(int control, in ControlValue value) => Planned[control] = _written[control] = value;

    private int Row(ulong edge) => (int)(edge % (ulong)_edges) * _controls.Length;
}
