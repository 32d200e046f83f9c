using System.Collections.Frozen;
using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// Notices when a camera uses other values than those that its observers were last told. Tells not more often than some interval: an
/// owner that
/// changes the exposure with each frame is no reason for an event with each frame, and each result carries its own frame's values anyway.
/// Compares without allocating; not thread-safe.
/// </summary>
/// <param name="interval">The shortest time between two reports, in nanoseconds.</param>
internal sealed class AppliedWatch(long interval)
{
    private readonly Dictionary<uint, ControlValue> _told = [];
    private FrozenSet<uint> _watched = FrozenSet<uint>.Empty;
    private long _nextReport = long.MinValue;

    /// <summary>Which controls to look at: those that somebody can set.</summary>
    /// <param name="controls">The profile's controls.</param>
    public void Watch(IEnumerable<ControlInfo> controls) =>
        _watched = controls.Where(static control => control.IsWritable).Select(static control => control.Id).ToFrozenSet();

    /// <summary>A frame has come.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <param name="applied">The values that it was exposed with.</param>
    /// <returns>The values that differ from those told, to be told now; empty if none do or it is too early.</returns>
    public ImmutableArray<ControlEntry> Look(long now, ReadOnlySpan<ControlEntry> applied)
    {
        if (now < _nextReport) return [];
        var differs = 0;
        foreach (ref readonly var entry in applied)
        {
            if (Differs(entry)) differs++;
        }

        if (differs == 0) return [];
        var isFirst = _told.Count == 0;
        var changed = ImmutableArray.CreateBuilder<ControlEntry>(differs);
        foreach (ref readonly var entry in applied)
        {
            // Shared memory: what was copied is what counts.
            var copy = entry;
            if (!Differs(copy)) continue;
            _told[copy.Id] = copy.Value;
            changed.Add(copy);
        }

        _nextReport = now + interval;

        // The first frame only says where things stand.
        return isFirst ? [] : changed.ToImmutable();
    }

    /// <summary>The sensor has begun anew: its first frame says where things stand, and what differs then is told.</summary>
    public void Restart() => _nextReport = long.MinValue;

    private bool Differs(in ControlEntry entry) =>
        _watched.Contains(entry.Id) && (!_told.TryGetValue(entry.Id, out var told) || told != entry.Value);
}
