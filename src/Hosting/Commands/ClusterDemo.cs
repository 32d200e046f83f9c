using System.Globalization;
using System.Text.Json;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Demo;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>demo --nodes 2</c>: runs it and shows what came of it.</summary>
internal static class ClusterDemo
{
    /// <summary>Runs it.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="level">The least level of what nodes log that is shown; errors alone are left in the logs.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<int> RunAsync(double seconds, LogLevel level, bool json, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("camera-fabric-demo-");
        var isGood = false;
        try
        {
            await using var run = await ClusterDemoRun.StartAsync(folder.FullName, seconds, level < LogLevel.Error ? level : null, cancellation);
            var finish = run.FinishAsync(cancellation);
            if (!json && !Console.IsOutputRedirected) await DemoCommand.ShowAsync(finish, folder.FullName, seconds, () => run.Elapsed, () => run.StatusAsync(cancellation), cancellation);
            var summary = await finish;
            if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(summary, ClusterDemoJson.Default.ClusterDemoSummary));
            else Print(summary);
            isGood = summary.Passed;
            return isGood ? Output.Success : Output.Failure;
        }
        finally
        {
            if (isGood || cancellation.IsCancellationRequested) folder.Delete(recursive: true);
            else await Console.Error.WriteLineAsync($"camera-fabric: the nodes' logs are in {folder.FullName}");
        }
    }

    private static void Print(ClusterDemoSummary summary)
    {
        AnsiConsole.Write(StatusTables.CameraBalance(summary.Balance.Nodes).ForTerminal());
        AnsiConsole.Write(ClusterTables.Links(summary.Balance).ForTerminal());
        AnsiConsole.Write(Guests(summary).ForTerminal());
        AnsiConsole.Write(Gaps(summary).ForTerminal());
        Console.Out.WriteLine("before, kill, cut: the longest time without a frame that ended before the kill, from there to the cut, and after it; * marks what was hit");
        foreach (var check in summary.Checks) Console.Out.WriteLine(check);
        foreach (var remark in summary.Remarks) Console.Out.WriteLine($"     {remark}");
        Console.Out.WriteLine(summary.Passed ? "every frame and every request of the cluster is accounted for" : "SOMETHING IS NOT ACCOUNTED FOR");
    }

    private static Sheet Guests(ClusterDemoSummary summary)
    {
        var sheet = new Sheet("guest", "camera", "fps", "delivered", "dropped", new("of which", 3), new("p50 µs", 1), "p99 µs", new("max µs", 2), "stutters", new("controls", 2));
        foreach (var told in summary.Balance.Nodes.SelectMany(static node => node.Guests))
        {
            if (summary.Guests.FirstOrDefault(report => report.Socket == told.SocketPath) is not { } report) continue;
            sheet.Add(
                told.Guest, told.Camera, $"{report.FramesPerSecond:F1}", $"{report.Frames.Delivered}", $"{StatusTables.Total(told.Dropped)}", StatusTables.Counts(told.Dropped),
                $"{report.Latency.P50:F0}", $"{report.Latency.P99:F0}", $"{report.Latency.Maximum:F0}", $"{report.Pace.Stutters}", GuestOutput.Controls(report.Controls));
        }

        return sheet;
    }

    private static Sheet Gaps(ClusterDemoSummary summary)
    {
        var sheet = new Sheet("guest", "camera", "over", "period", "before", "kill", "cut");
        foreach (var gap in summary.Gaps)
        {
            sheet.Add(
                gap.Guest, gap.Camera, gap.Way, string.Create(CultureInfo.InvariantCulture, $"{gap.Period:F1} ms"), $"{gap.Before}", $"{gap.Kill}{(gap.HitByKill ? " *" : "")}",
                $"{gap.Cut}{(gap.HitByCut ? " *" : "")}");
        }

        return sheet;
    }
}
