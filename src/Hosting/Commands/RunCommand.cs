using System.CommandLine;
using System.Text.Json;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Logging;
using CameraFabric.Hosting.Rigs;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>run RIG</c>: runs a rig until Ctrl-C, SIGTERM or the given time; then accounts for every frame.</summary>
internal static class RunCommand
{
    private const double LongestRun = 4_000_000; // seconds; a timer knows no more than 49 days

    public static Command Make()
    {
        var file = new Argument<string>("rig") { Description = "The rig file (YAML)." };
        var seconds = new Option<double?>("--seconds") { Description = "Stop by itself after so long." };
        var level = new Option<LogLevel>("--log") { Description = "The least level that is logged.", DefaultValueFactory = _ => LogLevel.Information };
        var json = Output.JsonOption();
        var command = new Command("run", "Run a rig until Ctrl-C or SIGTERM; then print the balance.") { file, seconds, level, json };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
            RunAsync(parsed.GetValue(file)!, parsed.GetValue(seconds) is { } limit ? Output.InRange("--seconds", limit, 0, LongestRun, "seconds") : null, parsed.GetValue(level), parsed.GetValue(json), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(string file, double? seconds, LogLevel level, bool json, CancellationToken cancellation)
    {
        var rig = RigReader.Read(file);
        using var loggers = Logs.ToErrorStream(level);
        await using var running = await RunningFabric.StartAsync(rig, loggers);
        await Console.Error.WriteLineAsync($"running '{rig.Name}': {rig.Cameras.Length} cameras, {rig.Guests.Length} guests; sockets in {rig.RuntimeDirectory}; Ctrl-C stops");
        try
        {
            await Task.Delay(seconds is { } limit ? TimeSpan.FromSeconds(limit) : Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: what follows is the stop.
        }

        if (level <= LogLevel.Information) await Console.Error.WriteLineAsync("stopping");

        var status = await running.StopAsync();
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(status, ControlJson.Default.FabricStatus));
        }
        else
        {
            var (shown, summary) = StatusSelection.Of(status);
            AnsiConsole.Write(StatusTables.Balance(shown));
            if (summary is not null) Console.Out.WriteLine(summary);
            Console.Out.WriteLine(status.Balanced ? "balanced: every frame was delivered or is counted with its reason" : "NOT BALANCED: frames are unaccounted for");
        }

        return status.Balanced ? Output.Success : Output.Failure;
    }
}
