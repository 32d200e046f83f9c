using System.Text.Json;

namespace CameraFabric.EndToEnd.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_accounts_for_every_frame_and_every_request()
    {
        using var demo = await FabricProcess.RunAsync("demo", "--seconds", "6", "--json");

        using var summary = JsonDocument.Parse(demo.Output);
        var failed = summary.RootElement.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("passed").GetBoolean()).Select(check => check.ToString());
        Assert.True(!failed.Any(), string.Join('\n', failed));
        Assert.Equal(0, demo.ExitCode);
        Assert.Equal(4, summary.RootElement.GetProperty("fabric").GetProperty("cameras").GetArrayLength());
        Assert.Equal(3, summary.RootElement.GetProperty("guests").EnumerateArray().Select(guest => guest.GetProperty("name").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task The_demo_of_two_nodes_loses_a_process_and_a_link_and_accounts_for_every_frame()
    {
        // Five processes have to start, and one of them twice.
        using var demo = FabricProcess.Start("demo", "--nodes", "2", "--seconds", "4", "--json", "--log", "Information");
        var code = await demo.EndAsync(TimeSpan.FromMinutes(4));

        Assert.True(demo.Output.Length > 0, demo.Errors);
        using var summary = JsonDocument.Parse(demo.Output);
        var failed = summary.RootElement.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("passed").GetBoolean()).Select(check => check.ToString()).ToArray();
        Assert.True(failed.Length == 0, $"{string.Join('\n', failed)}\n{demo.Errors}");
        Assert.Equal(0, code);
        var nodes = summary.RootElement.GetProperty("balance").GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("node").GetString());
        Assert.Equal(["rear-soc", "camera.cabin", "front-soc"], nodes);
        Assert.Equal(6, summary.RootElement.GetProperty("gaps").GetArrayLength());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    public async Task The_demo_has_one_node_or_two(string nodes)
    {
        using var demo = await FabricProcess.RunAsync("demo", "--nodes", nodes);

        Assert.Equal(2, demo.ExitCode);
        Assert.Contains($"--nodes {nodes} is not possible: the demo has 1 node or 2", demo.Errors, StringComparison.Ordinal);
    }
}
