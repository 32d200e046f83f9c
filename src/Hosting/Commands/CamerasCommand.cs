using System.CommandLine;
using System.Text.Json;
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
            var socket = RuntimeFolder.FindControlSocket(parsed.GetValue(rig));
            var status = (await ControlClient.AskAsync(socket, new ControlRequest("status"), cancellation)).Status!;
            if (parsed.GetValue(json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(status, ControlJson.Default.FabricStatus));
            else AnsiConsole.Write(StatusTables.All(status));
            return Output.Success;
        }));
        return command;
    }
}
