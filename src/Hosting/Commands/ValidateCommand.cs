using System.CommandLine;
using System.Text.Json;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Rigs;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>validate RIG</c>: every mistake in a rig at once, or the bandwidth that it asks for.</summary>
internal static class ValidateCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("rig") { Description = "The rig file (YAML)." };
        var json = Output.JsonOption();
        var command = new Command("validate", "Check a rig: every mistake with line, column and what would be right; then the bandwidth that it asks for.") { file, json };
        command.SetAction((parsed, _) => Output.GuardAsync(() => Task.FromResult(Run(parsed.GetValue(file)!, parsed.GetValue(json)))));
        return command;
    }

    private static int Run(string file, bool json)
    {
        try
        {
            var rig = RigReader.Read(file);
            var load = RigLoad.Of(rig);
            var warnings = RigValidator.Warnings(rig);
            if (json) Console.Out.WriteLine(JsonSerializer.Serialize(new ValidationReport(file, [], warnings, load), RigJson.Default.ValidationReport));
            else Print(file, rig, load);
            foreach (var warning in json ? [] : warnings) Console.Out.WriteLine($"{file}: warning: {warning}");
            return Output.Success;
        }
        catch (RigFileException error) when (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new ValidationReport(file, error.Errors, [], null), RigJson.Default.ValidationReport));
            return Output.WrongInput;
        }
    }

    private static void Print(string file, Rig rig, RigLoad load)
    {
        if (rig.IsClustered) AnsiConsole.Write(Nodes(rig).ForTerminal());
        var sheet = new Sheet("camera", "stream", "MB/s made", "readers", "MB/s delivered", "pool MiB");
        // Of a fleet those that somebody reads: the others cost nothing.
        var isFleet = load.Cameras.Count > StatusSelection.Rows;
        var shown = isFleet ? [.. load.Cameras.Where(static camera => camera.Readers > 0).Take(StatusSelection.Rows)] : load.Cameras;
        foreach (var camera in shown)
        {
            sheet.Add(camera.Camera, camera.Stream, $"{camera.MadeMegabytes:F1}", $"{camera.Readers}",
                $"{camera.DeliveredMegabytes:F1}", $"{camera.PoolMebibytes:F1}");
        }

        AnsiConsole.Write(sheet.ForTerminal());
        if (isFleet) Console.Out.WriteLine($"{load.Cameras.Count} cameras, {load.Cameras.Count(static camera => camera.Readers > 0)} of them with readers; {shown.Count} shown (--json: all)");
        Console.Out.WriteLine($"{file}: no mistakes; asks for {load.MadeMegabytes:F1} MB/s made and {load.DeliveredMegabytes:F1} MB/s delivered");
    }

    /// <summary>What is where at first. Free cameras go by who is a member.</summary>
    private static Sheet Nodes(Rig rig)
    {
        var sheet = new Sheet("node", "address", "roles", "cameras", "guests");
        foreach (var node in rig.AllNodes())
        {
            sheet.Add(node.Name, node.Parent is { } parent ? $"child of {parent}" : $"{node.Address}", $"{node.Roles}".ToLowerInvariant(),
                string.Join(" ", rig.Cameras.Where(camera => rig.NodeOf(camera) == node.Name).Select(static camera => camera.Id)),
                string.Join(" ", rig.Guests.Where(guest => rig.NodeOf(guest) == node.Name).Select(static guest => guest.Name)));
        }

        return sheet;
    }
}
