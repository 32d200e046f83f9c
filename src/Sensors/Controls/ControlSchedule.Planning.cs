namespace CameraFabric.Sensors.Controls;

// Everything here runs inside the lock.
public sealed partial class ControlSchedule
{
    /// <summary>Binds waiting sets to frames as long as these lie within reach: a frame further away than the largest delay can wait, and
    /// so stays open for others.</summary>
    private void Bind(ulong edge)
    {
        while (_nextFree <= edge + _horizon)
        {
            if (NextTurn(edge) is not { } context)
                return;
            var set = context.Waiting[0];
            var target = Aim(context, set, edge);
            if (set.Strict && set.TargetFrame != 0 && target > set.TargetFrame)
            {
                context.Waiting.TakeFirst();
                Lose(set, ControlSetFailure.TooLate, target);
            }
            else if (target > edge + _horizon)
            {
                // Its own target is far away; that must not hold up the others. It keeps its turn.
                context.PassedAt = edge;
            }
            else
            {
                context.Waiting.TakeFirst();
                Bind(context, set, target);
            }
        }
    }

    private void Bind(ControlContext context, ControlSet set, ulong target)
    {
        var row = Row(target);
        _boundSets[row] = set;
        _boundContexts[row] = context;
        _turnsBefore[row] = context.LastTurn;
        context.Values.CopyTo(_valuesBefore[row], 0);
        foreach (ref readonly var entry in set.Controls.AsSpan())
            if (IsUsable(entry, out var control))
                context.Own[control] = true;
        for (var i = 0; i < _wanted.Length; i++)
        {
            if (_isTriggered[i] || _wanted[i] != _plan.Planned[i])
                _plan.Write(i, _wanted[i], target);
            if (!_isTriggered[i])
                context.Values[i] = _wanted[i];
        }
        context.LastTurn = ++_turn;
        _nextFree = target + 1;
    }

    /// <summary>Works out which values the set's frame must show, and the first frame that can show them.</summary>
    private ulong Aim(ControlContext context, ControlSet set, ulong edge)
    {
        context.Values.CopyTo(_wanted, 0);
        Array.Clear(_isTriggered);
        foreach (ref readonly var entry in set.Controls.AsSpan())
        {
            if (!IsUsable(entry, out var control))
                continue;
            _wanted[control] = entry.Value;
            _isTriggered[control] = _frameControls[control].IsTrigger;
        }
        var target = Math.Max(_nextFree, set.TargetFrame);
        for (var i = 0; i < _wanted.Length; i++)
            if (_isTriggered[i] || _wanted[i] != _plan.Planned[i])
                target = Math.Max(target, edge + (ulong)_frameControls[i].DelayFrames);
        return target;
    }

    /// <summary>The context with a waiting set that has gone longest without a frame.</summary>
    private ControlContext? NextTurn(ulong edge)
    {
        ControlContext? next = null;
        foreach (var context in _turns)
            if (context.Waiting.Count > 0 && context.PassedAt != edge && (next is null || context.LastTurn < next.LastTurn))
                next = context;
        return next;
    }

    /// <summary>Plans controls of frame scope that were set globally. They take no frame, but frames that see them halfway are not given to
    /// sets.</summary>
    private void PlanGlobals(ulong edge)
    {
        if (!_globals.IsFramePending)
            return;
        var target = _nextFree;
        for (var i = 0; i < _frameControls.Length; i++)
        {
            if (!_globals.TryGetPending(i, out var value))
                continue;
            if (_frameControls[i].IsTrigger || value != _plan.Planned[i])
                target = Math.Max(target, edge + (ulong)_frameControls[i].DelayFrames);
            if (!_frameControls[i].IsTrigger)
                Spread(i, value);
        }
        for (var i = 0; i < _frameControls.Length; i++)
        {
            if (!_globals.TryGetPending(i, out var value))
                continue;
            _globals.Planned(i, target - (ulong)_frameControls[i].DelayFrames);
            if (_frameControls[i].IsTrigger || value != _plan.Planned[i])
                _plan.Write(i, value, target);
        }
        _nextFree = target;
    }

