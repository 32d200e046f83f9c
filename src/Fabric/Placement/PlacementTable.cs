using System.Collections.Immutable;

namespace CameraFabric.Fabric.Placement;

/// <summary>Where all cameras are at home. Of two tables the greater one is the newer.</summary>
/// <param name="Version">Which one of all tables it is.</param>
/// <param name="Assignments">By camera.</param>
public sealed record PlacementTable(TableVersion Version, ImmutableDictionary<string, Assignment> Assignments)
{
    /// <summary>Before the first one: nothing is at home anywhere.</summary>
    public static PlacementTable Empty { get; } = new(default, ImmutableDictionary<string, Assignment>.Empty);

    /// <summary>A camera's assignment, or null while there is none.</summary>
    /// <param name="camera">The camera's id.</param>
    public Assignment? Of(string camera) => Assignments.GetValueOrDefault(camera);
}

/// <summary>Which table it is: tables of a later leader are newer than all of an earlier one.</summary>
/// <param name="Term">Grows with each leader.</param>
/// <param name="Author">The leader's address; decides between two that began the same term.</param>
/// <param name="Number">Grows with each table of one leader.</param>
public readonly record struct TableVersion(ulong Term, string? Author, ulong Number) : IComparable<TableVersion>
{
    /// <inheritdoc/>
    public int CompareTo(TableVersion other)
    {
        var order = Term.CompareTo(other.Term);
        if (order == 0) order = string.CompareOrdinal(Author ?? "", other.Author ?? "");
        return order != 0 ? order : Number.CompareTo(other.Number);
    }

    /// <summary><c>3.7</c>: the third term's seventh table.</summary>
    public override string ToString() => $"{Term}.{Number}";
}
