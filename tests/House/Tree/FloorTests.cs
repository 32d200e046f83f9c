using System.Xml.Linq;

namespace CameraFabric.House.Tests.Tree;

public sealed class FloorTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Platform"] = 1,
        ["Sensors"] = 2,
        ["Device"] = 3,
        ["Guest"] = 4,
        ["Fabric"] = 4,
        ["Hosting"] = 5,
    };

    [Fact]
    public void Every_project_of_src_has_a_floor() =>
        Assert.Equal(Floors.Keys.Order(), Repository.Projects("src").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void A_project_references_only_projects_on_lower_floors()
    {
        var wrong =
            from project in Repository.Projects("src")
            let name = Path.GetFileNameWithoutExtension(project)
            from reference in References(project)
            where !Floors.TryGetValue(reference, out var below) || below >= Floors.GetValueOrDefault(name)
            select $"{name} (floor {Floors.GetValueOrDefault(name)}) references {reference} (floor {Floors.GetValueOrDefault(reference)})";
        Rule.Holds(wrong);
    }

    [Fact]
    public void The_floors_are_really_used()
    {
        // The rule above would hold in an empty house as well.
        Assert.Contains("Platform", References(Repository.PathOf("src", "Sensors", "Sensors.csproj")));
        Assert.Contains("Fabric", References(Repository.PathOf("src", "Hosting", "Hosting.csproj")));
    }

    [Fact]
    public void Product_code_references_no_stand_in_by_itself()
    {
        // Which package set it is, is decided in eng/ alone.
        var wrong = Repository.Projects("src", "tests", "bench", "fuzz")
            .Where(p => File.ReadAllText(p).Contains("compat/", StringComparison.Ordinal));
        Rule.Holds(wrong.Select(Repository.NameOf));
    }

    [Fact]
    public void Every_project_of_src_tests_bench_and_fuzz_is_in_the_solution()
    {
        var solution = XDocument.Load(Repository.PathOf("CameraFabric.slnx"));
        var listed = solution.Descendants("Project").Select(p => (string?)p.Attribute("Path") ?? "").ToHashSet();
        var missing = Repository.Projects("src", "tests", "bench", "fuzz").Select(Repository.NameOf).Where(p => !listed.Contains(p));
        Rule.Holds(missing);
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include") ?? "").Replace('\\', '/')));
}
