using System.Globalization;
using System.Text.RegularExpressions;
using CameraFabric.House.Tests.Tree;

namespace CameraFabric.House.Tests.Specification;

/// <summary>docs/hostile-inputs.md: every item once, each with one test that exists and is named after it.</summary>
public sealed partial class HostileInputTests
{
    private const int Items = 46;

    private static IReadOnlyList<(int Item, string Test)> Table { get; } =
        [.. Read(File.ReadAllText(Repository.PathOf("docs", "hostile-inputs.md")))];

    [Fact]
    public void Every_item_has_one_row() => Assert.Equal(Enumerable.Range(1, Items), Table.Select(row => row.Item));

    [Fact]
    public void Every_row_names_a_test_that_exists()
    {
        var wrong =
            from row in Table
            where !TestMethods.All.Any(method => method.EndsWith("." + row.Test, StringComparison.Ordinal))
            select $"item {row.Item} names no test of this house: {row.Test}";
        Rule.Holds(wrong);
    }

    [Fact]
    public void Every_test_of_an_item_has_its_row()
    {
        var wrong =
            from method in TestMethods.All
            let match = Named().Match(method)
            where match.Success
            let item = int.Parse(match.Groups["item"].Value, CultureInfo.InvariantCulture)
            where !Table.Contains((item, match.Groups["test"].Value))
            select $"{method} is not in the row of item {item}";
        Rule.Holds(wrong);
    }

    [Fact]
    public void A_table_is_read()
    {
        var table = Read("""
            | item | what arrives | precedent | test | what happens |
            |---|---|---|---|---|
            | 1 | a loop | T0001 | RingTests.Item01_Loop | cut off |
            """);
        Assert.Equal([(1, "RingTests.Item01_Loop")], table);
        Assert.Matches(Named(), "A.B.RingTests.Item01_Loop");
        Assert.DoesNotMatch(Named(), "A.B.RingTests.Items_loop");
    }

    private static IEnumerable<(int Item, string Test)> Read(string markdown) =>
        from Match row in Row().Matches(markdown)
        select (int.Parse(row.Groups["item"].Value, CultureInfo.InvariantCulture), row.Groups["test"].Value);

    [GeneratedRegex(@"^\| (?<item>[0-9]+) \|[^|]*\|[^|]*\| (?<test>\w+\.\w+) \|[^|]*\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\.(?<test>\w+\.Item(?<item>[0-9]{2})_\w+)$")]
    private static partial Regex Named();
}
