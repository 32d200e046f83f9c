using System.Diagnostics;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Hosting.Trials;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Demo;

/// <summary>
/// The demo: a node in this process and three guests in processes of their own. One asks for another exposure with every frame, one is slow,
/// one is killed half-way and started again.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private const double ShortestSecondLife = 2; // seconds

    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(20);

    private readonly RunningFabric _fabric;
    private readonly Rig _rig;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _seconds;
    private GuestProcess[] _guests = [];
    private GuestProcess? _victim;

    private DemoRun(RunningFabric fabric, Rig rig, double seconds) => (_fabric, _rig, _seconds) = (fabric, rig, seconds);

    /// <summary>Seconds since the guests were started.</summary>
    public double Elapsed => _clock.Elapsed.TotalSeconds;

    /// <summary>What the guests said last.</summary>
    public IEnumerable<GuestReport> Reports => _guests.SelectMany(guest => guest.Reports);

    public static async Task<DemoRun> StartAsync(string folder, double seconds, ILoggerFactory loggers)
    {
        var rig = RigReader.Read(DemoRig.Write(folder));
        var run = new DemoRun(await RunningFabric.StartAsync(rig, loggers), rig, seconds);
        run._guests =
        [
            GuestProcess.Start(DemoRig.PerFrameGuest, run.Sockets(DemoRig.PerFrameGuest), seconds, "--exposure", "alternate 4ms,12ms", "--in-flight", "6"),
            GuestProcess.Start(DemoRig.SlowGuest, run.Sockets(DemoRig.SlowGuest), seconds, "--delay", "120", "--in-flight", "2"),
            GuestProcess.Start(DemoRig.KilledGuest, run.Sockets(DemoRig.KilledGuest), seconds),
        ];
        run._clock.Restart();
        return run;
    }

    public Task<FabricStatus> StatusAsync(CancellationToken cancellation) => _fabric.Node.StatusAsync(cancellation);

    /// <summary>Kills one guest half-way, starts it again, waits for all of them, stops the fabric and judges.</summary>
    public async Task<DemoSummary> FinishAsync(CancellationToken cancellation)
    {
        await DelayUntilAsync(_seconds / 2, cancellation);
        _victim = _guests[2];
        await StreamsAsync(_victim, cancellation);
        await _victim.KillAsync();
        var left = Math.Max(ShortestSecondLife, _seconds - Elapsed);
        _guests[2] = GuestProcess.Start(DemoRig.KilledGuest, Sockets(DemoRig.KilledGuest), left);
        await Task.WhenAll(_guests.Select(guest => guest.WaitAsync(TimeSpan.FromSeconds(left) + Overtime, cancellation)));
        var fabric = await _fabric.StopAsync();
        return DemoSummary.Judge(
            Elapsed, fabric, [.. _guests[0].Reports, .. _guests[1].Reports], (_victim.Reports, _guests[2].Reports), [.. _guests.SelectMany(guest => guest.Complaints)]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) guest.Dispose();
        _victim?.Dispose();
        await _fabric.DisposeAsync();
    }

    /// <summary>Waits until a guest has got frames from each of its cameras, so that its death is one in mid-stream; not for ever.</summary>
    private static async Task StreamsAsync(GuestProcess guest, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while ((guest.Reports.Count < guest.Devices || guest.Reports.Any(report => report.Frames.Delivered == 0)) && waited.Elapsed < Overtime)
            await Task.Delay(50, cancellation);
    }

    private async Task DelayUntilAsync(double second, CancellationToken cancellation)
    {
        var left = TimeSpan.FromSeconds(second) - _clock.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left, TimeProvider.System, cancellation);
    }

    /// <summary>A guest's sockets, the camera that it owns per frame first.</summary>
    private string[] Sockets(string name)
    {
        var guest = _rig.Guests.Single(guest => guest.Name == name);
        return [.. guest.Cameras.Select(camera => RigValidator.SocketPath(_rig, guest, camera))];
    }
}
