using System.Collections.Immutable;

namespace Akka.Cluster;

/// <summary>Whom one node cannot reach.</summary>
/// <param name="Version">Counts the changes of this row; only its observer makes them.</param>
/// <param name="Unreachable">Those it cannot reach.</param>
internal sealed record Observation(long Version, ImmutableHashSet<UniqueAddress> Unreachable);

/// <summary>
/// What a node knows of the cluster. Two of them merge to the same one in whatever order: the status of a member only goes on, one
/// that was removed stays so, and what a node observes has a version of its own. Who has seen just this knowledge is part of it.
/// </summary>
internal sealed class Gossip
{
    /// <summary>Nothing.</summary>
    public static readonly Gossip Empty = new(ImmutableDictionary<UniqueAddress, Member>.Empty,
        ImmutableDictionary<UniqueAddress, MemberStatus>.Empty, ImmutableDictionary<UniqueAddress, Observation>.Empty, []);

    private readonly Lazy<string> _content;

    public Gossip(ImmutableDictionary<UniqueAddress, Member> members, ImmutableDictionary<UniqueAddress, MemberStatus> removed,
        ImmutableDictionary<UniqueAddress, Observation> observations, ImmutableHashSet<UniqueAddress> seen)
    {
        // By reference: a member equals its later self, and a dictionary does not replace what is equal.
        Members = members.WithComparers(null, ReferenceEqualityComparer.Instance);
        Removed = removed;
        Observations = observations;
        Seen = seen;
        _content = new Lazy<string>(Describe);
    }

    /// <summary>The members.</summary>
    public ImmutableDictionary<UniqueAddress, Member> Members { get; }

    /// <summary>Those that were members once, and what they were last.</summary>
    public ImmutableDictionary<UniqueAddress, MemberStatus> Removed { get; }

    /// <summary>Who cannot reach whom.</summary>
    public ImmutableDictionary<UniqueAddress, Observation> Observations { get; }

    /// <summary>Who knows all this.</summary>
    public ImmutableHashSet<UniqueAddress> Seen { get; }

    /// <summary>Whether two know the same.</summary>
    public bool SameAs(Gossip other) => _content.Value == other._content.Value;

    /// <summary>Those that cannot be reached, as one node sees it: it reaches itself always, and does not believe the dead.</summary>
    public ImmutableHashSet<UniqueAddress> Unreachable(UniqueAddress self) => Observations
        .Where(o => Members.TryGetValue(o.Key, out var observer) && observer.Status != MemberStatus.Down)
        .SelectMany(o => o.Value.Unreachable).Where(n => !n.Equals(self) && Members.ContainsKey(n)).ToImmutableHashSet();

    /// <summary>Who leads, as one node sees it; null for nobody.</summary>
    public Member? Leader(UniqueAddress self)
    {
        var unreachable = Unreachable(self);
        var reachable = Members.Values
            .Where(m => m.Status != MemberStatus.Down && !unreachable.Contains(m.UniqueAddress)).Order().ToList();
        return reachable.FirstOrDefault(m => m.Status is MemberStatus.Up or MemberStatus.Leaving) ?? reachable.FirstOrDefault();
    }

    /// <summary>Whether all that count know this, so that the leader may go on.</summary>
    public bool Converged(UniqueAddress self) =>
        Unreachable(self).All(n => Members[n].Status is MemberStatus.Down or MemberStatus.Exiting) &&
        Members.Values.All(m => m.Status is not (MemberStatus.Up or MemberStatus.Leaving) || Seen.Contains(m.UniqueAddress));

    /// <summary>Changes what is known; only the one who does so has seen it then.</summary>
    public Gossip With(UniqueAddress self, IEnumerable<Member>? changed = null, IEnumerable<Member>? removed = null,
        Observation? observed = null)
    {
        var gone = (removed ?? []).ToArray();
        var moved = (changed ?? []).Select(m => KeyValuePair.Create(m.UniqueAddress, m));
        return new Gossip(
            Members.SetItems(moved).RemoveRange(gone.Select(m => m.UniqueAddress)),
            Removed.SetItems(gone.Select(m => KeyValuePair.Create(m.UniqueAddress, m.Status))),
            (observed is null ? Observations : Observations.SetItem(self, observed)).RemoveRange(gone.Select(m => m.UniqueAddress)),
            [self]);
    }

    /// <summary>Notes that a node has seen this.</summary>
    public Gossip SeenBy(UniqueAddress node) => new(Members, Removed, Observations, Seen.Add(node));

    /// <summary>All that the two know.</summary>
    public Gossip Merge(Gossip other)
    {
        if (SameAs(other)) return new Gossip(Members, Removed, Observations, Seen.Union(other.Seen));
        var removed = Removed.ToBuilder();
        foreach (var (node, status) in other.Removed)
            removed[node] = removed.TryGetValue(node, out var known) ? (MemberStatus)Math.Max((int)known, (int)status) : status;
        var members = Members.ToBuilder();
        foreach (var (node, theirs) in other.Members)
        {
            if (!members.TryGetValue(node, out var ours) || Further(theirs, ours)) members[node] = theirs;
        }
        var observations = Observations.ToBuilder();
        foreach (var (node, theirs) in other.Observations)
        {
            if (!observations.TryGetValue(node, out var ours) || theirs.Version > ours.Version) observations[node] = theirs;
        }
        members.RemoveRange(removed.Keys);
        observations.RemoveRange(removed.Keys);
        var merged = new Gossip(members.ToImmutable(), removed.ToImmutable(), observations.ToImmutable(), []);
        // Who knew what is known now as well has seen it.
        if (merged.SameAs(other)) return new Gossip(merged.Members, merged.Removed, merged.Observations, other.Seen);
        return merged.SameAs(this) ? this : merged;
    }

    private static bool Further(Member one, Member other) =>
        one.Status > other.Status || (one.Status == other.Status && one.UpNumber < other.UpNumber);

    private string Describe() => string.Join('\n',
        Members.Values.Order().Select(m => $"m {m.UniqueAddress} {m.Status} {m.UpNumber}")
            .Concat(Removed.OrderBy(r => r.Key).Select(r => $"r {r.Key} {r.Value}"))
            .Concat(Observations.OrderBy(o => o.Key).Select(o => $"o {o.Key} {o.Value.Version}")));
}
