using System.CommandLine;
using CameraFabric.Hosting.Control;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>cluster</c>: the members of a running rig's cluster, where its cameras are at home, and its links, once.</summary>
internal static class ClusterCommand
{
    public static Command Make()
    {
        var rig = Output.RigOption();
        var json = Output.JsonOption();
        var command = new Command("cluster", "Show the nodes of a running rig on this machine, where its cameras are at home, and its links.") { rig, json };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(async () =>
        {
            var status = await RigClient.Find(parsed.GetValue(rig)).StatusAsync(cancellation);
            if (parsed.GetValue(json)) await Console.Out.WriteLineAsync(RigClient.ToJson(status));
            else if (status.Nodes is [{ Node.Length: 0 }]) await Console.Out.WriteLineAsync($"'{status.Rig}' is one node; it has no cluster");
            else AnsiConsole.Write(ClusterTables.All(status));
            return Output.Success;
        }));
        return command;
    }
}
