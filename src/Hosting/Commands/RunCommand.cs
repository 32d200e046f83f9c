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

/// <summary><c>run RIG</c>: runs a rig, or one of its nodes, or all of them in processes of their own, until Ctrl-C, SIGTERM or the given time; then accounts for every frame.</summary>
internal static class RunCommand
{
    private const double LongestRun = 4_000_000; // seconds; a timer knows no more than 49 days

    public static Command Make()
    {
        var file = new Argument<string>("rig") { Description = "The rig file (YAML)." };
        var node = new Option<string?>("--node") { Description = "Which of the rig's nodes to run; without it all of them, each in a process of its own, if all are on this machine." };
        var parent = new Option<string?>("--parent") { Description = "The address of the node that started this one.", Hidden = true };
        var kept = new Option<bool>("--kept") { Description = "Stop when the standard input is closed, by whoever started this.", Hidden = true };
        var seconds = new Option<double?>("--seconds") { Description = "Stop by itself after so long." };
        var level = new Option<LogLevel>("--log") { Description = "The least level that is logged.", DefaultValueFactory = _ => LogLevel.Information };
        var json = Output.JsonOption();
        var command = new Command("run", "Run a rig, or nodes of it, until Ctrl-C or SIGTERM; then print the balance. Exit code 3: the cluster has removed the node.")
        {
            file, node, parent, kept, seconds, level, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var limit = parsed.GetValue(seconds) is { } length ? Output.InRange("--seconds", length, 0, LongestRun, "seconds") : (double?)null;
            var order = new RunOrder(parsed.GetValue(file)!, parsed.GetValue(node), parsed.GetValue(parent), parsed.GetValue(kept), limit, parsed.GetValue(level), parsed.GetValue(json));
            return RunAsync(order, cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(RunOrder order, CancellationToken cancellation)
    {
        var rig = RigReader.Read(order.File);
        if (order.Node is null && NodeGroup.IsHere(rig)) return await RunAllAsync(order, rig, cancellation);
        var node = NodeChoice.Of(rig, order.Node, order.Parent is not null);
        using var loggers = Logs.ToErrorStream(order.Level, node);
        await using var running = await RunningFabric.StartAsync(rig, loggers, node, order.Parent is { } parent ? [parent] : default);
        var children = node is null ? null : NodeKeeper.Start(rig, order.File, running.Node, node, order.Level, loggers);
        await Console.Error.WriteLineAsync(Began(rig, node, running));
        await EndAsync(order, running.Node.Removed, cancellation);
        if (order.Level <= LogLevel.Information) await Console.Error.WriteLineAsync("stopping");
        var removed = running.Node.Removed.IsCompleted;
        var (below, silent) = children is null ? ([], []) : await children.StopAsync();
        var status = new RigStatus(rig.Name, [await running.StopAsync(), .. below], silent);
        await SayAsync(order, status);
        if (removed) await Console.Error.WriteLineAsync($"camera-fabric: the cluster has removed node {node}; start it again, and it joins anew");
        // Of a node that was removed children may have been as well: that they are silent is no more news.
        return !status.Nodes.All(static one => one.Balanced) ? Output.Failure : removed ? Output.Removed : status.Balanced ? Output.Success : Output.Failure;
    }

    private static async Task<int> RunAllAsync(RunOrder order, Rig rig, CancellationToken cancellation)
    {
        using var loggers = Logs.ToErrorStream(order.Level);
        var group = NodeGroup.Start(rig, order.File, order.Level, loggers);
        await Console.Error.WriteLineAsync($"running '{rig.Name}' in {rig.Nodes.Length} processes: {rig.Cameras.Length} cameras, {rig.Guests.Length} guests; sockets in {rig.RuntimeDirectory}; Ctrl-C stops");
        await EndAsync(order, new TaskCompletionSource().Task, cancellation);
        if (order.Level <= LogLevel.Information) await Console.Error.WriteLineAsync("stopping");
        var status = await group.StopAsync();
        await SayAsync(order, status);
        return status.Balanced ? Output.Success : Output.Failure;
    }

    private static async Task SayAsync(RunOrder order, RigStatus status)
    {
        if (order.Json)
        {
            await Console.Out.WriteLineAsync(RigClient.ToJson(status));
        }
        else
        {
            var (shown, summary) = StatusSelection.Of(status);
            AnsiConsole.Write(StatusTables.Balance(shown.Nodes));
            if (summary is not null) Console.Out.WriteLine(summary);
            foreach (var node in status.Silent) Console.Out.WriteLine($"node {node} gave no balance: what became of its frames is not known");
            Console.Out.WriteLine(
                status.Balanced ? "balanced: every frame was delivered or is counted with its reason"
                : status.Silent.IsEmpty ? "NOT BALANCED: frames are unaccounted for" : "NOT WHOLE: frames are unaccounted for");
        }
    }

    /// <summary>Waits for whatever ends a run: its time, a signal, its removal from the cluster, or the end of the process that keeps it.</summary>
    private static async Task EndAsync(RunOrder order, Task removed, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource();
        using var asked = !order.IsKept ? cancellation.Register(end.Cancel) : default;

        // Ctrl-C reaches whoever keeps nodes and these alike; they wait for what it makes of it.
        using var terminate = !order.IsKept ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => end.Cancel());
        using var gone = !order.IsKept ? default : ParentWatch.Start(Console.OpenStandardInput()).Gone.Register(end.Cancel);
        var limit = order.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(Task.Delay(limit, TimeProvider.System, end.Token), removed);
    }

    private static string Began(Rig rig, string? node, RunningFabric running) => node is null
        ? $"running '{rig.Name}': {rig.Cameras.Length} cameras, {rig.Guests.Length} guests; sockets in {rig.RuntimeDirectory}; Ctrl-C stops"
        : $"running node '{node}' of '{rig.Name}' at {running.Node.Address}: {rig.ForNode(node).Guests.Length} guests of its own; sockets in {rig.RuntimeDirectory}; Ctrl-C stops";

    /// <summary>What was asked for.</summary>
    private sealed record RunOrder(string File, string? Node, string? Parent, bool Kept, double? Seconds, LogLevel Level, bool Json)
    {
        /// <summary>Whether another process has started this one, and decides when it stops.</summary>
        public bool IsKept => Kept || Parent is not null;
    }
}
