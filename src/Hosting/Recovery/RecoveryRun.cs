using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Recovery;

/// <summary>
/// The fabric is killed under two streaming guests and started again, as often as wanted. Nobody tells the guests anything: one sets exposure
/// frame by frame, the other watches, and both are to go on with the rings that they have.
/// </summary>
internal sealed class RecoveryRun(string folder, int kills) : IAsyncDisposable
{
    private const double SettleSeconds = 1.5;
    private const int MarginSeconds = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (string Name, string[] Words)[] Cast =
        [("assistance", ["--exposure", "alternate 4ms,12ms", "--in-flight", "6"]), ("recorder", [])];

    private readonly List<GuestProcess> _guests = [];
    private RigProcess? _fabric;

    /// <summary>Runs it.</summary>
    /// <param name="say">Told of each interruption as it is over.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The fabric did not start.</exception>
    /// <exception cref="TimeoutException">A guest did not go on.</exception>
    public async Task<RecoverySummary> RunAsync(Action<string> say, CancellationToken cancellation)
    {
        var rig = Path.Combine(folder, "recovery.yaml");
        await File.WriteAllTextAsync(rig, """
            rig: recovery
            runtime: .
            cameras:
              front: { sensor: synthetic, format: NV12, size: 1280x720, rate: 30 }
            guests:
              assistance: { cameras: { front: owner } }
              recorder: { cameras: { front: observer } }

            """, cancellation);
        var log = Path.Combine(folder, "fabric.log");
        _fabric = await RigProcess.StartAsync(rig, log, cancellation);
        foreach (var (name, words) in Cast)
            _guests.Add(GuestProcess.Start(name, [Path.Combine(folder, $"{name}.front.sock")], kills * 4 + MarginSeconds, words));
        List<RecoveryGap> gaps = [];
        await AwaitAsync(report => report.Frames.Delivered > 0, cancellation);
        for (var kill = 1; kill <= kills; kill++)
        {
            await Task.Delay(TimeSpan.FromSeconds(SettleSeconds), TimeProvider.System, cancellation);
            _fabric.Dispose();
            _fabric = null;
            _fabric = await RigProcess.StartAsync(rig, log, cancellation);
            var number = kill;
            var reports = await AwaitAsync(report => report.Interruptions.Recovered >= number, cancellation);
            foreach (var report in reports) gaps.Add(new RecoveryGap(kill, report.Name, report.Interruptions.LastGap / 1000));
            say($"kill {kill}: {string.Join(", ", reports.Select(report => $"{report.Name} without frames for {report.Interruptions.LastGap / 1000:F0} ms"))}");
        }

        foreach (var guest in _guests) await guest.WaitAsync(TimeSpan.FromSeconds(kills * 4 + MarginSeconds) + Patience, cancellation);
        var balance = await _fabric.StopAsync(cancellation);
        return RecoverySummary.Judge(kills, gaps, [.. _guests.SelectMany(guest => guest.Reports)], balance);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) guest.Dispose();
        _fabric?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<IReadOnlyList<GuestReport>> AwaitAsync(Predicate<GuestReport> condition, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (true)
            {
                GuestReport[] reports = [.. _guests.SelectMany(guest => guest.Reports)];
                if (reports.Length == Cast.Length && Array.TrueForAll(reports, condition)) return reports;
                await poll.WaitForNextTickAsync(late.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"a guest did not stream within {Patience.TotalSeconds} s: {string.Join("; ", _guests.SelectMany(guest => guest.Complaints))}");
        }
    }
}
