using System.CommandLine;
using System.Text.Json;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Demo;
using CameraFabric.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>demo</c>: four cameras, three guests, one look; or two nodes, of which one loses a camera's process, and a link between them.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long to run, 4 to 86400.", DefaultValueFactory = _ => 20 };
        var nodes = new Option<int>("--nodes") { Description = "1, or 2: two processes as two SoCs, with a camera's process that is killed and a link that is cut.", DefaultValueFactory = _ => 1 };
        var level = new Option<LogLevel>("--log") { Description = "The least level that is logged.", DefaultValueFactory = _ => LogLevel.Error };
        var json = Output.JsonOption();
        var command = new Command("demo", "Four cameras and three guests on this machine: one sets exposure frame by frame, one is slow, one is killed and comes back. Exit code 0 only if everything is accounted for.")
        {
            nodes, seconds, level, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var length = Output.InRange("--seconds", parsed.GetValue(seconds), 4, 86400, "seconds");
            return parsed.GetValue(nodes) switch
            {
                1 => RunAsync(length, parsed.GetValue(level), parsed.GetValue(json), cancellation),
                2 => ClusterDemo.RunAsync(length, parsed.GetValue(level), parsed.GetValue(json), cancellation),
                var other => throw new ArgumentException($"--nodes {other} is not possible: the demo has 1 node or 2"),
            };
        }));
        return command;
    }

    private static async Task<int> RunAsync(double seconds, LogLevel level, bool json, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("camera-fabric-demo-");
        try
        {
            using var loggers = Logs.ToErrorStream(level);
            await using var run = await DemoRun.StartAsync(folder.FullName, seconds, loggers);
            var finish = run.FinishAsync(cancellation);
            if (!json && !Console.IsOutputRedirected) await ShowAsync(finish, folder.FullName, seconds, () => run.Elapsed, async () => new RigStatus("demo", [await run.StatusAsync(cancellation)], []), cancellation);
            var summary = await finish;
            if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(summary, DemoJson.Default.DemoSummary));
            else Print(summary);
            return summary.Passed ? Output.Success : Output.Failure;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The state twice a second, as long as the demo goes on.</summary>
    public static async Task ShowAsync(Task finish, string folder, double seconds, Func<double> elapsed, Func<Task<RigStatus>> status, CancellationToken cancellation)
    {
        await AnsiConsole.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).StartAsync(async live =>
        {
            while (!finish.IsCompleted && elapsed() < seconds)
            {
                var now = await status();
                live.UpdateTarget(new Rows(
                    new Text($"camera-fabric demo, {elapsed():F0} of {seconds:F0} s; {StatusBoard.PackageSet}"),
                    new Text($"look closer: ./fabric snapshot front --rig {folder}"),
                    StatusTables.All(now.Nodes, now.Silent)));
                await Task.WhenAny(finish, Task.Delay(500, cancellation));
            }
        });
    }

    private static void Print(DemoSummary summary)
    {
        AnsiConsole.Write(StatusTables.CameraBalance([summary.Fabric]).ForTerminal());
        var guests = new Sheet("guest", "camera", "fps", "delivered", "dropped", new("of which", 3), new("p50 µs", 1), "p99 µs", "max µs", "stutters", new("controls", 2));
        foreach (var report in summary.Guests)
        {
            var told = summary.Fabric.Guests.FirstOrDefault(guest => guest.SocketPath == report.Socket);
            guests.Add(
                report.Final ? report.Name : $"{report.Name} (killed)", report.Camera, $"{report.FramesPerSecond:F1}", $"{report.Frames.Delivered}",
                report.Final && told is not null ? $"{StatusTables.Total(told.Dropped)}" : "-", report.Final && told is not null ? StatusTables.Counts(told.Dropped) : "-",
                $"{report.Latency.P50:F0}", $"{report.Latency.P99:F0}", $"{report.Latency.Maximum:F0}", $"{report.Pace.Stutters}", GuestOutput.Controls(report.Controls));
        }

        AnsiConsole.Write(guests.ForTerminal());
        Console.Out.WriteLine("p50, p99, max: from the frame complete in its slot to the used entry seen by the guest");
        Console.Out.WriteLine("dropped: the fabric's count for the device, all connections together; stutters: gaps of more than 1.5 periods");
        foreach (var check in summary.Checks) Console.Out.WriteLine(check);
        Console.Out.WriteLine(summary.Passed ? "every frame and every request is accounted for" : "SOMETHING IS NOT ACCOUNTED FOR");
    }
}
