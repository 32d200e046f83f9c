using System.Diagnostics;
using System.Globalization;
using CameraFabric.Hosting.Soak;
using CameraFabric.Hosting.Trials;
using CameraFabric.Platform;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>
/// A fabric in a process of its own and Linux guests in theirs. Guests that stream write their frames into a folder of the host, where
/// they are checked; one of them is killed half-way, and the others are not to notice.
/// </summary>
internal sealed class GuestLinuxRun : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    // For boot and power off, on a machine that is busy; a guest that hangs is found out by it.
    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWork = TimeSpan.FromMinutes(3);

    // What v4l2-ctl has in the ring: so many frames may be delivered that it does not ask for any more.
    private const int Buffers = 6;

    private readonly string _folder;
    private readonly string _image;
    private readonly Action<string> _say;
    private readonly Pacemaker _pacemaker = new(TimeSpan.FromSeconds(0.5 / GuestLinuxRig.Rate));
    private readonly List<LinuxGuest> _guests = [];
    private RigProcess? _fabric;

    /// <summary>A run that has not begun.</summary>
    /// <param name="folder">For rig, sockets, frames and logs; its path is short enough for sockets.</param>
    /// <param name="image">What <c>eng/guest/prepare</c> printed.</param>
    /// <param name="say">Told of what happens.</param>
    public GuestLinuxRun(string folder, string image, Action<string> say) => (_folder, _image, _say) = (folder, image, say);

    /// <summary>Runs it.</summary>
    /// <param name="what">What the guests run.</param>
    /// <param name="count">How many guests.</param>
    /// <param name="length">How long they stream.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The fabric did not start or died, or there is no guest to boot.</exception>
    public async Task<GuestLinuxSummary> RunAsync(GuestWork what, int count, TimeSpan length, CancellationToken cancellation)
    {
        var seats = GuestLinuxRig.Seats(what, count);
        // A folder that is used again: frames of last time would be taken for those of this time.
        foreach (var share in seats.Select(ShareOf).Where(Directory.Exists)) Directory.Delete(share, recursive: true);
        _fabric = await RigProcess.StartAsync(GuestLinuxRig.Write(_folder, seats), Path.Combine(_folder, "fabric.log"), cancellation);
        return what == GuestWork.Stream
            ? await StreamAsync(seats, (int)(length.TotalSeconds * GuestLinuxRig.Rate), cancellation)
            : await WorkAsync(seats, what, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) guest.Dispose();
        _fabric?.Dispose();
        _pacemaker.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<GuestLinuxSummary> StreamAsync(IReadOnlyList<GuestSeat> seats, int frames, CancellationToken cancellation)
    {
        GuestFrames[] files = [.. seats.Select(seat => new GuestFrames(ShareOf(seat), GuestLinuxRig.Layout(seat)))];
        for (var at = 0; at < seats.Count; at++)
        {
            string[] words = [string.Create(CultureInfo.InvariantCulture, $"frames={frames}"), $"buffers={Buffers}"];
            Boot(seats[at], GuestWork.Stream, words, files[at].Hear);
        }

        var victim = seats.Count > 1 ? 1 : -1;
        var killed = false;
        var patience = TimeSpan.FromSeconds(frames / (double)GuestLinuxRig.Rate) + Overtime;
        var running = Stopwatch.StartNew();
        using var beat = new PeriodicTimer(Beat);
        while (_guests.Where((_, at) => at != victim).Any(guest => !guest.HasExited) && running.Elapsed < patience)
        {
            await beat.WaitForNextTickAsync(cancellation);
            foreach (var file in files) file.Collect();
            if (!killed && victim >= 0 && files[victim].Told.Count >= frames / 2)
            {
                killed = true;
                await _guests[victim].KillAsync();
                _say($"{seats[victim].Name} was killed after {files[victim].Told.Count} frames");
            }

            if (_fabric!.HasExited) throw new IOException("the fabric died under its guests");
        }

        await EndAsync(TimeSpan.Zero, cancellation);
        foreach (var file in files) file.Collect();
        var balance = await _fabric!.StopAsync(cancellation);
        var streaming = Streaming(files);
        var found = seats.Select((seat, at) => GuestStreamFindings.Of(seat, _guests[at], files[at], at == victim, streaming, _pacemaker));
        return GuestLinuxSummary.Judge(frames, Buffers, [.. found], balance, _pacemaker.Stalls);
    }

    private async Task<GuestLinuxSummary> WorkAsync(IReadOnlyList<GuestSeat> seats, GuestWork what, CancellationToken cancellation)
    {
        const string prefix = "guest: ";
        foreach (var seat in seats)
        {
            var guest = Boot(seat, what, seat.Classical ? ["expect=refused"] : [], line =>
            {
                if (!line.StartsWith(prefix, StringComparison.Ordinal)) return;
                _say($"{seat.Name}, {seat.Format.Name} {seat.Role}: {line[prefix.Length..]}");
            });
            // One at a time: v4l2-compliance takes a frame that a busy machine loses for a mistake of the driver.
            if (what == GuestWork.Compliance) await guest.WaitAsync(LongestWork, cancellation);
        }

        await EndAsync(LongestWork, cancellation);
        return GuestLinuxSummary.Judge(_guests, await _fabric!.StopAsync(cancellation));
    }

    // Whoever is not done by then is killed, and has no exit code.
    private async Task EndAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await Task.WhenAll(_guests.Select(guest => guest.WaitAsync(patience, cancellation)));
        foreach (var guest in _guests)
            await File.WriteAllLinesAsync(Path.Combine(_folder, $"{guest.Name}.log"), guest.Console, cancellation);
    }

    private LinuxGuest Boot(GuestSeat seat, GuestWork what, IEnumerable<string> words, Action<string> heard)
    {
        var guest = LinuxGuest.Start(_image, ShareOf(seat), seat.Name, [GuestLinuxRig.Socket(_folder, seat)], what.Word(), words, heard);
        _guests.Add(guest);
        return guest;
    }

    private string ShareOf(GuestSeat seat) => Path.Combine(_folder, seat.Name);

    /// <summary>When every guest had its first frame, on the frame clock.</summary>
    private static long Streaming(IEnumerable<GuestFrames> files) =>
        files.Max(file => file.Told is [var first, ..] ? first.SeenAt : FrameClock.System.Now);
}
