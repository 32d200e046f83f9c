using System.Collections.Frozen;

namespace CameraFabric.Sensors.Controls;

/// <summary>Decides which frame each control set hits. A register written at the edge of frame n shows from frame n + delay on; a set is
/// bound to one
/// frame, and each control that it changes is written as many edges earlier as its delay says, so that this frame is the first to show all
/// of them.
/// Values are kept until changed. Contexts take turns, the one that has waited longest first; interleaved contexts keep values of their
/// own.
/// Thread-safe; nothing is allocated in <see cref="Latch"/>.</summary>
/// <remarks>Values are taken as the session has checked them. Entries of controls that are unknown here, not writable, of another scope or
/// type are left
/// out: the session has flagged them already. The caller bounds how many sets wait (a session has so many requests in flight), and takes
/// the losses.</remarks>
public sealed partial class ControlSchedule
{
    private readonly Lock _gate = new();
    private readonly ControlInfo[] _frameControls;
    private readonly FrozenDictionary<uint, int> _frameIndex;
    private readonly GlobalControls _globals;
    private readonly RegisterPlan _plan;
    private readonly ulong _horizon;
    private readonly bool _interleaved;
    private readonly Dictionary<ulong, ControlContext> _contexts = [];
    private readonly List<ControlContext> _turns = [];
    private readonly SetQueue<ControlSetLoss> _losses = new();

    // Frames that sets are bound to, from the next edge to the horizon.
    private readonly ControlSet?[] _boundSets;
    private readonly ControlContext?[] _boundContexts;
    private readonly ControlValue[][] _valuesBefore;
    private readonly ulong[] _turnsBefore;

    private readonly ControlValue[] _wanted;
    private readonly ControlValue[] _shared;
    private readonly bool[] _sharedOwn;
    private readonly bool[] _isTriggered;
    private ulong _nextEdge;
    private ulong _nextFree;
    private ulong _turn;
    private int _pending;

    /// <summary>Makes a schedule for a sensor whose registers hold the controls' defaults.</summary>
    /// <param name="controls">The profile's controls.</param>
    /// <param name="interleaved">True: every context has values of its own, and its frames bring all of them back. False: all contexts
    /// share one set of values.</param>
    /// <exception cref="ArgumentOutOfRangeException">A delay is out of range.</exception>
    public ControlSchedule(IReadOnlyList<ControlInfo> controls, bool interleaved)
    {
        ArgumentNullException.ThrowIfNull(controls);
        _frameControls = [.. controls.Where(control => control.IsWritable && control.Scope == ControlScope.Frame)];
        foreach (var control in _frameControls)
            if (control.DelayFrames is < 0 or > ControlInfo.MaximumDelay)
                throw new ArgumentOutOfRangeException(nameof(controls), control.DelayFrames,
                    $"{control.Name}: a delay is 0 to {ControlInfo.MaximumDelay} frames.");
        _frameIndex = _frameControls.Select((control, index) => (control.Id, index))
            .ToFrozenDictionary(pair => pair.Id, pair => pair.index);
        _globals = new GlobalControls(controls, _frameIndex);
        _interleaved = interleaved;
        var horizon = _frameControls.Select(control => control.DelayFrames).DefaultIfEmpty().Max();
        _horizon = (ulong)horizon;
        _plan = new RegisterPlan(_frameControls, horizon);
        _boundSets = new ControlSet?[horizon + 1];
        _boundContexts = new ControlContext?[horizon + 1];
        _valuesBefore = [.. _boundSets.Select(_ => new ControlValue[_frameControls.Length])];
        _turnsBefore = new ulong[horizon + 1];
        _wanted = new ControlValue[_frameControls.Length];
        _shared = _plan.Defaults.ToArray();
        _sharedOwn = new bool[_frameControls.Length];
        _isTriggered = new bool[_frameControls.Length];
        MaximumWrites = _frameControls.Length + _globals.Count;
    }

    /// <summary>The most register writes that one edge can bring.</summary>
    public int MaximumWrites { get; }

    /// <summary>The frame whose edge is expected next.</summary>
    public ulong NextEdge
    {
        get
        {
            lock (_gate)
                return _nextEdge;
        }
    }

