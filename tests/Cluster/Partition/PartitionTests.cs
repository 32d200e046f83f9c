using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;
using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests.Partition;

/// <summary>The network between nodes is divided.</summary>
public sealed class PartitionTests(ITestOutputHelper output)
{
    private const string Camera = "front";

    /// <summary>The last node is cut off; it has the camera, and its first neighbour is the camera's standby.</summary>
    [NetworkTheory]
    [InlineData(2, "keep-majority")]
    [InlineData(2, "keep-oldest")]
    [InlineData(3, "keep-majority")]
    [InlineData(3, "keep-oldest")]
    [InlineData(3, "static-quorum, quorum: 2")]
    public async Task The_part_that_goes_on_gets_the_camera_and_the_other_delivers_nothing_more_and_comes_back_when_healed(int nodes, string downing)
    {
        var last = $"n{nodes - 1}";
        await using var cluster = await RunningCluster.StartAsync(nodes, $$"""
            cluster: { insecure: true, downing: {{downing}} }
            cameras:
              {{Camera}}: { sensor: synthetic, format: NV12, size: 320x240, rate: 30, node: {{last}}, standby: n0 }
            guests:
              near: { node: {{last}}, cameras: { {{Camera}}: observer } }
              far: { node: n0, cameras: { {{Camera}}: observer } }
            """);
        output.WriteLine($"The network: {cluster.Machines.Kind}.");
        var lab = cluster.Machines;
        var near = cluster.StartGuest("near", Camera);
        var far = cluster.StartGuest("far", Camera);
        await cluster.GetsAsync(near, 30);
        await cluster.GetsAsync(far, 30);
        var before = RunningCluster.HomeOf(await cluster.StatusAsync(), Camera)!.Value;
        Assert.Equal(last, before.Node);

        lab.Partition([lab[nodes - 1]], lab.Hosts.Take(nodes - 1));

        var cutOff = new CutOff(last, before.Epoch);
        await cluster.UntilAsync(
            status =>
            {
                cutOff.See(status);
                var goOn = new RigStatus(status.Rig, [.. status.Nodes.Where(node => node.Node != last)], status.Silent);
                return goOn.Nodes.Length == nodes - 1 && RunningCluster.HomeOf(goOn, Camera) is { Node: "n0" } && cluster.Node(last).HasExited;
            },
            "the larger part does not go on without the other");
        Assert.Equal(3, cluster.Node(last).ExitCode);
        await cluster.GetsAsync(far, RunningCluster.ReportOf(far)!.Frames.Delivered + 30);

        lab.Heal();
        cluster.Begin(last);
        var after = await cluster.UntilAsync(
            status => status.Nodes.Length == nodes && RunningCluster.HomeOf(status, Camera) is { } home && home.Node == last,
            $"{last} does not come back to its camera");
        Assert.True(RunningCluster.HomeOf(after, Camera)!.Value.Epoch > before.Epoch + 1);
        await cluster.GetsAsync(far, RunningCluster.ReportOf(far)!.Frames.Delivered + 30);
        Assert.Equal(1, RunningCluster.ReportOf(far)!.Connections);
        await cluster.StopAsync();
    }

    [NetworkFact]
    public async Task A_part_with_fewer_nodes_than_the_quorum_goes_on_nowhere()
    {
        await using var cluster = await RunningCluster.StartAsync(2, $$"""
            cluster: { insecure: true, downing: static-quorum, quorum: 2 }
            cameras:
              {{Camera}}: { sensor: synthetic, format: NV12, size: 320x240, rate: 30 }
            """);

        cluster.Machines.Partition(cluster.Machines[0], cluster.Machines[1]);

        await cluster.UntilAsync(_ => cluster.Node("n0").HasExited && cluster.Node("n1").HasExited, "a part without a quorum goes on");
        Assert.Equal(3, cluster.Node("n0").ExitCode);
        Assert.Equal(3, cluster.Node("n1").ExitCode);
    }

    /// <summary>What a node does that the others have given up.</summary>
    private sealed class CutOff(string node, uint epoch)
    {
        private long? _delivered;
        private bool _othersAreNewer;

        /// <summary>Once others have a newer epoch than its own, its fence is shut and its guests get no frame more.</summary>
        public void See(RigStatus status)
        {
            if (status.Nodes.FirstOrDefault(one => one.Node == node) is { } own)
            {
                var delivered = own.Guests.Sum(static guest => guest.Delivered);
                if (_delivered is { } known)
                {
                    Assert.Equal(known, delivered);
                    Assert.False(own.Cluster!.FenceOpen);
                }
                else if (_othersAreNewer)
                {
                    _delivered = delivered;
                }
            }

            // Nodes are asked one after the other: what its own answer says counts from the next time on.
            _othersAreNewer |= status.Nodes.Any(IsNewer);
        }

        private bool IsNewer(FabricStatus one) => one.Cluster?.Homes.Any(home => home.Camera == Camera && home.Epoch > epoch) ?? false;
    }
}
