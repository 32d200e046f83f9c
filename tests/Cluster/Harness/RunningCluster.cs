using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>A rig of several nodes, each a process on a machine of its own.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    /// <summary>The one core node of a rig that names none.</summary>
    public const string Alone = "node";

    /// <summary>How long anything may take before a test fails; never how long a test takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-cluster-");
    private readonly Dictionary<string, LabHost> _places = [];
    private readonly bool _isAlone;
    private readonly Dictionary<string, FabricProcess> _nodes = [];
    private readonly List<FabricProcess> _ended = [];
    private readonly List<FabricProcess> _guests = [];

    private RunningCluster(NetworkLab machines, bool isAlone) => (Machines, _isAlone) = (machines, isAlone);

    public NetworkLab Machines { get; }

    public string Folder => _folder.FullName;

    /// <summary>
    /// A rig's cluster with times for two busy processors: nobody is given up who lives. For tests in which only those may be given up to
    /// whom the test has done something.
    /// </summary>
    /// <param name="downing">Who goes on.</param>
    public static string Patient(string downing = "keep-majority") =>
        $"cluster: {{ insecure: true, downing: {downing}, heartbeat: 200ms, pause: 2s, stable-after: 1s, fence: 1s }}\n";

    private string RigFile => Path.Combine(Folder, "rig.yaml");

    /// <summary>Writes a rig of so many nodes, <c>n0</c>, <c>n1</c> and so on, each on a machine of its own, and starts them.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="yaml">The rig below its nodes.</param>
    public static async Task<RunningCluster> StartAsync(int nodes, string yaml)
    {
        var cluster = await BeginAsync(NetworkLab.Make(nodes), nodes, yaml);
        try
        {
            await cluster.TogetherAsync(nodes);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a rig that names no nodes, but has so many children.</summary>
    public static async Task<RunningCluster> StartAloneAsync(int children, string yaml)
    {
        var cluster = new RunningCluster(NetworkLab.OnLoopback(1), isAlone: true);
        try
        {
            await File.WriteAllTextAsync(cluster.RigFile, $"rig: trial\nruntime: .\n{yaml}\n");
            cluster._places[Alone] = cluster.Machines[0];
            cluster.Begin(Alone);
            await cluster.TogetherAsync(children + 1);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a rig of so many nodes and starts them, and does not wait for what becomes of them.</summary>
    public static async Task<RunningCluster> BeginAsync(NetworkLab machines, int nodes, string yaml, Action<string>? prepare = null)
    {
        var cluster = new RunningCluster(machines, isAlone: false);
        try
        {
            prepare?.Invoke(cluster.Folder);
            for (var number = 0; number < nodes; number++) cluster._places[$"n{number}"] = machines[number];
            var places = cluster._places.Select(static place => $"  {place.Key}: {{ address: \"{place.Value.Address}:4053\" }}");
            var insecure = yaml.Contains("cluster:", StringComparison.Ordinal) ? "" : "cluster: { insecure: true }\n";
            await File.WriteAllTextAsync(cluster.RigFile, $"rig: trial\nruntime: .\n{insecure}nodes:\n{string.Join('\n', places)}\n{yaml}\n");
            foreach (var node in cluster._places.Keys) cluster.Begin(node);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many nodes are members and each camera has a home, and until the state is as wanted besides.</summary>
    public Task<RigStatus> TogetherAsync(int nodes, Func<RigStatus, bool>? condition = null) => UntilAsync(status =>
    {
        RestartRemoved();
        return status.Nodes.Length >= nodes && status.Nodes.All(node => Up(node) >= nodes) && AllHome(status) && (condition?.Invoke(status) ?? true);
    }, "the cluster does not come together");

    /// <summary>What an init system does: on a busy machine a node can be taken for dead while it joins, and it ends with 3.</summary>
    private void RestartRemoved()
    {
        foreach (var (name, node) in _nodes.ToArray())
        {
            if (node.HasExited && node.ExitCode == 3) Begin(name);
        }
    }

    /// <summary>Starts a node's process, for the first time or again.</summary>
    public FabricProcess Begin(string node)
    {
        if (_nodes.Remove(node, out var before)) _ended.Add(before);
        return _nodes[node] = FabricProcess.StartUnder(_places[node].Launcher, ["run", RigFile, .. _isAlone ? [] : (string[])["--node", node], "--json", "--log", "Information"]);
    }

    /// <summary>A node's process: to kill it, to stop it, to read its log.</summary>
    public FabricProcess Node(string node) => _nodes[node];

    /// <summary>A guest without a VM, on the node's machine.</summary>
    public FabricProcess StartGuest(string name, string camera, params IEnumerable<string> more)
    {
        var guest = FabricProcess.Start(
            ["guest", "--name", name, "--socket", Path.Combine(Folder, $"{name}.{camera}.sock"), "--json", "--progress", "--reconnect", "--stall", "0", .. more]);
        _guests.Add(guest);
        return guest;
    }

    /// <summary>Waits until a guest has got so many frames.</summary>
    public Task GetsAsync(FabricProcess guest, long frames) =>
        UntilAsync(_ => ReportOf(guest)?.Frames.Delivered >= frames, $"a guest does not get {frames} frames; it said:\n{guest.Errors}");

    /// <summary>A guest's last report.</summary>
    public static GuestReport? ReportOf(FabricProcess guest) =>
        guest.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() is { } line ? GuestReport.FromJson(line) : null;

    /// <summary>Waits for a report that a guest has made after now.</summary>
    public async Task<GuestReport> ReportAsync(FabricProcess guest)
    {
        // The first may have been on its way already.
        var lines = Lines(guest) + 2;
        await UntilAsync(_ => Lines(guest) >= lines, "a guest reports no more");
        return ReportOf(guest)!;

        static int Lines(FabricProcess guest) => guest.Output.Count(static letter => letter == '\n');
    }

    /// <summary>What every node says that answers.</summary>
    public async Task<RigStatus> StatusAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            return await RigClient.Find(Folder).StatusAsync(limit.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return new RigStatus("trial", [], []);
        }
    }

    /// <summary>Waits until the nodes' states are as wanted.</summary>
    public async Task<RigStatus> UntilAsync(Func<RigStatus, bool> condition, string otherwise)
    {
        var waited = Stopwatch.StartNew();
        using var poll = new PeriodicTimer(Poll);
        while (true)
        {
            var status = await StatusAsync();
            if (condition(status)) return status;
            if (waited.Elapsed > Patience) throw new TimeoutException($"{otherwise}; the last state was {RigClient.ToJson(status)}\n{Logs()}");
            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>Every node stops in order; their balances, each of which adds up.</summary>
    public async Task<ImmutableArray<FabricStatus>> StopAsync()
    {
        foreach (var node in _nodes.Values.Where(static node => !node.HasExited)) node.Terminate();
        var all = ImmutableArray.CreateBuilder<FabricStatus>();
        foreach (var (name, node) in _nodes)
        {
            var code = await node.EndAsync();
            if (node.Output.Length == 0) continue;
            Assert.True(code is 0 or 3, $"{name} ended with {code}\n{Logs()}");
            all.AddRange(JsonSerializer.Deserialize(node.Output, ControlJson.Default.RigStatus)!.Nodes);
        }

        Assert.All(all, node => Assert.True(node.Balanced, $"{node}\n{Logs()}"));
        return all.ToImmutable();
    }

    /// <summary>What all nodes have logged, for a test that failed.</summary>
    public string Logs() => string.Join('\n', _ended.Concat(_nodes.Values).Select(static node => $"--- process {node.Id}\n{node.Errors}"));

    public ValueTask DisposeAsync()
    {
        // A process that stands still cannot be waited for, and a child ends when its parent does.
        foreach (var process in _guests.Concat(_nodes.Values).Concat(_ended)) process.Dispose();
        Machines.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The one node that every node that answers takes for a camera's home, at its newest epoch; null when they do not agree.</summary>
    public static (string Node, uint Epoch)? HomeOf(RigStatus status, string camera)
    {
        var homes = status.Nodes.Select(node => node.Cluster?.Homes.FirstOrDefault(home => home.Camera == camera)).Distinct().ToArray();
        return homes is [{ Node.Length: > 0 } home] ? (home.Node, home.Epoch) : null;
    }

    private static int Up(FabricStatus node) => node.Cluster?.Members.Count(static member => member is { Status: "Up", Reachable: true }) ?? 0;

    private static bool AllHome(RigStatus status) =>
        status.Nodes.Select(static node => node.Cluster?.Homes ?? []).FirstOrDefault() is { IsDefaultOrEmpty: false } homes
        && homes.All(home => HomeOf(status, home.Camera) is not null);
}
