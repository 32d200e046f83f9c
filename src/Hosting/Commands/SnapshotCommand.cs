using System.CommandLine;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>snapshot CAMERA</c>: the next frame of a running camera as a PNG.</summary>
internal static class SnapshotCommand
{
    public static Command Make()
    {
        var camera = new Argument<string>("camera") { Description = "The camera's id." };
        var output = new Option<string?>("--output", "-o") { Description = "The PNG file; CAMERA.png otherwise." };
        var rig = Output.RigOption();
        var command = new Command("snapshot", "Save the next frame of a camera of a running fabric as PNG.") { camera, output, rig };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(async () =>
        {
            var id = parsed.GetValue(camera)!;
            var picture = (await RigClient.Find(parsed.GetValue(rig)).AskAsync(new ControlRequest("snapshot", id), cancellation)).Snapshot!;
            var file = parsed.GetValue(output) ?? $"{id}.png";
            await File.WriteAllBytesAsync(file, picture.Png, cancellation);
            await Console.Out.WriteLineAsync($"{file}: frame {picture.Sequence} of {picture.Camera}, {picture.Format}");
            return Output.Success;
        }));
        return command;
    }
}
