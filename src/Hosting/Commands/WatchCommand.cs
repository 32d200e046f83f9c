using System.CommandLine;
using System.Text.Json;
using CameraFabric.Hosting.Control;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>watch</c>: the same as <c>cameras</c>, again and again until Ctrl-C or the fabric's end.</summary>
internal static class WatchCommand
{
    public static Command Make()
    {
        var rig = Output.RigOption();
        var json = Output.JsonOption();
        var interval = new Option<double>("--interval") { Description = "Seconds between two looks, 0.1 to 3600.", DefaultValueFactory = _ => 1 };
        var command = new Command("watch", "Watch a running fabric until Ctrl-C; with --json one document a line.") { rig, json, interval };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var seconds = Output.InRange("--interval", parsed.GetValue(interval), 0.1, 3600, "seconds");
            var socket = RuntimeFolder.FindControlSocket(parsed.GetValue(rig));
            return UntilEndAsync(parsed.GetValue(json) ? LinesAsync : LiveAsync, socket, TimeSpan.FromSeconds(seconds), cancellation);
        }));
        return command;
    }

    /// <summary>Ctrl-C and the end of a fabric that was seen running are how watching ends, not failures of it.</summary>
    private static async Task<int> UntilEndAsync(
        Func<string, TimeSpan, CancellationToken, Task<int>> watch, string socket, TimeSpan interval, CancellationToken cancellation)
    {
        await ControlClient.AskAsync(socket, new ControlRequest("status"), cancellation);
        try
        {
            return await watch(socket, interval, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Output.Success;
        }
        catch (FabricGoneException)
        {
            await Console.Error.WriteLineAsync("the fabric has ended");
            return Output.Success;
        }
    }

    private static async Task<int> LinesAsync(string socket, TimeSpan interval, CancellationToken cancellation)
    {
        while (true)
        {
            var status = (await ControlClient.AskAsync(socket, new ControlRequest("status"), cancellation)).Status!;
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(status, ControlJson.Default.FabricStatus));
            await Task.Delay(interval, TimeProvider.System, cancellation);
        }
    }

    private static async Task<int> LiveAsync(string socket, TimeSpan interval, CancellationToken cancellation) =>
        await AnsiConsole.Live(new Text("")).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).StartAsync<int>(async live =>
        {
            while (true)
            {
                var status = (await ControlClient.AskAsync(socket, new ControlRequest("status"), cancellation)).Status!;
                var (shown, summary) = StatusSelection.Of(status);
                var head = $"{status.Rig}: up {status.UptimeSeconds:F0} s, {status.PackageSet}";
                live.UpdateTarget(new Rows(new Text(summary is null ? head : $"{head}\n{summary}"), StatusTables.All(shown)));
                await Task.Delay(interval, TimeProvider.System, cancellation);
            }
        });
}
