using System.CommandLine;
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
            return UntilEndAsync(parsed.GetValue(json) ? LinesAsync : LiveAsync, RigClient.Find(parsed.GetValue(rig)), TimeSpan.FromSeconds(seconds), cancellation);
        }));
        return command;
    }

    /// <summary>Ctrl-C and the end of a fabric that was seen running are how watching ends, not failures of it.</summary>
    private static async Task<int> UntilEndAsync(
        Func<RigClient, TimeSpan, CancellationToken, Task<int>> watch, RigClient client, TimeSpan interval, CancellationToken cancellation)
    {
        await client.StatusAsync(cancellation);
        try
        {
            return await watch(client, interval, cancellation);
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

    private static async Task<int> LinesAsync(RigClient client, TimeSpan interval, CancellationToken cancellation)
    {
        while (true)
        {
            var status = await client.StatusAsync(cancellation);
            await Console.Out.WriteLineAsync(RigClient.ToJson(status));
            await Task.Delay(interval, TimeProvider.System, cancellation);
        }
    }

    private static async Task<int> LiveAsync(RigClient client, TimeSpan interval, CancellationToken cancellation) =>
        await AnsiConsole.Live(new Text("")).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).StartAsync<int>(async live =>
        {
            while (true)
            {
                var status = await client.StatusAsync(cancellation);
                var (shown, summary) = StatusSelection.Of(status);
                var head = $"{status.Rig}: up {status.Nodes[0].UptimeSeconds:F0} s, {status.Nodes[0].PackageSet}";
                live.UpdateTarget(new Rows(new Text(summary is null ? head : $"{head}\n{summary}"), StatusTables.All(shown.Nodes, shown.Silent)));
                await Task.Delay(interval, TimeProvider.System, cancellation);
            }
        });
}
