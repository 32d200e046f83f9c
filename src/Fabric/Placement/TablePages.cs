using System.Collections.Immutable;

namespace CameraFabric.Fabric.Placement;

/// <summary>Takes tables apart for sending, and puts the newest one that arrives together again.</summary>
internal sealed class TablePages
{
    // More cameras than a cluster can have; bounds what a peer can make this node keep.
    private const int MaximumPages = 1000;

    private readonly Dictionary<int, ImmutableArray<Assignment>> _pages = [];
    private TableVersion _version;

    /// <summary>A table in parts that fit into messages.</summary>
    public static IEnumerable<PlacementPage> Split(PlacementTable table)
    {
        var all = table.Assignments.Values.Chunk(AssignmentsFormatter.MaximumCount).ToArray();
        if (all.Length == 0) all = [[]];
        return all.Select((page, i) => new PlacementPage(table.Version, i, all.Length, [.. page]));
    }

    /// <summary>Takes a part.</summary>
    /// <returns>The whole table, when nothing is missing any more.</returns>
    public PlacementTable? Take(PlacementPage page)
    {
        if (page.Pages is < 1 or > MaximumPages || page.Page < 0 || page.Page >= page.Pages || page.Assignments.IsDefault) return null;
        var order = page.Version.CompareTo(_version);
        if (order < 0) return null;
        if (order > 0) _pages.Clear();
        _version = page.Version;
        _pages[page.Page] = page.Assignments;
        if (_pages.Count < page.Pages) return null;
        var table = ImmutableDictionary.CreateBuilder<string, Assignment>();
        foreach (var assignment in _pages.Values.SelectMany(static part => part)) table[assignment.Camera] = assignment;
        _pages.Clear();
        return new PlacementTable(page.Version, table.ToImmutable());
    }
}
