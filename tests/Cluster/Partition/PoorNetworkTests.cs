using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.Fabric.Status;
using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests.Partition;

/// <summary>The network between nodes loses packets, is narrow or is long, which is no reason to give up a node.</summary>
public sealed class PoorNetworkTests(ITestOutputHelper output)
{
    private const string Camera = "front";

    private const string Rig = $$"""
        cluster: { insecure: true, heartbeat: 200ms, pause: 3s, stable-after: 2s, fence: 2s }
        cameras:
          {{Camera}}: { sensor: synthetic, format: NV12, size: 320x240, rate: 30, node: n1 }
        guests:
          far: { node: n0, cameras: { {{Camera}}: observer } }
        """;

    [NetworkFact]
    public async Task A_network_that_loses_one_packet_in_a_hundred_moves_no_camera()
    {
        await using var cluster = await RunningCluster.StartAsync(2, Rig);
        cluster.Machines.Loss(percent: 1);
        await WatchAsync(cluster, 300);
        Assert.True(cluster.Machines.CountLost() > 0);
    }

    [NetworkFact]
    public async Task A_narrow_link_drops_frames_that_are_counted_and_moves_no_camera()
    {
        await using var cluster = await RunningCluster.StartAsync(2, Rig);

        // The camera makes 28 megabits a second.
        cluster.Machines.Narrow(cluster.Machines[1], kilobits: 10_000);

        var nodes = await WatchAsync(cluster, 60);
        Assert.Contains(
            nodes.SelectMany(static node => node.Cameras).SelectMany(static camera => camera.Links),
            static link => link.Dropped.Sum(static drop => drop.Count) > 0);
    }

    [NetworkFact]
    public async Task A_long_link_delivers_all_the_same()
    {
        var lab = NetworkLab.Make(2, output);
        await lab.DelayAsync(TimeSpan.FromMilliseconds(50));
        await using var cluster = await RunningCluster.BeginAsync(lab, 2, Rig);
        await cluster.TogetherAsync(2);
        await WatchAsync(cluster, 90);
    }

    /// <summary>
    /// A guest far from the camera gets so many frames, while the camera stays where it is and nobody is given up; the nodes' states then.
    /// Their balances add up afterwards.
    /// </summary>
    private async Task<IReadOnlyList<FabricStatus>> WatchAsync(RunningCluster cluster, int frames)
    {
        output.WriteLine($"The network: {cluster.Machines.Kind}.");
        var before = RunningCluster.HomeOf(await cluster.SettleAsync(2), Camera);
        var guest = cluster.StartGuest("far", Camera);
        await cluster.GetsAsync(guest, frames);
        var status = await cluster.StatusAsync();
        Assert.Equal(2, status.Nodes.Length);
        Assert.NotNull(before);
        Assert.Equal(before, RunningCluster.HomeOf(status, Camera));
        await cluster.StopAsync();
        return status.Nodes;
    }
}
