using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CameraFabric.House.Tests.Tree;

public sealed partial class PackageTests
{
    private static readonly XDocument Versions = XDocument.Load(Repository.PathOf("Directory.Packages.props"));

    [Fact]
    public void Every_package_version_is_pinned_exactly()
    {
        var pinned = Versions.Descendants("PackageVersion").ToList();
        Assert.NotEmpty(pinned);
        var wrong =
            from package in pinned
            let version = Resolve((string?)package.Attribute("Version") ?? "")
            where !Exact().IsMatch(version)
            select $"{(string?)package.Attribute("Include")}: '{version}' is not one exact version";
        Rule.Holds(wrong);
    }

    [Theory]
    [InlineData("1.2.3", true)]
    [InlineData("1.2.3.4", true)]
    [InlineData("1.2.3-beta.1", true)]
    [InlineData("1.2.*", false)]
    [InlineData("[1.2.3,)", false)]
    [InlineData("1.2", false)]
    [InlineData("", false)]
    public void An_exact_version_has_three_or_four_numbers_and_no_range(string version, bool exact) =>
        Assert.Equal(exact, Exact().IsMatch(version));

    [Fact]
    public void No_package_is_pinned_twice()
    {
        var twice = Versions.Descendants("PackageVersion").GroupBy(p => (string?)p.Attribute("Include")).Where(g => g.Count() > 1);
        Rule.Holds(twice.Select(g => g.Key));
    }

    [Fact]
    public void No_project_chooses_a_version_of_its_own()
    {
        var wrong =
            from project in Repository.Projects()
            from reference in XDocument.Load(project).Descendants("PackageReference")
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
            select $"{Repository.NameOf(project)}: {(string?)reference.Attribute("Include")}";
        Rule.Holds(wrong);
    }

    // $(AkkaVersion) and its like stand for the default that the same file gives them.
    private static string Resolve(string version) =>
        Property().Match(version) is { Success: true } match
            ? (string?)Versions.Descendants(match.Groups[1].Value).SingleOrDefault() ?? version
            : version;

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+){2,3}(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex Exact();

    [GeneratedRegex(@"^\$\((\w+)\)$")]
    private static partial Regex Property();
}
