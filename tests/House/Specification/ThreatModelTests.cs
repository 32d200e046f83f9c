using System.Text.RegularExpressions;
using CameraFabric.House.Tests.Tree;

namespace CameraFabric.House.Tests.Specification;

/// <summary>docs/threat-model.md: what is said to be defended has a test.</summary>
public sealed partial class ThreatModelTests
{
    private static string Text { get; } = File.ReadAllText(Repository.PathOf("docs", "threat-model.md"));

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        var wrong =
            from Match name in Name().Matches(Text)
            let test = name.Groups["test"].Value
            where !TestMethods.All.Any(method => method.EndsWith("." + test, StringComparison.Ordinal))
            select $"docs/threat-model.md names no test of this house: {test}";
        Rule.Holds(wrong);
    }

    [Fact]
    public void Every_row_of_what_a_guest_tries_names_a_test()
    {
        var rows = Row().Matches(Text).Select(row => row.Value).ToArray();
        Assert.True(rows.Length >= 9, $"the table has only {rows.Length} rows");
        Assert.All(rows, row => Assert.Matches(Name(), row));
    }

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\|[^|\n]*\*\*[^|\n]*\|[^|\n]*\|[^|\n]*\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
