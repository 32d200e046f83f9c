using System.CommandLine;
using System.Runtime.InteropServices;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Logging;
using CameraFabric.Hosting.Nodes;
using CameraFabric.Hosting.Rigs;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>run RIG</c>: runs a rig, or one of its nodes, until Ctrl-C, SIGTERM or the given time; then accounts for every frame.</summary>
internal static class RunCommand
{
    private const double LongestRun = 4_000_000; // seconds; a timer knows no more than 49 days

    public static Command Make()
    {
        var file = new Argument<string>("rig") { Description = "The rig file (YAML)." };
        var node = new Option<string?>("--node") { Description = "Which of the rig's nodes to run." };
        var parent = new Option<string?>("--parent") { Description = "The address of the node that started this one.", Hidden = true };
        var seconds = new Option<double?>("--seconds") { Description = "Stop by itself after so long." };
        var level = new Option<LogLevel>("--log") { Description = "The least level that is logged.", DefaultValueFactory = _ => LogLevel.Information };
        var json = Output.JsonOption();
        var command = new Command("run", "Run a rig, or one node of it, until Ctrl-C or SIGTERM; then print the balance. Exit code 3: the cluster has removed the node.")
        {
            file, node, parent, seconds, level, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var limit = parsed.GetValue(seconds) is { } length ? Output.InRange("--seconds", length, 0, LongestRun, "seconds") : (double?)null;
            var order = new RunOrder(parsed.GetValue(file)!, parsed.GetValue(node), parsed.GetValue(parent), limit, parsed.GetValue(level), parsed.GetValue(json));
            return RunAsync(order, cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(RunOrder order, CancellationToken cancellation)
    {
        var rig = RigReader.Read(order.File);
        var node = NodeChoice.Of(rig, order.Node, order.Parent is not null);
        using var loggers = Logs.ToErrorStream(order.Level, node);
        await using var running = await RunningFabric.StartAsync(rig, loggers, node, order.Parent is { } parent ? [parent] : default);
        var children = node is null ? null : NodeKeeper.Start(rig, order.File, running.Node, node, order.Level, loggers);
        await Console.Error.WriteLineAsync(Began(rig, node, running));
        await EndAsync(order, running, cancellation);
        if (order.Level <= LogLevel.Information) await Console.Error.WriteLineAsync("stopping");
        var removed = running.Node.Removed.IsCompleted;
        var (below, silent) = children is null ? ([], []) : await children.StopAsync();
        var status = new RigStatus(rig.Name, [await running.StopAsync(), .. below], silent);
        if (order.Json)
        {
            await Console.Out.WriteLineAsync(RigClient.ToJson(status));
        }
        else
        {
            var (shown, summary) = StatusSelection.Of(status);
            AnsiConsole.Write(StatusTables.Balance(shown.Nodes));
            if (summary is not null) Console.Out.WriteLine(summary);
            foreach (var child in silent) Console.Out.WriteLine($"node {child} gave no balance: what became of its frames is not known");
            Console.Out.WriteLine(
                status.Balanced ? "balanced: every frame was delivered or is counted with its reason"
                : silent.IsEmpty ? "NOT BALANCED: frames are unaccounted for" : "NOT WHOLE: frames are unaccounted for");
        }

        if (removed) await Console.Error.WriteLineAsync($"camera-fabric: the cluster has removed node {node}; start it again, and it joins anew");
        // Of a node that was removed children may have been as well: that they are silent is no more news.
        return !status.Nodes.All(static one => one.Balanced) ? Output.Failure : removed ? Output.Removed : status.Balanced ? Output.Success : Output.Failure;
    }

    /// <summary>Waits for whatever ends a run: its time, a signal, its removal from the cluster, or its parent's end.</summary>
    private static async Task EndAsync(RunOrder order, RunningFabric running, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource();
        using var asked = order.Parent is null ? cancellation.Register(end.Cancel) : default;

        // Ctrl-C reaches a parent and its children alike; these wait for what their parent makes of it.
        using var terminate = order.Parent is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => end.Cancel());
        using var gone = order.Parent is null ? default : ParentWatch.Start(Console.OpenStandardInput()).Gone.Register(end.Cancel);
        var limit = order.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(Task.Delay(limit, TimeProvider.System, end.Token), running.Node.Removed);
    }

    private static string Began(Rig rig, string? node, RunningFabric running) => node is null
        ? $"running '{rig.Name}': {rig.Cameras.Length} cameras, {rig.Guests.Length} guests; sockets in {rig.RuntimeDirectory}; Ctrl-C stops"
        : $"running node '{node}' of '{rig.Name}' at {running.Node.Address}: {rig.ForNode(node).Guests.Length} guests of its own; sockets in {rig.RuntimeDirectory}; Ctrl-C stops";

    /// <summary>What was asked for.</summary>
    private sealed record RunOrder(string File, string? Node, string? Parent, double? Seconds, LogLevel Level, bool Json);
}
