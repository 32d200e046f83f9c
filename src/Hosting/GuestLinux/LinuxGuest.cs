using System.Diagnostics;
using System.Globalization;
using CameraFabric.Hosting.Trials;
using CameraFabric.Platform;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>
/// A Linux guest: a User-Mode Linux kernel as a process group of the host. It finds its cameras, runs one thing (a script below
/// <c>eng/guest/root/what</c>) and powers off. Lines of its console that begin with <c>guest:</c> are for us.
/// </summary>
internal sealed class LinuxGuest : IDisposable
{
    /// <summary>What the fabric's device is to the guest (docs/virtio-camera.md, section 2).</summary>
    public const int DeviceId = 43;

    private const string Prefix = "guest: ";
    private const string EndWord = "end ";

    // A file in memory; what the guest does not touch costs nothing.
    private const string Memory = "256M";

    // What was killed is gone as soon as the machine comes to it.
    private static readonly TimeSpan LongestDying = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<string> _console = [];
    private readonly Process _process;
    private readonly long _started = FrameClock.System.Now;
    private readonly Action<string> _heard;

    private LinuxGuest(string name, Process process, Action<string> heard) => (Name, _process, _heard) = (name, process, heard);

    /// <summary>What it is called in tables and in the rig.</summary>
    public string Name { get; }

    /// <summary>From the start of the process until its cameras were there; null before.</summary>
    public TimeSpan? Boot { get; private set; }

    /// <summary>How the thing that it ran ended; null while it runs, and for a guest that was killed or crashed.</summary>
    public int? Code { get; private set; }

    /// <summary>Whether the kernel has ended, on whatever way.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Everything that it wrote.</summary>
    public IReadOnlyList<string> Console
    {
        get { lock (_gate) return [.. _console]; }
    }

    /// <summary>What it told us, without the prefix: <c>ok ...</c>, <c>FAIL ...</c>, <c>kernel ...</c> and so on.</summary>
    public IEnumerable<string> Told =>
        Console.Where(line => line.StartsWith(Prefix, StringComparison.Ordinal)).Select(line => line[Prefix.Length..]);

    /// <summary>
    /// What it asserted, as checks under its name, and with them that it came to its end and its kernel had nothing to complain about.
    /// </summary>
    public IEnumerable<Check> Checks
    {
        get
        {
            foreach (var told in Told)
            {
                if (told.StartsWith("ok ", StringComparison.Ordinal)) yield return new($"{Name}: {told[3..]}", true, "");
                else if (told.Split(' ')[0] is "FAIL" or "failed" or "kernel") yield return new($"{Name}: {told}", false, "");
            }

            var end = Code is { } code ? $"exit code {code}" : $"it did not; the last it said was: {Console.LastOrDefault()}";
            yield return new($"{Name}: came to its end", Code == 0, end);
        }
    }

    /// <summary>Boots a guest.</summary>
    /// <param name="image">The folder with <c>linux</c> and <c>initramfs</c> that <c>eng/guest/prepare</c> printed.</param>
    /// <param name="folder">A folder of its own on the host, made if it is not there; the guest sees it as <c>/share</c>.</param>
    /// <param name="name">A name.</param>
    /// <param name="sockets">The vhost-user sockets of its devices; in the guest they are /dev/video0 and so on, in this order.</param>
    /// <param name="what">What to run.</param>
    /// <param name="words">What that wants to know, such as <c>frames=600</c>.</param>
    /// <param name="heard">Told of each line of the console, on some thread.</param>
    /// <exception cref="IOException">There is no guest to boot.</exception>
    public static LinuxGuest Start(
        string image, string folder, string name, IReadOnlyCollection<string> sockets, string what, IEnumerable<string>? words = null,
        Action<string>? heard = null)
    {
        if (!File.Exists(Path.Combine(image, "linux")))
            throw new IOException($"there is no Linux guest in {image}; eng/guest/prepare builds one and prints its folder");
        Directory.CreateDirectory(folder);
        // A session of its own: the kernel's own programs are processes of the host too, and are ended with it.
        var start = new ProcessStartInfo("setsid",
        [
            Path.Combine(image, "linux"), $"mem={Memory}", $"initrd={Path.Combine(image, "initramfs")}", "root=/dev/ram0", "rdinit=/init",
            "con0=fd:0,fd:1", "con=null", "quiet", $"uml_dir={folder}/", "umid=uml",
            .. sockets.Select(socket => string.Create(CultureInfo.InvariantCulture, $"virtio_uml.device={socket}:{DeviceId}")),
            $"guest_what={what}", $"guest_devices={sockets.Count}", $"guest_share={folder}",
            .. (words ?? []).Select(word => $"guest_{word}"),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var guest = new LinuxGuest(name, Process.Start(start)!, heard ?? (static _ => { }));
        guest._process.OutputDataReceived += (_, line) => guest.Hear(line.Data);
        guest._process.ErrorDataReceived += (_, line) => guest.Hear(line.Data);
        guest._process.BeginOutputReadLine();
        guest._process.BeginErrorReadLine();
        return guest;
    }

    /// <summary>
    /// SIGKILL for the whole machine, as when its host loses power; ends also one that hangs in its kernel and ignores SIGTERM.
    /// </summary>
    /// <exception cref="TimeoutException">It does not die.</exception>
    public async Task KillAsync()
    {
        KillGroup();
        using var late = new CancellationTokenSource(LongestDying);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name}: process {_process.Id} was killed, and is there still after {LongestDying.TotalSeconds} s");
        }
    }

    /// <summary>Waits until it has powered off; kills it when it overstays.</summary>
    /// <returns>False when it had to be killed.</returns>
    /// <exception cref="TimeoutException">It was killed and does not die.</exception>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation = default)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Also of a kernel that has ended: its programs may be there still.
        KillGroup();
        _process.WaitForExit(LongestDying);
        _process.Dispose();
    }

    // The group outlives a kernel that crashed, and the number is nobody else's as long as one of it lives.
    private void KillGroup()
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-KILL", "--", $"-{_process.Id}"]) { RedirectStandardError = true })!;
        // There is no such group before setsid has run: then the process is all there is.
        if (kill.WaitForExit(LongestDying) && kill.ExitCode == 0) return;
        if (!_process.HasExited) _process.Kill();
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        line = line.TrimEnd('\r');
        lock (_gate) _console.Add(line);
        if (line.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var told = line[Prefix.Length..];
            if (told == "ready") Boot = TimeSpan.FromMicroseconds((FrameClock.System.Now - _started) / 1000.0);
            else if (told.StartsWith(EndWord, StringComparison.Ordinal))
                Code = int.Parse(told[EndWord.Length..], CultureInfo.InvariantCulture);
        }

        _heard(line);
    }
}
