using System.Collections.Immutable;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// Whom a node has heard from, and so until when it may deliver. A peer's answer counts from the moment the question was sent: what the
/// peer thought since then is not known.
/// </summary>
/// <param name="rule">Who survives.</param>
/// <param name="self">This node's run.</param>
/// <param name="isCore">Whether it counts itself.</param>
/// <param name="fence">How long a peer's word counts, in nanoseconds.</param>
internal sealed class FenceLedger(SurvivalRule rule, NodeIncarnation self, bool isCore, long fence)
{
    private readonly Dictionary<NodeIncarnation, long> _grants = [];
    private readonly HashSet<NodeIncarnation> _heard = [];
    private ImmutableArray<NodeIncarnation> _core = [];

    /// <summary>Other core members take part; what those who do not had said is forgotten.</summary>
    public void Become(MembershipView view)
    {
        // Before it is up, and after it was given up, a node has no right to deliver at all.
        _core = view.Of(self) is { IsTakingPart: true } ? view.Core : [];
        foreach (var gone in _grants.Keys.Where(node => !_core.Contains(node)).ToArray()) _grants.Remove(gone);
    }

    /// <summary>A peer has answered.</summary>
    /// <param name="peer">Its run.</param>
    /// <param name="sentAt">When the question was sent.</param>
    public void Grant(NodeIncarnation peer, long sentAt)
    {
        if (_core.Contains(peer)) _grants[peer] = Math.Max(sentAt, _grants.GetValueOrDefault(peer, long.MinValue));
    }

    /// <summary>When a peer's last answered question was sent, or null.</summary>
    public long? LastGrant(NodeIncarnation peer) => _grants.TryGetValue(peer, out var at) ? at : null;

    /// <summary>Until when the node would survive by what it has heard; <see cref="long.MinValue"/>: it would not.</summary>
    /// <param name="now">The time.</param>
    public long Until(long now)
    {
        _heard.Clear();
        if (isCore) _heard.Add(self);
        if (rule.Survives(_core, _heard)) return now + fence;
        foreach (var (peer, at) in _grants.OrderByDescending(static grant => grant.Value))
        {
            _heard.Add(peer);
            if (rule.Survives(_core, _heard)) return at + fence;
        }

        return long.MinValue;
    }
}
