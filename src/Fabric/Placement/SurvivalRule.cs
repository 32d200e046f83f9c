using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// Which part of a divided cluster goes on. The one rule for both: who is put out of the cluster, and whose fence stays open. Of two parts
/// without a common node it lets at most one go on, as long as they agree on who is a member.
/// </summary>
/// <param name="strategy">The strategy.</param>
/// <param name="quorum">Core nodes that a part needs with <see cref="DowningStrategy.StaticQuorum"/>.</param>
public sealed class SurvivalRule(DowningStrategy strategy, int quorum)
{
    /// <summary>The rule of a rig.</summary>
    /// <param name="rig">The rig; a quorum that it does not name is more than half of its core nodes.</param>
    public static SurvivalRule Of(Rig rig)
    {
        ArgumentNullException.ThrowIfNull(rig);
        return new SurvivalRule(rig.Cluster.Downing, rig.Cluster.Quorum ?? ((rig.CoreNodes().Length / 2) + 1));
    }

    /// <summary>Whether a part goes on. Never less when more are heard.</summary>
    /// <param name="core">The core members, the oldest first.</param>
    /// <param name="heard">Those of the part.</param>
    public bool Survives(ImmutableArray<NodeIncarnation> core, IReadOnlySet<NodeIncarnation> heard)
    {
        ArgumentNullException.ThrowIfNull(heard);
        if (core.IsDefaultOrEmpty) return false;
        var count = core.Count(heard.Contains);
        return strategy switch
        {
            DowningStrategy.StaticQuorum => count >= quorum,
            DowningStrategy.KeepOldest => heard.Contains(core[0]),
            _ => count * 2 > core.Length || (count * 2 == core.Length && heard.Contains(Lowest(core))),
        };
    }

    private static NodeIncarnation Lowest(ImmutableArray<NodeIncarnation> core) =>
        core.MinBy(static node => (node.Address, node.Uid), Comparer<(string Address, int Uid)>.Create(static (a, b) =>
            string.CompareOrdinal(a.Address, b.Address) is var order && order != 0 ? order : a.Uid.CompareTo(b.Uid)))!;
}
