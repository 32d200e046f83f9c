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
        var name = new Argument<string?>("name") { Description = "Only cameras and guests with this in their names.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = $"Show every camera and guest, also when there are more than {StatusSelection.Rows}." };
        var command = new Command("cameras", "Show the cameras and guests of a running fabric.") { name, rig, json, all };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(async () =>
        {
            var status = await RigClient.Find(parsed.GetValue(rig)).StatusAsync(cancellation);
            var isJson = parsed.GetValue(json);
            var (shown, summary) = StatusSelection.Of(status, parsed.GetValue(name), parsed.GetValue(all) || isJson);
            if (isJson)
            {
                await Console.Out.WriteLineAsync(RigClient.ToJson(shown));
                return Output.Success;
            }

            AnsiConsole.Write(StatusTables.All(shown.Nodes, shown.Silent));
            if (summary is not null) await Console.Out.WriteLineAsync($"{summary} A name, or --all, shows others.");
            return Output.Success;
        }));
        return command;
    }
}
