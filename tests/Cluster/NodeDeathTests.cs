using CameraFabric.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests;

/// <summary>A node's process ends without a word.</summary>
public sealed class NodeDeathTests(ITestOutputHelper output)
{
    private static readonly string FreeCamera = RunningCluster.Patient() + """
        cameras:
          free: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
          fixed: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, node: n1 }
        guests:
          watcher: { node: n0, cameras: { free: observer, fixed: observer } }
        """;

    [Fact]
    public async Task A_node_that_is_killed_leaves_each_camera_with_exactly_one_home()
    {
        await using var cluster = await RunningCluster.StartAsync(3, FreeCamera);
        output.WriteLine(cluster.Machines.Kind);
        var before = RunningCluster.HomeOf(await cluster.SettleAsync(3), "free")!.Value;

        // n0 has the guest; whichever of the others has the free camera, n1 has the fixed one.
        await cluster.Node("n1").KillAsync();

        var after = await cluster.UntilAsync(
            status => status.Nodes.Length == 2 && status.Nodes.All(static node => node.Cluster!.Members.Length == 2)
                && RunningCluster.HomeOf(status, "free") is not null && RunningCluster.HomeOf(status, "fixed") is null,
            "the cluster does not go on without n1");
        var home = RunningCluster.HomeOf(after, "free")!.Value;
        Assert.True(home.Epoch >= before.Epoch + (before.Node == "n1" ? 1u : 0u), $"{before} became {home}");
        Assert.All(after.Nodes, static node => Assert.Equal("", node.Cluster!.Homes.Single(static home => home.Camera == "fixed").Node));

        cluster.Begin("n1");
        await cluster.UntilAsync(
            static status => status.Nodes.Length == 3 && RunningCluster.HomeOf(status, "fixed") is { Node: "n1", Epoch: > 1 }, "n1 does not come back");
        await cluster.StopAsync();
    }

    [Theory]
    [InlineData("n0", "last")] // the leader
    [InlineData("n2", "first")] // one that has guests and nothing else
    public async Task A_node_without_cameras_that_is_killed_moves_none_and_disturbs_no_guest_of_another(string victim, string other)
    {
        await using var cluster = await RunningCluster.StartAsync(3, RunningCluster.Patient() + """
            cameras:
              fixed: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, node: n1 }
            guests:
              first: { node: n0, cameras: { fixed: observer } }
              last: { node: n2, cameras: { fixed: observer } }
            """);
        output.WriteLine(cluster.Machines.Kind);
        var guests = new[] { "first", "last" }.ToDictionary(static name => name, name => cluster.StartGuest(name, "fixed"));
        foreach (var guest in guests.Values) await cluster.GetsAsync(guest, 30);
        var before = RunningCluster.HomeOf(await cluster.SettleAsync(3), "fixed")!.Value;
        var connections = RunningCluster.ReportOf(guests[other])!.Connections;

        await cluster.Node(victim).KillAsync();

        await cluster.UntilAsync(
            status => status.Nodes.Length == 2 && status.Nodes.All(static node => node.Cluster!.Members.Length == 2)
                && RunningCluster.HomeOf(status, "fixed") == before
                && status.Nodes.Single(static node => node.Node == "n1").Cameras.Single().Sessions == 1,
            "the home does not go on with the one guest that is left");
        await cluster.GetsAsync(guests[other], RunningCluster.ReportOf(guests[other])!.Frames.Delivered + 30);
        Assert.Equal(connections, RunningCluster.ReportOf(guests[other])!.Connections);
        await cluster.BalanceAsync(guests[other]);
    }

    [Fact]
    public async Task A_guest_on_another_node_keeps_its_connection_and_gets_frames_from_the_cameras_new_home()
    {
        await using var cluster = await RunningCluster.StartAsync(3, RunningCluster.Patient() + """
            cameras:
              a: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
              b: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
              c: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
              d: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
            guests:
              watcher: { node: n0, cameras: { a: observer, b: observer, c: observer, d: observer } }
            """);
        output.WriteLine(cluster.Machines.Kind);

        // The node that was there first had them all; some go on to the others when these have joined.
        var (camera, victim) = ("", "");
        await cluster.UntilAsync(
            status =>
            {
                (camera, victim) = ((string[])["a", "b", "c", "d"])
                    .Select(camera => (camera, RunningCluster.HomeOf(status, camera)?.Node ?? ""))
                    .FirstOrDefault(static home => home.Item2 is not ("" or "n0"));
                return victim is { Length: > 0 };
            },
            "no camera goes to another node than the first");
        var watcher = cluster.StartGuest("watcher", camera);
        await cluster.GetsAsync(watcher, 60);

        // While the cluster came together its camera may have had no source, and the guest have tried again.
        var connected = RunningCluster.ReportOf(watcher)!.Connections;
        await cluster.Node(victim).KillAsync();

        await cluster.UntilAsync(
            status => status.Nodes.Length == 2 && RunningCluster.HomeOf(status, camera) is { } home && home.Node != victim, "the camera has no new home");
        var seen = RunningCluster.ReportOf(watcher)!;
        await cluster.GetsAsync(watcher, seen.Frames.Delivered + 60);
        Assert.True(RunningCluster.ReportOf(watcher)!.Connections == connected, $"the guest had to connect again\n{cluster.Logs()}");
        watcher.Terminate();
        await watcher.EndAsync();
        var nodes = await cluster.StopAsync();
        Assert.True(nodes.Single(static node => node.Node == "n0").Guests.Sum(static guest => guest.Delivered) >= 120);
    }
}
