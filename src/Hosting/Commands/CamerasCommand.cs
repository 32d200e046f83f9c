using System.CommandLine;
using CameraFabric.Hosting.Control;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>cameras</c>: the cameras and guests of a running fabric, once.</summary>
internal static class CamerasCommand
{
    public static Command Make()
    {
        var rig = Output.RigOption();
        var json = Output.JsonOption();
        var command = new Command("cameras", "Show the cameras and guests of a running fabric.") { rig, json };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(async () =>
        {
            var status = await RigClient.Find(parsed.GetValue(rig)).StatusAsync(cancellation);
            if (parsed.GetValue(json)) await Console.Out.WriteLineAsync(RigClient.ToJson(status));
            else AnsiConsole.Write(StatusTables.All(status.Nodes, status.Silent));
            return Output.Success;
        }));
        return command;
    }
}
