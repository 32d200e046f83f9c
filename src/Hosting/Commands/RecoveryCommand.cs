using System.CommandLine;
using System.Text.Json;
using CameraFabric.Hosting.Recovery;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>recovery</c>: the fabric is killed under streaming guests, and started again.</summary>
internal static class RecoveryCommand
{
    public static Command Make()
    {
        var kills = new Option<int>("--kills") { Description = "How often, 1 to 1000.", DefaultValueFactory = _ => 3 };
        var json = Output.JsonOption();
        var command = new Command("recovery", "Kill the fabric (SIGKILL) under two streaming guests and start it again: how long each guest is without frames. Exit code 0 only if both go on with the rings that they have.")
        {
            kills, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
            RunAsync((int)Output.InRange("--kills", parsed.GetValue(kills), 1, 1000, "times"), parsed.GetValue(json), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(int kills, bool json, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("camera-fabric-recovery-");
        try
        {
            await using var run = new RecoveryRun(folder.FullName, kills);
            var summary = await run.RunAsync(json ? static _ => { } : Console.Out.WriteLine, cancellation);
            if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(summary, RecoveryJson.Default.RecoverySummary));
            else Print(summary);
            return summary.Passed ? Output.Success : Output.Failure;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Print(RecoverySummary summary)
    {
        double[] gaps = [.. summary.Gaps.Select(gap => gap.Milliseconds).Order()];
        foreach (var check in summary.Checks) Console.Out.WriteLine(check);
        Console.Out.WriteLine($"without frames: {gaps[0]:F0} to {gaps[^1]:F0} ms, median {gaps[gaps.Length / 2]:F0} ms, of {gaps.Length} gaps");
    }
}
