using System.Text.Json;
using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Cluster.Tests;

/// <summary>Cameras and guests with a process of their own, in a rig that names no nodes.</summary>
public sealed class IsolationTests
{
    private static readonly string Rig = RunningCluster.Patient() + """
        cameras:
          front: { sensor: synthetic, format: NV12, size: 320x240, rate: 60 }
          rear: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, isolation: process }
        guests:
          viewer: { cameras: { front: observer, rear: observer } }
          stranger: { isolation: process, cameras: { front: observer } }
        """;

    [Fact]
    public async Task A_cameras_process_that_is_killed_is_started_again_and_no_guest_is_disconnected()
    {
        await using var cluster = await RunningCluster.StartAloneAsync(2, Rig);
        var rear = cluster.StartGuest("viewer", "rear");
        await cluster.GetsAsync(rear, 30);

        // Before its camera was there it may have tried several times.
        var connections = RunningCluster.ReportOf(rear)!.Connections;
        var before = RunningCluster.HomeOf(await cluster.SettleAsync(3), "rear")!.Value;

        var killed = ChildOf(cluster, "camera.rear");
        Tool.Run("kill", "-KILL", $"{killed}");

        await cluster.Node(RunningCluster.Alone).SaysAsync($"node camera.rear, process {killed} at ");
        var after = await cluster.UntilAsync(
            status => RunningCluster.HomeOf(status, "rear") is { Node: "camera.rear" } home && home.Epoch > before.Epoch, "the camera's process does not come back");
        Assert.Equal("node", RunningCluster.HomeOf(after, "front")!.Value.Node);
        await cluster.GetsAsync(rear, RunningCluster.ReportOf(rear)!.Frames.Delivered + 30);
        Assert.Equal(connections, RunningCluster.ReportOf(rear)!.Connections);
        rear.Terminate();
        await rear.EndAsync();

        var nodes = await cluster.StopAsync();
        Assert.Equal(["node", "guest.stranger", "camera.rear"], nodes.Select(static node => node.Node));
    }

    [Fact]
    public async Task A_guests_process_that_is_killed_hurts_no_other_guest_and_comes_back()
    {
        await using var cluster = await RunningCluster.StartAloneAsync(2, Rig);
        var viewer = cluster.StartGuest("viewer", "front");
        var stranger = cluster.StartGuest("stranger", "front");
        await cluster.GetsAsync(viewer, 30);
        await cluster.GetsAsync(stranger, 30);
        var connections = RunningCluster.ReportOf(viewer)!.Connections;

        var first = ChildOf(cluster, "guest.stranger");
        Tool.Run("kill", "-KILL", $"{first}");

        await cluster.GetsAsync(stranger, RunningCluster.ReportOf(stranger)!.Frames.Delivered + 30);
        Assert.NotEqual(first, ChildOf(cluster, "guest.stranger"));
        Assert.Equal(connections, RunningCluster.ReportOf(viewer)!.Connections);
        await cluster.StopAsync();
    }

    [Fact]
    public async Task A_child_that_has_to_be_killed_at_its_end_is_named_and_the_balance_is_not_whole()
    {
        await using var cluster = await RunningCluster.StartAloneAsync(1, RunningCluster.Patient() + """
            options: { stop-timeout: 10s }
            cameras: { rear: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, isolation: process } }
            """);
        Tool.Run("kill", "-STOP", $"{ChildOf(cluster, "camera.rear")}");

        var node = cluster.Node(RunningCluster.Alone);
        node.Terminate();

        Assert.True(await node.EndAsync() == 1, cluster.Logs());
        var status = JsonSerializer.Deserialize(node.Output, ControlJson.Default.RigStatus)!;
        Assert.Equal(["camera.rear"], status.Silent.AsEnumerable());
        Assert.Equal(["node"], status.Nodes.Select(static node => node.Node));
        Assert.False(status.Balanced);
    }

    [Fact]
    public async Task Children_end_when_their_parent_is_killed()
    {
        await using var cluster = await RunningCluster.StartAloneAsync(2, Rig);
        int[] children = [ChildOf(cluster, "camera.rear"), ChildOf(cluster, "guest.stranger")];

        await cluster.Node(RunningCluster.Alone).KillAsync();

        await cluster.UntilAsync(_ => children.All(static child => !Processes.Runs(child)), "a child lives on");
    }

    private static int ChildOf(RunningCluster cluster, string node) =>
        Processes.ChildrenOf(cluster.Node(RunningCluster.Alone).Id, $"--node {node} ").Single(Processes.Runs);
}
