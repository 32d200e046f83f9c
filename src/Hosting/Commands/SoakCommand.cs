using System.CommandLine;
using System.Text.Json;
using CameraFabric.Hosting.Soak;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>soak</c>: cameras and guests under a seeded schedule of faults, ending in a balance.</summary>
internal static class SoakCommand
{
    public static Command Make()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long to run, 0.5 to 10000.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "The same seed and length give the same faults.", DefaultValueFactory = _ => 1 };
        var keep = new Option<string?>("--keep") { Description = "Use this folder for rig and logs, and leave it behind." };
        var json = Output.JsonOption();
        var command = new Command("soak", "A fabric, its guests and a random but seeded schedule of faults. Exit code 0 only if every frame is accounted for, nothing leaked, and no undisturbed guest noticed.")
        {
            minutes, seed, keep, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var length = TimeSpan.FromMinutes(Output.InRange("--minutes", parsed.GetValue(minutes), 0.5, 10_000, "minutes"));
            return RunAsync(length, parsed.GetValue(seed), parsed.GetValue(keep), parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan length, int seed, string? keep, bool json, CancellationToken cancellation)
    {
        var folder = keep is null ? Directory.CreateTempSubdirectory("camera-fabric-soak-") : Directory.CreateDirectory(keep, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var plan = SoakPlan.Draw(seed, length);
            if (!json) Console.Out.WriteLine($"seed {seed}: {plan.Steps.Count} faults of guests, {plan.SensorFaults.Count} of a sensor, in {length.TotalMinutes:0.#} min; rig and logs in {folder.FullName}");
            await using var run = new SoakRun(folder.FullName, seed, plan, json ? static _ => { } : Console.Out.WriteLine);
            var summary = await run.RunAsync(cancellation);
            if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(summary, SoakJson.Default.SoakSummary));
            else Print(summary);
            if (!summary.Passed && keep is null) await Console.Error.WriteLineAsync($"the same again, with its logs left behind: soak --minutes {length.TotalMinutes:0.##} --seed {seed} --keep FOLDER");
            return summary.Passed ? Output.Success : Output.Failure;
        }
        finally
        {
            if (keep is null) folder.Delete(recursive: true);
        }
    }

    private static void Print(SoakSummary summary)
    {
        foreach (var check in summary.Checks) Console.Out.WriteLine(check);
        Console.Out.WriteLine($"{summary.Injected.Sum(fault => fault.Count)} faults of guests, {summary.SensorFaults.Count} of a sensor in {summary.Seconds / 60:F1} min; longest gap of an undisturbed guest {summary.LongestGapMilliseconds:F1} ms");
        Console.Out.WriteLine(summary.Passed ? "balanced: nothing was lost without a count, nobody else was hurt" : "NOT BALANCED");
    }
}
