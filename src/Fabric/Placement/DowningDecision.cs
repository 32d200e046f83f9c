using System.Collections.Immutable;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// What to do about members that cannot be reached, once that has been so for long enough. A member whose heartbeats others miss, but
/// which answers this node, is not given up by it.
/// </summary>
/// <param name="rule">Who survives.</param>
/// <param name="stableAfter">How long the same members must have been unreachable, in nanoseconds.</param>
internal sealed class DowningDecision(SurvivalRule rule, long stableAfter)
{
    /// <summary>How many times as long a member has that has only come: it is busy with starting, and nobody misses it.</summary>
    public const int NewcomersPatience = 10;

    private MembershipView? _view;
    private ImmutableHashSet<NodeIncarnation> _unreachable = [];
    private long _since;

    /// <summary>The members are others, or other ones can be reached.</summary>
    public void Become(MembershipView view, long now)
    {
        ImmutableHashSet<NodeIncarnation> unreachable = [.. view.Members.Where(member => IsMissed(member, view.Self)).Select(static m => m.Incarnation)];
        if (!unreachable.SetEquals(_unreachable)) _since = now;
        _unreachable = unreachable;
        _view = view;
    }

    /// <summary>Whom this node has to give up now, itself perhaps.</summary>
    /// <param name="now">The time.</param>
    /// <param name="answers">Whether a member answers this node.</param>
    /// <param name="isNew">Whether a member that is asked has never answered this node.</param>
    public ImmutableArray<NodeIncarnation> Decide(long now, Func<NodeIncarnation, bool> answers, Func<NodeIncarnation, bool> isNew)
    {
        if (_view is null || _unreachable.IsEmpty || now - _since < stableAfter || _view.Of(_view.Self) is not { IsTakingPart: true }) return [];
        ImmutableArray<NodeIncarnation> gone = [.. _unreachable.Where(node => !answers(node))];
        if (gone.IsEmpty || (now - _since < stableAfter * NewcomersPatience && CanWait(gone, _view, isNew))) return [];
        var here = _view.Core.Where(node => !gone.Contains(node)).ToHashSet();
        if (!rule.Survives(_view.Core, here)) return [_view.Self];
        var decider = here.MinBy(static node => node.Address, StringComparer.Ordinal);
        return decider == _view.Self ? gone : [];
    }

    // Nobody is let in or let go while one cannot be reached. Those who come can wait for that; those who go have cameras that cannot.
    private static bool CanWait(ImmutableArray<NodeIncarnation> gone, MembershipView view, Func<NodeIncarnation, bool> isNew) =>
        view.Members.All(static member => member.Phase is MemberPhase.Joining or MemberPhase.Up)
        && gone.All(node => view.Of(node) is { } member && (member.Phase == MemberPhase.Joining || (member.IsCore && isNew(node))));

    private static bool IsMissed(MemberView member, NodeIncarnation self) =>
        !member.IsReachable && member.Incarnation != self && member.Phase is not (MemberPhase.Exiting or MemberPhase.Down);
}
