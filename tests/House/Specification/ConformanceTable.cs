using System.Text.RegularExpressions;

namespace CameraFabric.House.Tests.Specification;

/// <summary>The table of a specification that maps each normative statement to the test that checks it.</summary>
public sealed partial class ConformanceTable
{
    private ConformanceTable(IReadOnlyList<Row> rows, IReadOnlySet<string> anchors) => (Rows, Anchors) = (rows, anchors);

    /// <summary>The rows, in their order.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>Every statement that the text names outside of the table.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Reads a specification.</summary>
    /// <param name="markdown">Its whole text.</param>
    /// <returns>Its table, without rows when there is none.</returns>
    public static ConformanceTable Parse(string markdown)
    {
        var rows = new List<Row>();
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in markdown.Split('\n'))
        {
            if (TableRow().Match(line) is { Success: true } row)
            {
                var tests = row.Groups["tests"].Value.Split([",", "<br>", "<br/>"], StringSplitOptions.RemoveEmptyEntries)
                    .Select(t => t.Trim('`', ' ', '\r')).Where(t => t.Length > 0).ToList();
                rows.Add(new Row(row.Groups["id"].Value, row.Groups["statement"].Value.Trim(), tests));
            }
            else
            {
                foreach (Match anchor in Anchor().Matches(line)) anchors.Add(anchor.Value);
            }
        }
        return new ConformanceTable(rows, anchors);
    }

    // A cell may hold an escaped pipe.
    [GeneratedRegex(
        @"^\s*\|\s*(?:<a [^>]*>\s*(?:</a>)?)?[`*\[]*(?<id>VC-[0-9]+)[^|]*\|" +
        @"(?<statement>(?:\\\||[^|])*)\|(?<tests>[^|]*)\|\s*$")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\bVC-[0-9]+\b")]
    private static partial Regex Anchor();

    /// <summary>One statement.</summary>
    /// <param name="Id">VC-nn.</param>
    /// <param name="Statement">What must hold, in short.</param>
    /// <param name="Tests">The tests that check it: Namespace.Class.Test_name.</param>
    public sealed record Row(string Id, string Statement, IReadOnlyList<string> Tests);
}