    /// <summary>Sets that were submitted and have neither come with a frame nor been lost.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
                return _pending;
        }
    }

    /// <summary>Adds a set behind those of its context. It comes with exactly one frame, or is lost exactly once.</summary>
    /// <exception cref="ArgumentException">The id is 0.</exception>
    public void Submit(ControlSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.Id == 0)
            throw new ArgumentException("A control set's id is not 0: frames without a set say 0.", nameof(set));
        lock (_gate)
        {
            if (!_contexts.TryGetValue(set.Context, out var context))
                _contexts.Add(set.Context, context = Add(set.Context));
            // Bound sets may come back when the sensor skips frames; room for them is made here, not at the edge.
            context.Waiting.Reserve(context.Waiting.Count + _boundSets.Length + 1);
            context.Waiting.AddLast(set);
            _pending++;
            _losses.Reserve(_losses.Count + _pending);
        }
    }

    /// <summary>Calls a set off. True when it was still waiting: it is lost as Cancelled. False when it is unknown or bound to a frame
    /// already, which then comes.</summary>
    public bool Cancel(ulong setId)
    {
        lock (_gate)
        {
            foreach (var context in _turns)
                for (var i = 0; i < context.Waiting.Count; i++)
                    if (context.Waiting[i].Id == setId)
                    {
                        Lose(context.Waiting[i], ControlSetFailure.Cancelled, 0);
                        context.Waiting.RemoveAt(i);
                        return true;
                    }
            return false;
        }
    }

    /// <summary>Calls off all of a context's sets that are still waiting. Its values stay.</summary>
    public void CancelContext(ulong context)
    {
        lock (_gate)
            if (_contexts.TryGetValue(context, out var found))
                CancelWaiting(found);
    }

    /// <summary>As <see cref="CancelContext"/>; its values go as well.</summary>
    public void ForgetContext(ulong context)
    {
        lock (_gate)
        {
            if (!_contexts.Remove(context, out var found))
                return;
            CancelWaiting(found);
            found.IsForgotten = true;
            _turns.Remove(found);
        }
    }

    /// <summary>Calls off everything, also what is bound to frames to come: the sensor stopped. Values stay.</summary>
    public void CancelAll()
    {
        lock (_gate)
        {
            Unbind(_nextEdge);
            foreach (var context in _turns)
                CancelWaiting(context);
        }
    }

    /// <summary>The sensor is about to start: its registers hold the defaults. What waits stays waiting; values that contexts have set are
    /// written again with their next sets.</summary>
    /// <param name="configured">Registers of frame scope that hold another value instead, because the stream's configuration says so.</param>
    public void Restart(params ReadOnlySpan<ControlEntry> configured)
    {
        lock (_gate)
        {
            Unbind(_nextEdge);
            _plan.Restart();
            foreach (ref readonly var entry in configured)
                if (IsUsable(entry, out var control))
                    Configure(control, entry.Value);
            _globals.Restart();
            _nextFree = _nextEdge;
        }
    }

    /// <summary>Sets controls outside any frame's set, at the next edge; again after a <see cref="Restart"/>. A control of frame scope
    /// shows as soon as its
    /// delay allows; interleaved contexts that have set it themselves keep their own value.</summary>
    public void SetGlobal(ReadOnlySpan<ControlEntry> controls)
    {
        lock (_gate)
            _globals.Set(controls);
    }

    /// <summary>The edge of a frame, on the capture thread: what to write into the sensor's registers now, and which set this frame is
    /// exposed for.</summary>
    /// <param name="sequence">The frame's number; larger than the one before. When it jumps, sets that were bound to the frames in between
    /// are lost.</param>
    /// <param name="writes">Room for <see cref="MaximumWrites"/> entries.</param>
    /// <param name="boundSet">The set, or 0.</param>
    /// <returns>How many writes there are.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The frame's edge has been already.</exception>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public int Latch(ulong sequence, Span<ControlEntry> writes, out ulong boundSet)
    {
        if (writes.Length < MaximumWrites)
            throw new ArgumentException($"{writes.Length} entries are too few: an edge may bring {MaximumWrites} writes.", nameof(writes));
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(sequence, _nextEdge);
            if (sequence > _nextEdge)
                Unbind(sequence);
            _nextFree = Math.Max(_nextFree, sequence);
            var count = _globals.TakeWrites(writes);
            PlanGlobals(sequence);
            Bind(sequence);
            count += _plan.Take(sequence, writes[count..]);
            var row = Row(sequence);
            boundSet = _boundSets[row]?.Id ?? 0;
            if (boundSet != 0)
                _pending--;
            _boundSets[row] = null;
            _boundContexts[row] = null;
            _nextEdge = sequence + 1;
            return count;
        }
    }

    /// <summary>Takes the oldest loss that was not taken yet.</summary>
    public bool TryTakeLoss(out ControlSetLoss loss)
    {
        lock (_gate)
        {
            loss = _losses.Count > 0 ? _losses.TakeFirst() : default;
            return loss.Set != 0;
        }
    }
}