    /// <summary>A global value becomes the one that contexts start from, also those whose bound sets may yet come back.</summary>
    private void Spread(int control, in ControlValue value)
    {
        _shared[control] = value;
        foreach (var context in _turns)
            if (!_interleaved || !context.Own[control])
                context.Values[control] = value;
        for (var row = 0; row < _boundContexts.Length; row++)
            if (_boundContexts[row] is { } bound && (!_interleaved || !bound.Own[control]))
                _valuesBefore[row][control] = value;
    }

    /// <summary>A register begins with another value than its default; contexts that have not set it follow.</summary>
    private void Configure(int control, in ControlValue value)
    {
        _plan.Preset(control, value);
        if (!_sharedOwn[control])
            _shared[control] = value;
        foreach (var context in _turns)
            if (!context.Own[control])
                context.Values[control] = value;
    }

    /// <summary>The sensor goes on at this frame, later than planned, or stops. Sets bound to frames before it are lost. Those bound to it
    /// or to later frames
    /// go back to where they waited: writes on which they relied were not made, so they are planned anew from what the registers
    /// hold.</summary>
    private void Unbind(ulong sequence)
    {
        var end = _nextEdge + (ulong)_boundSets.Length;
        for (var frame = _nextEdge; frame < end && frame < sequence; frame++)
        {
            if (_boundSets[Row(frame)] is { } set)
                Lose(set, ControlSetFailure.FrameLost, frame);
            Clear(frame);
        }
        for (var frame = end; frame-- > Math.Max(_nextEdge, sequence);)
        {
            if (_boundSets[Row(frame)] is not { } set || _boundContexts[Row(frame)] is not { } context)
                continue;
            _valuesBefore[Row(frame)].CopyTo(context.Values, 0);
            context.LastTurn = _turnsBefore[Row(frame)];
            if (context.IsForgotten)
                Lose(set, ControlSetFailure.Cancelled, 0);
            else if (sequence > _nextEdge && HasFired(set, frame))
                Lose(set, ControlSetFailure.FrameLost, frame);
            else
                context.Waiting.AddFirst(set);
            Clear(frame);
        }
        _nextFree = _plan.Forget();
        _globals.Forget(_nextEdge);
    }

    // A trigger that was written acts, whatever becomes of its frame: planned anew it would act twice.
    private bool HasFired(ControlSet set, ulong frame)
    {
        foreach (ref readonly var entry in set.Controls.AsSpan())
            if (IsUsable(entry, out var control) && _frameControls[control].IsTrigger
                && frame < _nextEdge + (ulong)_frameControls[control].DelayFrames)
                return true;
        return false;
    }

    private void Clear(ulong frame)
    {
        _boundSets[Row(frame)] = null;
        _boundContexts[Row(frame)] = null;
    }

    private ControlContext Add(ulong id)
    {
        var context = _interleaved
            ? new ControlContext(id, (ControlValue[])_shared.Clone(), new bool[_shared.Length])
            : new ControlContext(id, _shared, _sharedOwn);
        _turns.Add(context);
        return context;
    }

    private void CancelWaiting(ControlContext context)
    {
        while (context.Waiting.Count > 0)
            Lose(context.Waiting.TakeFirst(), ControlSetFailure.Cancelled, 0);
    }

    private void Lose(ControlSet set, ControlSetFailure reason, ulong frame)
    {
        _losses.AddLast(new ControlSetLoss(set.Id, set.Context, reason, frame));
        _pending--;
    }

    private bool IsUsable(in ControlEntry entry, out int control) => _frameIndex.TryGetValue(entry.Id, out control)
        && entry.Value.Type == _frameControls[control].Type && entry.Value.Count >= _frameControls[control].MinimumCount
        && entry.Value.Count <= _frameControls[control].MaximumCount;

    private int Row(ulong frame) => (int)(frame % (ulong)_boundSets.Length);
}
