using System.Net;
using System.Net.Sockets;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>Real nodes, three in this process, joined over loopback.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RecordingLoggers _loggers = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fabric-cluster");
    private readonly Dictionary<string, FabricNode> _nodes = [];
    private readonly Rig _rig;

    public ClusterTests() => _rig = PlacementRig.Of(
        [], PlacementRig.Camera("front", "a", "b"), PlacementRig.Camera("rear", "b"), PlacementRig.Camera("free1"), PlacementRig.Camera("free2"), PlacementRig.Camera("free3"))
        with
        {
            RuntimeDirectory = _folder.FullName,
            Options = RunningFabric.Patient,

            // A node is dead when it is, and not when the machine is busy.
            Cluster = new ClusterRig
            {
                Pause = TimeSpan.FromSeconds(4), StableAfter = TimeSpan.FromSeconds(3), Fence = TimeSpan.FromSeconds(3),
            },
            Nodes = [.. new[] { "a", "b", "c" }.Zip(FreePorts(3), (name, port) => PlacementRig.Node(name) with { Address = new NodeAddress("127.0.0.1", port) })],
        };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes.Values.Reverse()) await node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nodes_find_each_other_agree_and_take_over_from_one_that_dies()
    {
        Start("a", "b", "c");
        await AgreedAsync("front", "a");
        var first = await AgreedAsync("rear", "b");
        Assert.Equal(5, first.Assignments.Count);
        Assert.All(_nodes.Values, node => Assert.True(node.Seat!.Fence.IsOpen(FrameClock.System.Now)));

        var died = _nodes["a"];
        _nodes.Remove("a");
        await died.System.Terminate();

        var next = await AgreedAsync("front", "b");
        Assert.True(next.Of("front")!.Epoch > first.Of("front")!.Epoch);
        Assert.Equal(first.Of("rear"), next.Of("rear"));
        Assert.DoesNotContain("a", next.Assignments.Values.Select(assignment => assignment.Home?.Node));
        Assert.False(died.Seat!.Fence.IsOpen(FrameClock.System.Now));
    }

    [Fact]
    public async Task A_node_that_stops_hands_its_cameras_over_and_is_let_go()
    {
        Start("a", "b", "c");
        await AgreedAsync("rear", "b");

        var stopped = _nodes["b"];
        _nodes.Remove("b");
        await stopped.StopAsync();

        await AgreedAsync("rear", null);
        Assert.DoesNotContain(_loggers.Lines, line => line.Contains("has been out of reach", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_camera_that_says_more_of_itself_than_fits_into_a_message_of_Akkas_default_is_read_from_another_node()
    {
        var calibration = new string('x', 600_000);
        var rear = PlacementRig.Camera("rear", "b") with { Sensor = context => new CalibratedSensor(context, calibration) };
        Start(_rig with { Cameras = [PlacementRig.Camera("front", "a"), rear] }, "a", "b");
        await AgreedAsync("rear", "b");

        using var limit = new CancellationTokenSource(Patience);
        Assert.True((await _nodes["a"].SnapshotAsync("rear", limit.Token)).Sequence > 0, $"{_loggers}");
    }

    [Fact]
    public void A_node_must_be_one_of_the_rig()
    {
        Assert.Contains("a, b, c", Assert.Throws<ArgumentException>(() => FabricNode.Start(_rig, "d", _loggers)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FabricNode.Start(_rig, _loggers));
        Assert.Throws<ArgumentException>(() => FabricNode.Start(_rig with { Nodes = [], Cameras = [PlacementRig.Camera("front")] }, "a", _loggers));
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    private void Start(params string[] names) => Start(_rig, names);

    private void Start(Rig rig, params string[] names)
    {
        foreach (var name in names) _nodes[name] = FabricNode.Start(rig, name, _loggers);
    }

    /// <summary>Waits until every node has the same table with a camera at home there.</summary>
    private async Task<PlacementTable> AgreedAsync(string camera, string? home)
    {
        var deadline = FrameClock.System.Now + (Patience.Ticks * TimeSpan.NanosecondsPerTick);
        while (true)
        {
            var tables = _nodes.Values.Select(node => node.Seat!.Board.Table).ToArray();
            var agreed = tables.All(table => table.Of(camera) is not null && table.HomeOf(camera) == home && table.Version == tables[0].Version);
            if (agreed && _nodes.Values.All(node => node.Seat!.Fence.IsOpen(FrameClock.System.Now))) return tables[0];
            Assert.True(FrameClock.System.Now < deadline, $"{camera} is not at home on {home}: {string.Join("; ", tables.Select(t => t.Of(camera)))}\n{_loggers}");
            await Task.Yield();
        }
    }
}
