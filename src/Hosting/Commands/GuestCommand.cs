using System.CommandLine;
using System.Globalization;
using CameraFabric.Guest.Program;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>guest</c>: a guest without a VM. Each socket is one device; all of them belong to the same guest.</summary>
internal static class GuestCommand
{
    private const double LongestRun = 31_536_000; // seconds; a year
    private const double LongestPause = 3_600_000; // milliseconds; an hour

    public static Command Make()
    {
        var sockets = new Option<string[]>("--socket") { Description = "The vhost-user socket of a device; several for several cameras.", Required = true };
        var name = new Option<string>("--name") { Description = "The guest's name in its reports.", DefaultValueFactory = _ => "guest" };
        var face = new Option<VirtioFace>("--face") { Description = "Which device is at the sockets: camera (virtio-camera) or media (virtio-media, V4L2)." };
        var memory = new Option<MediaBuffers>("--memory") { Description = "Where a media guest's buffers lie: mapped (the device's), userpointer (the guest's), or any." };
        var format = new Option<string?>("--format") { Description = "Pixel format, e.g. NV12; the camera's first otherwise." };
        var size = new Option<string?>("--size") { Description = "WIDTHxHEIGHT; the camera's largest otherwise." };
        var rate = new Option<string?>("--rate") { Description = "Frames a second; the camera's highest otherwise." };
        var buffers = new Option<int>("--in-flight") { Description = "Buffers, each with its request, that go round.", DefaultValueFactory = _ => 4 };
        var frames = new Option<long>("--frames") { Description = "End after so many frames. With neither --frames nor --seconds: at Ctrl-C." };
        var seconds = new Option<double>("--seconds") { Description = "End after so long, in seconds." };
        var exposure = new Option<string?>("--exposure") { Description = "Exposure time to ask for frame by frame, on the first socket: 'alternate 2ms,20ms' or 'sweep 1ms,30ms[,STEPS]'." };
        var zeroCopy = new Option<bool>("--zero-copy") { Description = "Take frames in place, from the camera's own memory, where the device lets this guest (leases in the rig); copies otherwise." };
        var strict = new Option<bool>("--strict") { Description = "Let a request fail rather than be answered otherwise than as asked." };
        var acquire = new Option<bool>("--acquire") { Description = "Ask to become the camera's owner first." };
        var delay = new Option<double>("--delay") { Description = "Milliseconds spent on each frame: a deliberately slow guest." };
        var hold = new Option<double>("--hold") { Description = "Milliseconds for which a completed buffer is kept." };
        var settle = new Option<double>("--settle") { Description = "Seconds from the first frame in which gaps and latencies are not counted." };
        var save = new Option<string?>("--save") { Description = "Append every frame's bytes to this file (one socket only)." };
        var noVerify = new Option<bool>("--no-verify") { Description = "Do not check checksums and the stamps in the pixels." };
        var reconnect = new Option<bool>("--reconnect") { Description = "Connect again when the device goes away, keeping the rings if it can go on with them; also when it is not there yet." };
        var stall = new Option<double>("--stall") { Description = "Seconds without a frame after which the device counts as gone; 0 to wait for ever.", DefaultValueFactory = _ => 10 };
        var progress = new Option<bool>("--progress") { Description = "Print interim reports twice a second (with --json one document a line)." };
        var json = new Option<bool>("--json") { Description = "Print each report as one line of JSON instead of tables." };
        var command = new Command("guest", "A guest without a VM: the driver's side of virtio-camera, or of virtio-media. Exit code 0 only if every frame is accounted for and every check holds.")
        {
            sockets, name, face, memory, format, size, rate, buffers, frames, seconds, exposure, zeroCopy, strict, acquire, delay, hold, settle, save, noVerify, reconnect, stall, progress, json,
        };
        command.SetAction((parsed, cancellation) => Output.GuardAsync(() =>
        {
            var paths = parsed.GetValue(sockets)!;
            if (parsed.GetValue(save) is not null && paths.Length > 1) throw new ArgumentException("--save takes the frames of one device: give one --socket");
            var common = new CameraGuestOptions
            {
                Socket = paths[0],
                Name = parsed.GetValue(name)!,
                Face = parsed.GetValue(face),
                Buffers = parsed.GetValue(memory),
                Format = parsed.GetValue(format) is { } text ? Format(text) : null,
                Interval = parsed.GetValue(rate) is { } wanted ? Interval(wanted) : null,
                BuffersInFlight = parsed.GetValue(buffers),
                Frames = parsed.GetValue(frames),
                Duration = TimeSpan.FromSeconds(Output.InRange("--seconds", parsed.GetValue(seconds), 0, LongestRun, "seconds")),
                ZeroCopy = parsed.GetValue(zeroCopy),
                Strict = parsed.GetValue(strict),
                AcquireOwner = parsed.GetValue(acquire),
                DelayPerFrame = TimeSpan.FromMilliseconds(Output.InRange("--delay", parsed.GetValue(delay), 0, LongestPause, "milliseconds")),
                Hold = TimeSpan.FromMilliseconds(Output.InRange("--hold", parsed.GetValue(hold), 0, LongestPause, "milliseconds")),
                Settle = TimeSpan.FromSeconds(Output.InRange("--settle", parsed.GetValue(settle), 0, LongestRun, "seconds")),
                SaveTo = parsed.GetValue(save),
                Verify = !parsed.GetValue(noVerify),
                Reconnect = parsed.GetValue(reconnect),
                StallTimeout = TimeSpan.FromSeconds(Output.InRange("--stall", parsed.GetValue(stall), 0, LongestRun, "seconds")),
            };
            if (parsed.GetValue(size) is { } both) common = WithSize(common, both);
            var script = parsed.GetValue(exposure) is { } written ? Script(written) : null;
            var options = paths.Select((path, index) => common with { Socket = path, Exposure = index == 0 ? script : null }).ToArray();
            if (options[0].Validate() is { Count: > 0 } wrong) throw new ArgumentException(string.Join('\n', wrong));
            return RunAsync(options, parsed.GetValue(progress), parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(CameraGuestOptions[] options, bool progress, bool json, CancellationToken cancellation)
    {
        var output = new GuestOutput(json);
        var runs = options.Select(one => Task.Factory.StartNew(
            () => new CameraGuest(one).Run(progress ? output.Interim : null, cancellation),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var reports = await Task.WhenAll(runs);
        foreach (var report in reports) output.Final(report);
        var unheard = options.Zip(reports)
            .Where(run => run.First.Exposure is not null && run.Second is { Frames.Delivered: > 0, Controls: { Applied: 0, Late: 0, Clamped: 0 } })
            .ToArray();
        foreach (var (_, report) in unheard)
        {
            await Console.Error.WriteLineAsync(
                $"{report.Name}: camera {report.Camera} took no exposure time from this guest: it is not the owner, or the camera has no controls for single frames");
        }

        return reports.All(report => report.Good) && unheard.Length == 0 ? Output.Success : Output.Failure;
    }

    private static FourCC Format(string text) =>
        PixelFormats.TryGet(text, out var format) ? format.FourCC
            : throw new ArgumentException($"--format '{text}' is not known: write one of {string.Join(", ", PixelFormats.All.Select(known => known.Name))}");

    private static FrameInterval Interval(string text) =>
        FrameInterval.TryParse(text, out var interval) ? interval : throw new ArgumentException($"--rate '{text}' is not a rate: write e.g. 30, 29.97 or 30000/1001");

    private static ExposureScript Script(string text) =>
        ExposureScript.TryParse(text, out var script, out var error) ? script! : throw new ArgumentException(error);

    private static CameraGuestOptions WithSize(CameraGuestOptions options, string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var width) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var height)
            ? options with { Width = width, Height = height }
            : throw new ArgumentException($"--size '{text}' is not a size: write WIDTHxHEIGHT, e.g. 1920x1080");
    }
}
