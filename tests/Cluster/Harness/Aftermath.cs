using CameraFabric.EndToEnd.Tests;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>What holds again after whatever was done to a cluster: each camera has one owner, nothing old was delivered, all is accounted for.</summary>
internal static class Aftermath
{
    /// <summary>How the guest's complaint ends of the numbers that a new home leaves out: no frame had them, so nobody tells why.</summary>
    private const string NumbersWithoutFrames = "were told with a reason";

    /// <summary>
    /// Waits until all nodes are members again, and each camera that somebody looks at comes from one node alone: the one that all take for
    /// its home, at the epoch that all know. A node that the cluster removes meanwhile is started again.
    /// </summary>
    public static Task<RigStatus> SettleAsync(this RunningCluster cluster, int nodes) =>
        cluster.TogetherAsync(nodes, static status => status.Nodes[0].Cluster!.Homes.All(home => HasOneOwner(status, home)));

    /// <summary>Guests and nodes stop in order. Every frame is accounted for, at each node that printed its balance and at each guest.</summary>
    /// <returns>The balances of the nodes that ran at the end.</returns>
    public static async Task<IReadOnlyList<FabricStatus>> BalanceAsync(this RunningCluster cluster, params IReadOnlyList<FabricProcess> guests)
    {
        foreach (var guest in guests)
        {
            guest.Terminate();
            await guest.EndAsync();
            var report = RunningCluster.ReportOf(guest)!;
            // A device that is started again while its node is lost counts its events anew from what it finds in the ring.
            var saw = report.Verification.First.Where(failure => !failure.EndsWith(NumbersWithoutFrames, StringComparison.Ordinal)
                && !(report.Interruptions.Count > 0 && failure.StartsWith("event ", StringComparison.Ordinal)));
            Assert.True(report.Frames.Balanced && !saw.Any(), $"{report.Name} saw something wrong: {report.ToJson()}\n{cluster.Logs()}");
        }

        return await cluster.StopAsync();
    }

    /// <summary>The frames that a node's own guests have got from a camera.</summary>
    public static long Delivered(this FabricStatus node, string camera) =>
        node.Guests.Where(guest => guest.Camera == camera).Sum(static guest => guest.Delivered);

    private static bool HasOneOwner(RigStatus status, HomeReport home)
    {
        var owners = status.Nodes
            .SelectMany(static node => node.Cameras, static (node, camera) => (node.Node, Camera: camera))
            .Where(owner => owner.Camera.Id == home.Camera && owner.Camera.State == CameraState.Streaming)
            .ToArray();
        return owners.Length <= 1 && owners.All(owner => owner.Node == home.Node && owner.Camera.Epoch == home.Epoch)
            && status.Nodes.SelectMany(static node => node.Readers.IsDefault ? [] : node.Readers)
                .Where(reader => reader.Id == home.Camera && reader.State == CameraState.Streaming)
                .All(reader => owners.Length == 1 && reader.Epoch == home.Epoch);
    }
}
