using System.Text.Json;
using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Hosting.Control;
using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests.Partition;

/// <summary>
/// Nodes cannot reach each other, or one of them stands still: those who go on have each camera once, the other delivers nothing more and
/// ends with 3. Started again, as an init system does, it is a member once more and has its camera back.
/// </summary>
public sealed class PartitionTests(ITestOutputHelper output)
{
    private const string Camera = "front";

    /// <summary>The node that is given up. It has the camera; n0 is the camera's standby.</summary>
    private const string Last = "n2";

    private const string Rig = $$"""
        cameras:
          {{Camera}}: { sensor: synthetic, format: NV12, size: 320x240, rate: 30, node: {{Last}}, standby: n0 }
          free: { sensor: synthetic, format: NV12, size: 320x240, rate: 30 }
        guests:
          near: { node: {{Last}}, cameras: { {{Camera}}: observer, free: observer } }
          far: { node: n0, cameras: { {{Camera}}: observer, free: observer } }
        """;

    /// <summary>What the camera's rate makes of ten seconds.</summary>
    private const int TenSeconds = 300;

    [NetworkTheory]
    [InlineData("keep-majority")]
    [InlineData("keep-oldest")]
    [InlineData("static-quorum, quorum: 2")]
    public Task A_node_that_is_cut_off_delivers_nothing_more_and_comes_back_when_healed(string downing) => GiveUpAsync(
        RunningCluster.Patient(downing), static cluster => cluster.Machines.Partition([cluster.Machines[2]], cluster.Machines.Hosts.Take(2)), HealAsync);

    [NetworkFact]
    public Task A_node_that_another_does_not_hear_delivers_nothing_more_and_comes_back_when_healed() => GiveUpAsync(
        RunningCluster.Patient(), static cluster => cluster.Machines.OneWayLoss(cluster.Machines[2], cluster.Machines[0]), HealAsync);

    [Fact]
    public Task A_node_that_stood_still_for_ten_seconds_delivers_nothing_more_and_comes_back_when_started_again() => GiveUpAsync(
        RunningCluster.Patient(),
        static cluster => Tool.Run("kill", "-STOP", $"{cluster.Node(Last).Id}"),
        static async (cluster, trial) =>
        {
            await cluster.GetsAsync(trial.Far, RunningCluster.ReportOf(trial.Far)!.Frames.Delivered + TenSeconds);
            var (seen, connections) = (RunningCluster.ReportOf(trial.Near)!.Frames.Delivered, RunningCluster.ReportOf(trial.Near)!.Connections);

            Tool.Run("kill", "-CONT", $"{cluster.Node(Last).Id}");

            await AwaitEndAsync(cluster, trial);
            var near = await cluster.ReportAsync(trial.Near);
            Assert.Equal(seen, near.Frames.Delivered);
            // It was there to get them: the device had not gone away for it.
            Assert.Equal(connections, near.Connections);
            var balance = JsonSerializer.Deserialize(cluster.Node(Last).Output, ControlJson.Default.RigStatus)!.Nodes.Single();
            Assert.Equal(seen, balance.Delivered(Camera));
        });

    [NetworkFact]
    public async Task A_part_with_fewer_nodes_than_the_quorum_goes_on_nowhere()
    {
        await using var cluster = await RunningCluster.StartAsync(2, RunningCluster.Patient("static-quorum, quorum: 2") + $$"""
            cameras:
              {{Camera}}: { sensor: synthetic, format: NV12, size: 320x240, rate: 30 }
            """);

        cluster.Machines.Partition(cluster.Machines[0], cluster.Machines[1]);

        await cluster.UntilAsync(_ => cluster.Node("n0").HasExited && cluster.Node("n1").HasExited, "a part without a quorum goes on");
        Assert.Equal(3, cluster.Node("n0").ExitCode);
        Assert.Equal(3, cluster.Node("n1").ExitCode);
    }

    /// <summary>The last node is given up by the others for what is done to it, and ends; it is started again when that was undone.</summary>
    private async Task GiveUpAsync(string clusterRig, Action<RunningCluster> harm, Func<RunningCluster, Trial, Task> undo)
    {
        await using var cluster = await RunningCluster.StartAsync(3, clusterRig + Rig);
        output.WriteLine($"The network: {cluster.Machines.Kind}.");
        var near = cluster.StartGuest("near", Camera);
        var far = cluster.StartGuest("far", Camera);
        await cluster.GetsAsync(near, 30);
        await cluster.GetsAsync(far, 30);
        var before = RunningCluster.HomeOf(await cluster.SettleAsync(3), Camera)!.Value;
        Assert.Equal(Last, before.Node);
        var connections = RunningCluster.ReportOf(far)!.Connections;

        harm(cluster);

        var trial = new Trial(near, far, new OldEpoch(Last, Camera, before.Epoch));
        await cluster.UntilAsync(
            status =>
            {
                trial.Old.See(status);
                var others = status with { Nodes = [.. status.Nodes.Where(static node => node.Node != Last)] };
                return others.Nodes.Length == 2 && RunningCluster.HomeOf(others, Camera) is { Node: "n0" } home && home.Epoch > before.Epoch;
            },
            "the larger part does not go on without the other");
        await cluster.GetsAsync(far, RunningCluster.ReportOf(far)!.Frames.Delivered + 30);
        await undo(cluster, trial);

        var seen = RunningCluster.ReportOf(near)!.Frames.Delivered;
        cluster.Begin(Last);
        var after = await cluster.TogetherAsync(3, static status => RunningCluster.HomeOf(status, Camera) is { Node: Last });
        Assert.True(RunningCluster.HomeOf(after, Camera)!.Value.Epoch > before.Epoch + 1);
        await cluster.GetsAsync(near, seen + 30);
        await cluster.GetsAsync(far, RunningCluster.ReportOf(far)!.Frames.Delivered + 30);
        await cluster.SettleAsync(3);
        Assert.Equal(connections, RunningCluster.ReportOf(far)!.Connections);
        await cluster.BalanceAsync(near, far);
    }

    private static async Task HealAsync(RunningCluster cluster, Trial trial)
    {
        await AwaitEndAsync(cluster, trial);
        cluster.Machines.Heal();
    }

    private static async Task AwaitEndAsync(RunningCluster cluster, Trial trial)
    {
        await cluster.UntilAsync(
            status =>
            {
                trial.Old.See(status);
                return cluster.Node(Last).HasExited;
            },
            "the node that was given up does not end");
        Assert.Equal(3, await cluster.Node(Last).EndAsync());
    }

    /// <summary>Who looks on.</summary>
    /// <param name="Near">The guest of the node that is given up.</param>
    /// <param name="Far">A guest of a node that goes on.</param>
    /// <param name="Old">The epoch that is over.</param>
    private sealed record Trial(FabricProcess Near, FabricProcess Far, OldEpoch Old);
}
