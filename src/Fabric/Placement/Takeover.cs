using System.Collections.Immutable;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// How one leader follows another: it begins a term that is greater than all it knows of, and decides nothing until every member that it
/// reaches has promised to take no table of an earlier leader and it has the newest table that any of them knows.
/// </summary>
/// <param name="self">This node's run.</param>
internal sealed class Takeover(NodeIncarnation self)
{
    private readonly HashSet<NodeIncarnation> _promised = [];
    private (ulong Term, string Author) _follows = (0, "");
    private TableVersion _newest;

    /// <summary>The term that this node has begun; 0 while it does not lead.</summary>
    public ulong Term { get; private set; }

    /// <summary>What it asks the members.</summary>
    public PlacementAsked Question => new(Term, self.Address);

    /// <summary>Another one begins a term.</summary>
    /// <returns>Whether it is the newest term that this node knows of, which it is promised to follow.</returns>
    public bool Promise(ulong term, string author)
    {
        if (Compare((term, author), _follows) < 0) return false;
        if ((term, author) != (Term, self.Address)) StandBack();
        _follows = (term, author);
        return true;
    }

    /// <summary>What an earlier leader hears that asks.</summary>
    public PlacementRefused Refusal => new(_follows.Term, _follows.Author);

    /// <summary>Somebody follows another leader already.</summary>
    /// <returns>Whether this node has to begin a newer term for that.</returns>
    public bool Refuse(ulong term, string author)
    {
        if (Term == 0 || Compare((term, author), _follows) <= 0) return false;
        StandBack();
        _follows = (term, author);
        return true;
    }

    /// <summary>Whether a table may be taken: not if this node has promised otherwise.</summary>
    public bool Allows(TableVersion version)
    {
        var from = (version.Term, version.Author ?? "");
        // While it takes over it looks for the tables of those before it.
        if (Compare(from, _follows) < 0) return Term != 0 && _follows == (Term, self.Address);
        if (from != _follows) StandBack();
        _follows = from;
        return true;
    }

    /// <summary>A member has promised.</summary>
    /// <returns>Whether it was this node's question.</returns>
    public bool Hear(PlacementPromised promised, NodeIncarnation member)
    {
        if (Term == 0 || promised.Term != Term || promised.Author != self.Address) return false;
        _promised.Add(member);
        if (promised.Known.CompareTo(_newest) > 0) _newest = promised.Known;
        return true;
    }

    /// <summary>This node does not lead (any more).</summary>
    public void StandBack()
    {
        Term = 0;
        _promised.Clear();
        _newest = default;
    }

    /// <summary>Whether this node may decide; begins a term if it has not.</summary>
    /// <param name="members">Those that it reaches.</param>
    /// <param name="known">The newest table that it has.</param>
    /// <param name="missing">Who has to be asked (again).</param>
    public bool IsComplete(ImmutableArray<NodeIncarnation> members, TableVersion known, out ImmutableArray<NodeIncarnation> missing)
    {
        if (Term == 0)
        {
            Term = Math.Max(_follows.Term, known.Term) + 1;
            _follows = (Term, self.Address);
        }

        // Those who come later ask nobody else's leave; only the first table needs all.
        missing = known.Term == Term && known.Author == self.Address ? [] : [.. members.Where(node => !_promised.Contains(node))];
        return missing.IsEmpty && known.CompareTo(_newest) >= 0;
    }

    private static int Compare((ulong Term, string Author) a, (ulong Term, string Author) b) =>
        a.Term.CompareTo(b.Term) is var order && order != 0 ? order : string.CompareOrdinal(a.Author, b.Author);
}
