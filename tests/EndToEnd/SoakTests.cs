using System.Text.Json;

namespace CameraFabric.EndToEnd.Tests;

/// <summary>The program's own trials, in short: what they find must hold on any machine, except for what a slow one decides.</summary>
public sealed class SoakTests
{
    private static readonly string[] OfTheMachinesSpeed = ["gap over 1.5 periods", "lost a frame", "within a second"];

    [Fact]
    public async Task Under_faults_of_sensors_and_guests_everything_is_accounted_for_and_nothing_leaks()
    {
        using var run = await FabricProcess.RunAsync("soak", "--minutes", "0.5", "--seed", "1", "--json");

        Assert.True(run.Output.Length > 0, run.Errors);
        using var summary = JsonDocument.Parse(run.Output);
        var failed =
            from check in summary.RootElement.GetProperty("checks").EnumerateArray()
            let name = check.GetProperty("name").GetString()!
            where !check.GetProperty("passed").GetBoolean() && !OfTheMachinesSpeed.Any(words => name.Contains(words, StringComparison.Ordinal))
            select $"{name}: {check.GetProperty("detail").GetString()}";
        Assert.Empty(failed);
        Assert.NotEqual(0, summary.RootElement.GetProperty("injected").GetArrayLength());
        Assert.NotEqual(0, summary.RootElement.GetProperty("sensorFaults").GetArrayLength());
    }

    [Fact]
    public async Task Killed_under_its_guests_the_fabric_is_started_again_and_they_go_on()
    {
        using var run = await FabricProcess.RunAsync("recovery", "--kills", "1");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("without frames for", run.Output, StringComparison.Ordinal);
    }
}
