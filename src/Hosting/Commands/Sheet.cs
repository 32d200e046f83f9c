using Spectre.Console;
using Spectre.Console.Rendering;

namespace CameraFabric.Hosting.Commands;

/// <summary>A column of a <see cref="Sheet"/>.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Rank">0 is always shown; where the terminal is too narrow, the columns of the highest rank go first.</param>
internal readonly record struct SheetColumn(string Title, int Rank = 0)
{
    public static implicit operator SheetColumn(string title) => new(title);
}

/// <summary>
/// A table that fits its terminal: a cell is one line, and where there is no room for all columns the less important ones are left out.
/// Broken words and rows of five lines help nobody, least of all in a live view of 80 x 24 characters.
/// </summary>
internal sealed class Sheet(params SheetColumn[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>A row: one text for each column, as it is (no markup).</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The columns that are shown in so many characters.</summary>
    public IReadOnlyList<string> ShownIn(int width) => [.. Chosen(width).Select(column => columns[column].Title)];

    /// <summary>The table for a terminal of so many characters.</summary>
    public IRenderable In(int width)
    {
        var chosen = Chosen(width);
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in chosen)
            table.AddColumn(new TableColumn(new Text(columns[column].Title)) { Padding = new Padding(0, 1), NoWrap = true });
        foreach (var row in _rows) table.AddRow(chosen.Select(column => new Text(row[column]) { Overflow = Overflow.Ellipsis }));
        return table;
    }

    /// <summary>The table for the terminal that the program speaks to.</summary>
    public IRenderable ForTerminal() => In(AnsiConsole.Profile.Width);

    private List<int> Chosen(int width)
    {
        List<int> chosen = [.. Enumerable.Range(0, columns.Length)];
        while (Width(chosen) > width && chosen.Max(column => columns[column].Rank) is var rank and > 0)
            chosen.RemoveAll(column => columns[column].Rank == rank);
        return chosen;
    }

    /// <summary>Cells, a line between two of them, and a blank at both ends.</summary>
    private int Width(List<int> chosen) =>
        chosen.Sum(column => Math.Max(columns[column].Title.Length, _rows.Select(row => row[column].Length).DefaultIfEmpty().Max())) + chosen.Count + 1;
}
