using System.CommandLine;
using System.Text.Json;
using CameraFabric.Hosting.GuestLinux;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>guest-linux</c>: real Linux guests beside a fabric.</summary>
internal static class GuestLinuxCommand
{
    private const double Seconds = 20;

    public static Command Make()
    {
        var what = new Option<string>("--what")
        {
            Description = $"What the guests run: {GuestWorkWords.All}.", DefaultValueFactory = _ => GuestWork.Stream.Word(),
        };
        var count = new Option<int?>("--count") { Description = "How many guests, 1 to 16; as many as it takes to show it otherwise." };
        var seconds = new Option<double?>("--seconds") { Description = "How long they stream, 4 to 3600; 20 otherwise." };
        var image = new Option<string>("--image")
        {
            Description = "The folder of the guest that eng/guest/prepare built.", Required = true,
        };
        var keep = new Option<string?>("--keep")
        {
            Description = "Use this folder for rig and logs, and leave it behind; what earlier guests left in it is taken away.",
        };
        var json = Output.JsonOption();
        var command = new Command(
            "guest-linux",
            "Boot Linux guests (User-Mode Linux) with the virtio-camera driver beside a fabric. "
            + "Exit code 0 only if all that they run succeeds, every frame is the right one, and none hurts another.")
        {
            what, count, seconds, image, keep, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var work = GuestWorkWords.Parse(parsed.GetValue(what)!);
            var guests = (int)Output.InRange("--count", parsed.GetValue(count) ?? work.Guests(), 1, 16, "guests");
            if (work != GuestWork.Stream && parsed.GetValue(seconds) is not null)
                throw new ArgumentException($"--seconds is for --what {GuestWork.Stream.Word()}: {work.Word()} ends by itself");
            var length = TimeSpan.FromSeconds(Output.InRange("--seconds", parsed.GetValue(seconds) ?? Seconds, 4, 3600, "seconds"));
            var (from, to) = (FullPath("--image", parsed.GetValue(image))!, FullPath("--keep", parsed.GetValue(keep)));
            return RunAsync(from, work, guests, length, to, parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    // The kernel finds its words by the blanks between them.
    private static string? FullPath(string option, string? path)
    {
        if (path is null) return null;
        var full = Path.GetFullPath(path);
        return full.Any(char.IsWhiteSpace)
            ? throw new ArgumentException($"{option} {full} has blanks, which a kernel's command line cannot hold: write a folder without")
            : full;
    }

    private static async Task<int> RunAsync(
        string image, GuestWork work, int count, TimeSpan length, string? keep, bool json, CancellationToken cancellation)
    {
        var folder = keep is null
            ? Directory.CreateTempSubdirectory("camera-fabric-linux-")
            : Directory.CreateDirectory(keep, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await using var run = new GuestLinuxRun(folder.FullName, image, json ? static _ => { } : Console.Out.WriteLine);
            var summary = await run.RunAsync(work, count, length, cancellation);
            if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(summary, GuestLinuxJson.Default.GuestLinuxSummary));
            else Print(summary);
            if (!summary.Passed && keep is null)
            {
                await Console.Error.WriteLineAsync(
                    $"the same again, with each guest's console left behind: guest-linux --what {work.Word()} --keep FOLDER");
            }

            return summary.Passed ? Output.Success : Output.Failure;
        }
        finally
        {
            if (keep is null) folder.Delete(recursive: true);
        }
    }

    private static void Print(GuestLinuxSummary summary)
    {
        if (summary.Streams.Count > 0)
        {
            var guests = new Sheet(
                "guest", "camera", new("stream", 1), "role", new("boot ms", 2), "frames", "read back", "lost", "gaps", "longest ms",
                new("end", 1));
            foreach (var stream in summary.Streams)
            {
                guests.Add(
                    stream.Guest, stream.Camera, stream.Stream, stream.Role, $"{stream.BootMilliseconds:F0}", $"{stream.Frames}",
                    $"{stream.Verified}", $"{stream.Skipped}", $"{stream.Gaps}", $"{stream.LongestGapMilliseconds:F1}",
                    stream.Killed ? "killed" : stream.Code is { } code ? $"exit {code}" : "none");
            }

            AnsiConsole.Write(guests.ForTerminal());
            Console.Out.WriteLine(
                "read back: frames whose number was found in the pixels that v4l2-ctl wrote; "
                + "gaps: more than 1.5 periods between two time stamps");
        }

        foreach (var check in summary.Checks) Console.Out.WriteLine(check);
        Console.Out.WriteLine(summary.Passed ? "all holds" : "SOMETHING DOES NOT HOLD");
    }
}
