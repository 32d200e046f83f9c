using Akka.Cluster;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    // Many rounds of gossip, on a machine that is busy with starting everything.
    private static readonly TimeSpan AdmissionTimeout = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Completes when the cluster has removed this node without having been asked to: its cameras are at home elsewhere, and it has to be
    /// started anew. Never for a node without a cluster.
    /// </summary>
    public Task Removed => _removed.Task;

    /// <summary>
    /// Tells the cluster that a node has ended, by somebody who knows: its parent, which has seen its process end. Others need not wait
    /// for heartbeats then.
    /// </summary>
    /// <param name="node">The node's name.</param>
    public void Down(string node)
    {
        var cluster = Cluster.Get(System);
        foreach (var member in cluster.State.Members.Where(member => MembershipActor.NameOf(member) == node))
        {
            LogDown(node, member.Address.ToString());
            cluster.Down(member.Address);
            System.ActorSelection("/user/fabric/placement").Tell(new NodeEnded(node, member.Address.ToString(), member.UniqueAddress.Uid));
        }
    }

    /// <summary>
    /// A child whose parent lives is let in soon, or never: one that was taken for dead while it joined is not talked to any more, and
    /// nobody tells it.
    /// </summary>
    private async Task AwaitAdmissionAsync()
    {
        var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.Get(System).RegisterOnMemberUp(() => admitted.TrySetResult());
        try
        {
            await admitted.Task.WaitAsync(AdmissionTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (_stop.IsValueCreated) return;
            LogNotAdmitted(AdmissionTimeout.TotalSeconds);
            _removed.TrySetResult();
        }
    }

    /// <summary>Called by Akka when this node is a member no more.</summary>
    private void BeRemoved()
    {
        if (_stop.IsValueCreated) return;
        LogRemoved();
        _removed.TrySetResult();
    }

    private FabricStatus WithCluster(FabricStatus status)
    {
        if (_seat is null) return status;
        var cluster = Cluster.Get(System);
        var state = cluster.State;
        var unreachable = state.Unreachable.Select(static member => member.UniqueAddress).ToHashSet();
        var members = state.Members
            .Select(member => new MemberReport
            {
                Node = MembershipActor.NameOf(member) ?? "",
                Address = member.Address.ToString(),
                Status = member.Status.ToString(),
                Roles = [.. member.Roles.Where(static role => !role.StartsWith(MembershipActor.NodeRole, StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
                Reachable = !unreachable.Contains(member.UniqueAddress),
                Leader = member.Address == state.Leader,
            })
            .OrderBy(static member => member.Node, StringComparer.Ordinal);
        var homes = _seat.Board.Table.Assignments.Values
            .OrderBy(static home => home.Camera, StringComparer.Ordinal)
            .Select(static home => new HomeReport(
                home.Camera, home.Home?.Node ?? "", home.Epoch, home.Home is null && home.Loss != HomeLoss.None ? RigWords.Of(home.Loss.ToString()) : ""));
        return status with
        {
            Cluster = new ClusterStatus
            {
                Address = cluster.SelfAddress.ToString(),
                Members = [.. members],
                Homes = [.. homes],
                FenceOpen = _seat.Fence.IsOpen(_clock.Now),
            },
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node} at {Address} has ended: the cluster is told")]
    private partial void LogDown(string node, string address);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster has not let this node in within {Timeout} s; it ends, and its parent starts another one")]
    private partial void LogNotAdmitted(double timeout);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster has removed this node: it could not be reached, or had lost the majority; its cameras are at home elsewhere")]
    private partial void LogRemoved();
}
