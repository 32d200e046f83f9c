using System.Globalization;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Bench.Cluster;

/// <summary>
/// A fleet over four processes, <c>run RIG</c>: until every camera is ready, what an idle one holds, and the same when one of the processes is
/// killed, its cameras are at home elsewhere, and it has come back.
/// </summary>
internal sealed class FleetClusterBench : IDisposable
{
    public const int Nodes = 4;
    private const int CamerasPerVehicle = 8;
    private const int Vanilla = 1; // vehicles of the fleet that shows what nodes hold without a fleet

    // Those of config/fleet.yaml.
    private const string Times = "cluster: { downing: static-quorum, quorum: 3, pause: 2s, stable-after: 1s, fence: 1s }";
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly NodeProcess _keeper;
    private readonly int _cameras;

    private FleetClusterBench(int vehicles)
    {
        _cameras = vehicles * CamerasPerVehicle;
        var file = Path.Combine(_folder.FullName, "fleet.yaml");
        File.WriteAllText(file, Rig(vehicles));
        _keeper = NodeProcess.Start("run", file, "--json");
        StartSeconds = Until.True("all cameras are ready", Pace, () => IsReady(States(), Nodes));
    }

    private double StartSeconds { get; }

    private int[] Processes => [.. Enumerable.Range(1, Nodes).Select(node => _keeper.ChildOf($"n{node}"))];

    public static FleetClusterRow Measure(int vehicles)
    {
        double bare;
        using (var few = new FleetClusterBench(Vanilla))
        {
            Wait.For(TimeSpan.FromSeconds(2));
            bare = few.Processes.Sum(Resident);
        }

        using var fleet = new FleetClusterBench(vehicles);
        Wait.For(TimeSpan.FromSeconds(3));
        var idle = (fleet.Processes.Sum(Resident) - bare) / fleet._cameras;
        var before = fleet.Processes.Sum(Processor);
        Wait.For(TimeSpan.FromSeconds(3));
        var busy = (fleet.Processes.Sum(Processor) - before) / 3;
        // Not the first: it decides where cameras are at home.
        var victim = fleet.Processes[^1];
        System.Diagnostics.Process.GetProcessById(victim).Kill();
        var moved = Until.True("the dead process's cameras are ready elsewhere", Pace, () => fleet.IsAll(fleet.States()));
        var back = moved + Until.True("the process is back", Pace, () => fleet._keeper.ChildOf($"n{Nodes}") != victim && fleet.IsReady(fleet.States(), Nodes));
        Wait.For(TimeSpan.FromSeconds(3));
        var after = (fleet.Processes.Sum(Resident) - bare) / fleet._cameras;
        var stopped = System.Diagnostics.Stopwatch.GetTimestamp();
        var code = fleet._keeper.Stop(TimeSpan.FromSeconds(60));
        var stop = System.Diagnostics.Stopwatch.GetElapsedTime(stopped).TotalSeconds;
        return new FleetClusterRow(fleet._cameras, Nodes, fleet.StartSeconds, bare / Nodes / 1e6, idle / 1e3, busy, moved, back, after / 1e3, stop, code == 0);
    }

    public void Dispose()
    {
        _keeper.Dispose();
        _folder.Delete(recursive: true);
    }

    private FabricStatus?[] States() => [.. Enumerable.Range(1, Nodes).Select(node => State(Path.Combine(_folder.FullName, $"n{node}", RuntimeFolder.ControlSocket)))];

    private static FabricStatus? State(string socket)
    {
        try
        {
            return ControlClient.AskAsync(socket, new ControlRequest("status"), CancellationToken.None).GetAwaiter().GetResult().Status;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private bool IsReady(FabricStatus?[] states, int nodes) => states.All(state => state is not null
        && state.Cluster!.Members.Count(static member => member is { Status: "Up", Reachable: true }) == nodes) && IsAll(states);

    // Each camera at home at one node, and open there; a node that has given one away may not have stopped it yet.
    private bool IsAll(FabricStatus?[] states) =>
        states.Sum(static state => state?.Cameras.Count(static camera => camera.State is CameraState.Idle or CameraState.Streaming) ?? 0) == _cameras;

    private static double Resident(int process) => Status(process, "VmRSS:") * 1024.0;

    private static double Status(int process, string field) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    // Seconds of a processor that it has used.
    private static double Processor(int process) => System.Diagnostics.Process.GetProcessById(process).TotalProcessorTime.TotalSeconds;

    private static string Rig(int vehicles)
    {
        var nodes = string.Join('\n', Enumerable.Range(1, Nodes).Select(static node => string.Create(CultureInfo.InvariantCulture, $"  n{node}: {{ address: \"127.0.0.1:{Ports.Free()}\" }}")));
        var cameras = string.Join('\n', Enumerable.Range(0, CamerasPerVehicle).Select(static camera =>
            string.Create(CultureInfo.InvariantCulture, $"    c{camera}: {{ sensor: synthetic, format: NV12, size: 64x32, rate: 1 }}")));
        return $"rig: fleet\nruntime: .\n{Times}\nnodes:\n{nodes}\nfleet:\n  vehicles: {vehicles}\n  cameras:\n{cameras}\n";
    }
}

/// <summary>One row.</summary>
/// <param name="Cameras">Cameras of the fleet.</param>
/// <param name="Nodes">Processes.</param>
/// <param name="StartSeconds">From the command until all are ready.</param>
/// <param name="BareMegabytes">Resident memory of a process of a fleet of eight cameras.</param>
/// <param name="IdleKilobytes">What all processes hold beyond that for each camera.</param>
/// <param name="IdleProcessors">Processors that all of them keep busy.</param>
/// <param name="MovedSeconds">From the death of one until its cameras are ready elsewhere.</param>
/// <param name="BackSeconds">From its death until it runs again and all are ready.</param>
/// <param name="AfterKilobytes">As <paramref name="IdleKilobytes"/>, then.</param>
/// <param name="StopSeconds">From SIGTERM until the balance.</param>
/// <param name="Balanced">Whether it adds up.</param>
internal sealed record FleetClusterRow(int Cameras, int Nodes, double StartSeconds, double BareMegabytes, double IdleKilobytes, double IdleProcessors,
    double MovedSeconds, double BackSeconds, double AfterKilobytes, double StopSeconds, bool Balanced);
