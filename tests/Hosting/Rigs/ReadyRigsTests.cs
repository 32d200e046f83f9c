using System.Text.Json;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Hosting.Tests.Rigs;

public sealed class ReadyRigsTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(ConfigFolder, "*.yaml").Select(file => Path.GetFileName(file)!)];

    private static string ConfigFolder => Path.Combine(RepositoryRoot(), "config");

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_rig_in_config_has_no_mistake(string file)
    {
        var rig = RigReader.Read(Path.Combine(ConfigFolder, file));

        Assert.NotEmpty(rig.Cameras);
    }

    [Fact]
    public void The_schema_knows_the_same_keys_as_the_reader()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ConfigFolder, "rig.schema.json")));
        var definitions = schema.RootElement.GetProperty("$defs");

        Assert.Equal(Keys(schema.RootElement), KeysOfReader("x: 1", ""));
        Assert.Equal(
            Keys(definitions.GetProperty("camera")),
            KeysOfReader("cameras: { a: { sensor: synthetic, x: 1 }, b: { sensor: replay, format: NV12, x: 1 } }", "cameras."));
        Assert.Equal(Keys(schema.RootElement.GetProperty("properties").GetProperty("options")), RigOptionsReader.Names.Order());
        Assert.Equal(
            definitions.GetProperty("camera").GetProperty("properties").GetProperty("pattern").GetProperty("enum").EnumerateArray().Select(pattern => pattern.GetString()),
            Enum.GetNames<SyntheticPattern>().Select(RigWords.Of));
        Assert.Equal(Keys(definitions.GetProperty("node")), KeysOfReader("nodes: { a: { x: 1 } }", "nodes."));
        Assert.Equal(Keys(definitions.GetProperty("cluster")), KeysOfReader("cluster: { x: 1 }", "cluster."));
        Assert.Equal(Keys(definitions.GetProperty("cluster").GetProperty("properties").GetProperty("tls")), KeysOfReader("cluster: { tls: { x: 1 } }", "cluster.tls."));
        Assert.Equal(Keys(definitions.GetProperty("guest")), KeysOfReader("guests: { a: { x: 1 } }", "guests."));
        Assert.Equal(Keys(schema.RootElement.GetProperty("properties").GetProperty("fleet")), KeysOfReader("fleet: { x: 1 }", "fleet."));
        Assert.Equal(
            Keys(definitions.GetProperty("guest").GetProperty("properties").GetProperty("budget")),
            KeysOfReader("guests: { a: { budget: { x: 1 } } }", "guests."));
    }

    [Fact]
    public void The_architecture_page_lists_every_option_with_its_default()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "architecture.md"));
        var defaults = new FabricOptions();

        foreach (var property in typeof(FabricOptions).GetProperties())
        {
            var name = RigWords.Of(property.Name);
            var value = property.GetValue(defaults) switch
            {
                TimeSpan { TotalSeconds: < 1 } time => $"{time.TotalMilliseconds}ms",
                TimeSpan time => $"{time.TotalSeconds}s",
                bool flag => flag ? "true" : "false",
                Enum choice => RigWords.Of(choice.ToString()),
                var other => $"{other}",
            };
            Assert.True(page.Contains($"| `{name}` | {value} |", StringComparison.Ordinal), $"docs/architecture.md has no row '| `{name}` | {value} |'");
        }
    }

    private static string[] Keys(JsonElement section) => [.. section.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order()];

    /// <summary>The reader names all keys that it knows when it meets one that it does not.</summary>
    private static string[] KeysOfReader(string text, string path)
    {
        var error = Assert.Throws<RigFileException>(() => RigReader.Parse(text, "rig.yaml", Path.GetTempPath()));
        return [.. error.Errors
            .Where(mistake => mistake.Message == "is not a key of this section" && mistake.Path.StartsWith(path, StringComparison.Ordinal))
            .SelectMany(mistake => mistake.Right["the keys are: ".Length..].Split(", "))
            .Distinct()
            .Order()];
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CameraFabric.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}
