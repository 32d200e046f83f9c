using System.CommandLine;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>release GUEST[/CAMERA]</c>: ends the quarantine of a guest that broke the protocol.</summary>
internal static class ReleaseCommand
{
    public static Command Make()
    {
        var device = new Argument<string>("guest") { Description = "The guest's name; GUEST/CAMERA for its device of one camera alone." };
        var rig = Output.RigOption();
        var command = new Command("release", "End the quarantine of a guest of a running fabric: its next connection is served at once.") { device, rig };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(async () =>
        {
            var request = RequestFor(parsed.GetValue(device)!);
            var released = (await RigClient.Find(parsed.GetValue(rig)).AskAsync(request, cancellation)).Released!;
            await Console.Out.WriteLineAsync(released.Count > 0 ? $"released: {string.Join(", ", released)}" : $"{parsed.GetValue(device)} was not in quarantine");
            return Output.Success;
        }));
        return command;
    }

    internal static ControlRequest RequestFor(string device) => device.Split('/') switch
    {
        [{ Length: > 0 } guest] => new ControlRequest("release", Guest: guest),
        [{ Length: > 0 } guest, { Length: > 0 } camera] => new ControlRequest("release", camera, guest),
        _ => throw new ArgumentException($"'{device}' names no guest: write GUEST or GUEST/CAMERA"),
    };
}
