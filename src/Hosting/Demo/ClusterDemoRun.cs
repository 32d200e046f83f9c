using System.Collections.Immutable;
using System.Diagnostics;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Hosting.Trials;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Demo;

/// <summary>
/// The demo of two nodes: each is a process, and so is one camera and each of two guests. Half-way the camera's process is killed; then a link
/// between the nodes is cut and healed.
/// </summary>
internal sealed class ClusterDemoRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CutFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly string _folder;
    private readonly double _seconds;
    private readonly LinkWire _wire;
    private readonly string _file;
    private readonly Rig _rig;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<(string Name, RigProcess Process)> _nodes = [];
    private readonly List<GuestProcess> _guests = [];

    private ClusterDemoRun(string folder, double seconds)
    {
        (_folder, _seconds) = (folder, seconds);
        var ports = FreePorts.Find(3);
        _wire = new LinkWire(target: ports[2]);
        _file = ClusterDemoRig.Write(folder, front: ports[0], rear: ports[1], links: ports[2], wire: _wire.Port);
        _rig = RigReader.Read(_file);
    }

    /// <summary>Seconds since every guest had frames of every camera.</summary>
    public double Elapsed => _clock.Elapsed.TotalSeconds;

    /// <summary>Starts the nodes, then the guests, and waits until each of them has frames of each of its cameras.</summary>
    /// <param name="folder">Where the rig, its sockets and the nodes' logs are.</param>
    /// <param name="seconds">How long it is to run.</param>
    /// <param name="shown">The least level of what the nodes log, which is then shown; null: their logs are in the folder alone.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">A node did not start, or ended.</exception>
    /// <exception cref="TimeoutException">The nodes did not come together, or a guest got no frames.</exception>
    public static async Task<ClusterDemoRun> StartAsync(string folder, double seconds, LogLevel? shown, CancellationToken cancellation)
    {
        var run = new ClusterDemoRun(folder, seconds);
        try
        {
            foreach (var node in run._rig.Nodes)
            {
                var log = Path.Combine(folder, $"{node.Name}.log");
                run._nodes.Add((node.Name, await RigProcess.StartAsync(run._file, log, cancellation, node.Name, shown)));
            }

            await run.TogetherAsync(cancellation);
            foreach (var guest in run._rig.Guests)
            {
                // A guest's first camera is the one that it owns.
                string[] sockets = [.. guest.Cameras.Select(camera => RigValidator.SocketPath(run._rig, guest, camera))];
                run._guests.Add(GuestProcess.Start(
                    guest.Name, sockets, seconds: 0, "--exposure", "alternate 4ms,12ms", "--in-flight", "8", "--settle", "1", "--stall", $"{Patience.TotalSeconds}"));
            }

            if (await run.WithoutFramesSinceAsync(1, cancellation) is { Count: > 0 } without)
                throw new TimeoutException($"no frames come to {string.Join(", ", without)} {string.Join("; ", run._guests.SelectMany(static guest => guest.Complaints))}");
            run._clock.Restart();
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>What every node says that answers.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task<RigStatus> StatusAsync(CancellationToken cancellation)
    {
        try
        {
            return await RigClient.Find(_folder).StatusAsync(cancellation);
        }
        catch (IOException)
        {
            return new RigStatus(_rig.Name, [], []);
        }
    }

    /// <summary>Kills the camera's process, cuts and heals the link, stops guests and nodes, and judges.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">A node has ended, or gave no balance.</exception>
    /// <exception cref="TimeoutException">What was to be killed is not there.</exception>
    public async Task<ClusterDemoSummary> FinishAsync(CancellationToken cancellation)
    {
        await DelayUntilAsync(_seconds / 2, cancellation);
        var connections = _guests.SelectMany(static guest => guest.Reports).ToDictionary(static report => report.Socket, static report => report.Connections);
        var before = await HomeAsync(epoch: 0, cancellation);
        var killed = FrameClock.System.Now;
        using (var process = Process.GetProcessById(before.Process)) process.Kill();
        var after = await HomeAsync(before.Epoch + 1, cancellation);
        var withoutAfterKill = await WithoutFramesSinceAsync(FrameClock.System.Now, cancellation);

        await DelayUntilAsync(_seconds * 3 / 4, cancellation);
        var cut = FrameClock.System.Now;
        _wire.Cut();
        await Task.Delay(CutFor, TimeProvider.System, cancellation);
        _wire.Heal();
        var withoutAfterCut = await WithoutFramesSinceAsync(FrameClock.System.Now, cancellation);

        await DelayUntilAsync(Math.Max(_seconds, Elapsed + Afterwards.TotalSeconds), cancellation);
        var elapsed = Elapsed;
        foreach (var guest in _guests) guest.Terminate();
        foreach (var guest in _guests) await guest.WaitAsync(Patience, cancellation);

        var (balance, exits) = await StopAsync(cancellation);
        var course = new ClusterDemoCourse
        {
            Seconds = elapsed,
            Killed = killed,
            Cut = cut,
            Before = before,
            After = after,
            WithoutAfterKill = withoutAfterKill,
            WithoutAfterCut = withoutAfterCut,
            Broken = _wire.Broken,
            Refused = _wire.Refused,
            Connections = connections,
            Exits = exits,
        };
        return ClusterDemoSummary.Judge(_rig, course, balance, [.. _guests.SelectMany(static guest => guest.Reports)], [.. _guests.SelectMany(static guest => guest.Complaints)]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) guest.Dispose();
        foreach (var (_, process) in Enumerable.Reverse(_nodes)) process.Dispose();
        await _wire.DisposeAsync();
    }

    /// <summary>Both nodes, one after the other: the first one founded the cluster, and ends it.</summary>
    private async Task<(RigStatus Balance, ImmutableArray<NodeExit> Exits)> StopAsync(CancellationToken cancellation)
    {
        var exits = ImmutableArray.CreateBuilder<NodeExit>();
        var nodes = ImmutableArray.CreateBuilder<FabricStatus>();
        var silent = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, process) in Enumerable.Reverse(_nodes))
        {
            var status = await process.StopNodeAsync(cancellation);
            exits.Add(new NodeExit(name, process.ExitCode));
            nodes.AddRange(status.Nodes);
            silent.AddRange(status.Silent);
        }

        return (new RigStatus(_rig.Name, nodes.ToImmutable(), silent.ToImmutable()), exits.ToImmutable());
    }

    /// <summary>Waits until all nodes are members and each camera has a home.</summary>
    private Task<RigStatus> TogetherAsync(CancellationToken cancellation)
    {
        var count = _rig.AllNodes().Length;
        return UntilAsync(
            status => status.Nodes.Length == count && status.Nodes.All(node =>
                node.Cluster is { } cluster && cluster.Members.Count(static member => member is { Status: "Up", Reachable: true }) == count
                && cluster.Homes.Length == _rig.Cameras.Length && cluster.Homes.All(static home => home.Node.Length > 0)),
            "the nodes do not come together", cancellation);
    }

    /// <summary>The process of the camera that is killed, when every node knows its placement of this epoch or a newer one.</summary>
    private async Task<CameraHome> HomeAsync(uint epoch, CancellationToken cancellation)
    {
        var status = await UntilAsync(
            status => status.Nodes.Length == _rig.AllNodes().Length && status.Nodes.Select(HomeIn).Distinct().ToArray() is [{ Node.Length: > 0 } home] && home.Epoch >= epoch,
            $"camera {ClusterDemoRig.KilledCamera} has no home", cancellation);
        return new CameraHome(status.Nodes.Single(static node => node.Node == ClusterDemoRig.KilledNode).Process, HomeIn(status.Nodes[0])!.Epoch);

        static HomeReport? HomeIn(FabricStatus node) => node.Cluster?.Homes.FirstOrDefault(static home => home.Camera == ClusterDemoRig.KilledCamera);
    }

    private async Task<RigStatus> UntilAsync(Func<RigStatus, bool> condition, string otherwise, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var status = await StatusAsync(cancellation);
            if (condition(status)) return status;
            foreach (var (name, process) in _nodes.Where(static node => node.Process.HasExited)) throw new IOException($"node {name} has ended with {process.ExitCode}");
            if (waited.Elapsed > Patience) throw new TimeoutException(otherwise);
            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Waits until every guest has seen a frame of each of its cameras that came later than a moment; not for ever.</summary>
    /// <param name="moment">Nanoseconds of the frame clock, which on one machine is everybody's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Who has not.</returns>
    private async Task<IReadOnlyList<string>> WithoutFramesSinceAsync(long moment, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var with = _guests.SelectMany(static guest => guest.Reports).Where(report => report.Pace.LastFrame * 1000 > moment).Select(static report => report.Socket).ToHashSet();
            string[] without =
            [
                .. _rig.Guests.SelectMany(static guest => guest.Cameras, static (guest, camera) => (guest, camera))
                    .Where(device => !with.Contains(RigValidator.SocketPath(_rig, device.guest, device.camera)))
                    .Select(static device => $"{device.guest.Name} of {device.camera.Camera}"),
            ];
            if (without.Length == 0 || waited.Elapsed > Patience) return without;
            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    private async Task DelayUntilAsync(double second, CancellationToken cancellation)
    {
        var left = TimeSpan.FromSeconds(second) - _clock.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left, TimeProvider.System, cancellation);
    }
}
