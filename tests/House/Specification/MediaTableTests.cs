using System.Text.RegularExpressions;
using CameraFabric.House.Tests.Tree;

namespace CameraFabric.House.Tests.Specification;

/// <summary>docs/virtio-media.md: every row of its tables of traps and items names tests, and those exist.</summary>
public sealed partial class MediaTableTests
{
    [Fact]
    public void Every_trap_and_item_names_tests_that_exist()
    {
        var rows = File.ReadLines(Repository.PathOf("docs", "virtio-media.md")).Where(static line => Row().IsMatch(line)).ToList();
        Assert.NotEmpty(rows);
        var wrong =
            from row in rows
            let tests = Test().Matches(row).Select(static match => match.Groups[1].Value).ToList()
            let missing = tests.Where(static t => !TestMethods.All.Any(m => m.EndsWith("." + t, StringComparison.Ordinal))).ToList()
            where tests.Count == 0 || missing.Count > 0
            select tests.Count == 0 ? $"{row} names no test" : $"{row[..20]} ... names no test of this house: {string.Join(", ", missing)}";
        Rule.Holds(wrong);
    }

    [GeneratedRegex(@"^\| [TC][0-9]+ ")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex Test();
}
