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
}
