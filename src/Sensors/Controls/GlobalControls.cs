using System.Collections.Frozen;

namespace CameraFabric.Sensors.Controls;

/// <summary>What was set outside any frame's set: the last value of each control, and whether the sensor has yet to be told.</summary>
internal sealed class GlobalControls
{
    // Controls of frame scope first, in the schedule's order; then the others.
    private readonly ControlInfo[] _controls;
    private readonly FrozenDictionary<uint, int> _index;
    private readonly int _frameCount;
    private readonly ControlValue[] _values;
    private readonly bool[] _isSet;
    private readonly bool[] _isPending;
    private readonly ulong[] _writeEdge;

    public GlobalControls(IReadOnlyList<ControlInfo> controls, FrozenDictionary<uint, int> frameIndex)
    {
        _frameCount = frameIndex.Count;
        _controls = [.. controls.Where(control => frameIndex.ContainsKey(control.Id)).OrderBy(control => frameIndex[control.Id]),
            .. controls.Where(control => control.IsWritable && control.Scope != ControlScope.Frame)];
        _index = _controls.Select((control, index) => (control.Id, index)).ToFrozenDictionary(pair => pair.Id, pair => pair.index);
        _values = new ControlValue[_controls.Length];
        _isSet = new bool[_controls.Length];
        _isPending = new bool[_controls.Length];
        _writeEdge = new ulong[_frameCount];
    }

    /// <summary>How many controls are not of frame scope.</summary>
    public int Count => _controls.Length - _frameCount;

    public bool IsFramePending => _isPending.AsSpan(0, _frameCount).Contains(true);

    public void Set(ReadOnlySpan<ControlEntry> controls)
    {
        foreach (ref readonly var entry in controls)
        {
            if (!_index.TryGetValue(entry.Id, out var i) || entry.Value.Type != _controls[i].Type
                || entry.Value.Count < _controls[i].MinimumCount || entry.Value.Count > _controls[i].MaximumCount)
                continue;
            _values[i] = entry.Value;
            _isSet[i] = !_controls[i].IsTrigger;
            _isPending[i] = true;
        }
    }

    /// <summary>Takes what can be written at once: controls that no frame depends on.</summary>
    public int TakeWrites(Span<ControlEntry> writes)
    {
        var count = 0;
        for (var i = _frameCount; i < _controls.Length; i++)
        {
            if (!_isPending[i])
                continue;
            _isPending[i] = false;
            writes[count++] = new ControlEntry(_controls[i].Id, _values[i]);
        }
        return count;
    }

    /// <summary>A control of frame scope that has yet to be planned.</summary>
    public bool TryGetPending(int frameControl, out ControlValue value)
    {
        value = _values[frameControl];
        return _isPending[frameControl];
    }

    /// <summary>The control's write is planned for this edge.</summary>
    public void Planned(int frameControl, ulong edge)
    {
        _isPending[frameControl] = false;
        _writeEdge[frameControl] = edge + 1;
    }

    /// <summary>Writes planned for this edge or later were dropped; they have to be planned again.</summary>
    public void Forget(ulong edge)
    {
        for (var i = 0; i < _frameCount; i++)
        {
            if (_writeEdge[i] <= edge)
                continue;
            _writeEdge[i] = 0;
            _isPending[i] = true;
        }
    }

    /// <summary>The sensor forgot everything: it has to be told again.</summary>
    public void Restart()
    {
        for (var i = 0; i < _controls.Length; i++)
            _isPending[i] |= _isSet[i];
        Array.Clear(_writeEdge);
    }
}
