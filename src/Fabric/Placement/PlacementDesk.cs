using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// The leader's work, without actors and clocks: from the present table, the members and what is known of homes that have ended, the next
/// table. A camera gets a new home only when nothing can come from the old one any more.
/// </summary>
/// <param name="rig">The whole rig.</param>
/// <param name="fence">For how long a node that was removed may still deliver, in nanoseconds.</param>
internal sealed class PlacementDesk(Rig rig, long fence)
{
    private readonly Dictionary<NodeIncarnation, long> _removed = [];
    private readonly HashSet<NodeIncarnation> _ended = [];
    private readonly HashSet<NodeIncarnation> _closing = [];
    private readonly HashSet<(string Camera, uint Epoch)> _released = [];
    private MembershipView? _view;
    private bool _changed = true;

    /// <summary>The newest table that is known.</summary>
    public PlacementTable Table { get; private set; } = PlacementTable.Empty;

    /// <summary>When the next home may be given up; null when none waits for that.</summary>
    public long? Due { get; private set; }

    /// <summary>Whether anything has happened that the next table may depend on.</summary>
    public bool IsStale(long now) => _changed || Due <= now;

    /// <summary>The members are others. A run that is no member any more is remembered with the time.</summary>
    public void Become(MembershipView view, long now)
    {
        foreach (var member in _view?.Members ?? [])
        {
            if (view.Of(member.Incarnation) is null) _removed.TryAdd(member.Incarnation, now);
        }

        _view = view;
        _changed = true;
    }

    /// <summary>Takes a table if it is newer.</summary>
    /// <returns>Whether it was.</returns>
    public bool Take(PlacementTable table)
    {
        if (table.Version.CompareTo(Table.Version) <= 0) return false;
        Table = table;
        _changed = true;
        _released.RemoveWhere(release => Table.Of(release.Camera)?.Epoch != release.Epoch);
        return true;
    }

    /// <summary>A home has stopped a camera.</summary>
    public void Release(string camera, uint epoch)
    {
        if (Table.Of(camera)?.Epoch == epoch) _changed |= _released.Add((camera, epoch));
    }

    /// <summary>A node's process has ended for certain: nobody needs to wait for its fence.</summary>
    public void End(NodeIncarnation node) => _changed |= _ended.Add(node);

    /// <summary>A node is about to stop: it is given nothing any more.</summary>
    public void Close(NodeIncarnation node) => _changed |= _closing.Add(node);

    /// <summary>The assignments as they should be now.</summary>
    /// <param name="now">The time.</param>
    public ImmutableDictionary<string, Assignment> Compute(long now)
    {
        if (_view is null) return Table.Assignments;
        Due = null;
        _changed = false;
        // Of two runs of one node the younger one counts: the other has ended or is about to.
        var members = _view.Members
            .Where(static member => member.Phase == MemberPhase.Up)
            .Where(member => !_ended.Contains(member.Incarnation) && !_closing.Contains(member.Incarnation))
            .GroupBy(static member => member.Incarnation.Node, StringComparer.Ordinal)
            .Select(static runs => runs.Last())
            .Select(static member => new PlacementMember(member.Incarnation, member.Roles, member.IsCore));
        var plan = PlacementPlan.Compute(members, rig);
        var next = Table.Assignments.ToBuilder();
        foreach (var (camera, planned) in plan)
        {
            var assignment = Next(camera, planned, now);
            if (next.GetValueOrDefault(camera) != assignment) next[camera] = assignment;
        }

        Forget(next.Values);
        return next.ToImmutable();
    }

    private void Forget(IEnumerable<Assignment> assignments)
    {
        _closing.RemoveWhere(node => _view!.Of(node) is null);
        if (_removed.Count == 0 && _ended.Count == 0) return;
        var needed = assignments.Select(static assignment => assignment.Home).ToHashSet();
        foreach (var node in _removed.Keys.Where(node => !needed.Contains(node)).ToArray()) _removed.Remove(node);
        _ended.RemoveWhere(node => !needed.Contains(node) && _view!.Of(node) is null);
    }

    private Assignment Next(string camera, PlannedHome planned, long now)
    {
        if (Table.Of(camera) is not { } present) return new Assignment(camera, planned.Home, 1, false, planned.Loss);
        var released = _released.Contains((camera, present.Epoch));
        if (present.Home == planned.Home && !released) return present with { Releasing = false, Loss = planned.Loss };
        var moved = new Assignment(camera, planned.Home, present.Epoch + 1, false, planned.Loss);
        if (present.Home is not { } home || released || _ended.Contains(home)) return moved;
        if (_view!.Of(home) is { } member) return present with { Releasing = member.IsTakingPart };

        // One that was removed before this node looked is as good as removed now.
        _removed.TryAdd(home, now);
        var until = _removed[home] + fence;
        if (now >= until) return moved;
        Due = Math.Min(Due ?? until, until);
        return present;
    }
}
