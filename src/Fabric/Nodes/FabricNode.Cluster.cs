using System.Collections.Immutable;
using Akka.Cluster;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    // Many rounds of gossip, on a machine that is busy with starting everything.
    private static readonly TimeSpan LeastAdmissionTimeout = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Completes when the cluster has removed this node without having been asked to: its cameras are at home elsewhere, and it has to be
    /// started anew. Never for a node without a cluster.
    /// </summary>
    public Task Removed => _removed.Task;

    /// <summary>
    /// Tells the cluster that a run of a child has ended, by somebody who knows: its parent, which has seen its process end. Others need
    /// not wait for heartbeats then. Another run of the same name, one that this parent has not started or starts later, is not meant.
    /// </summary>
    /// <param name="node">The child's name.</param>
    /// <param name="process">The id that its process had.</param>
    public void Down(string node, int process)
    {
        var cluster = Cluster.Get(System);
        foreach (var member in cluster.State.Members.Where(member => MembershipActor.IsRun(member.Roles, node, process)))
        {
            LogDown(node, process, member.Address.ToString());
            cluster.Down(member.Address);
            System.ActorSelection("/user/fabric/placement").Tell(new NodeEnded(node, member.Address.ToString(), member.UniqueAddress.Uid));
        }
    }

    /// <summary>Sees to it that a node that the others have put out, or never let in, says so or ends: nobody tells it.</summary>
    private async Task AwaitAdmissionAsync(bool isCore, ImmutableArray<string> seeds, TimeSpan stableAfter)
    {
        // Nobody is let in while another who has come is silent, and waited for.
        var patience = stableAfter * (DowningDecision.NewcomersPatience + 1);
        var timeout = patience > LeastAdmissionTimeout ? patience : LeastAdmissionTimeout;
        var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cluster = Cluster.Get(System);
        cluster.RegisterOnMemberUp(() => admitted.TrySetResult());
        var admission = new Admission(isCore);
        while (!_stop.IsValueCreated && !_removed.Task.IsCompleted)
        {
            await admitted.Task.WaitAsync(timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (admitted.Task.IsCompleted) return;
            if (_stop.IsValueCreated || _removed.Task.IsCompleted) return;
            var isIn = cluster.State.Members.Any(member => member.UniqueAddress == cluster.SelfUniqueAddress);
            if (admission.Judge(isIn) == AdmissionVerdict.Wait)
            {
                LogWaiting(timeout.TotalSeconds, string.Join(", ", seeds));
                continue;
            }

            LogNotAdmitted(timeout.TotalSeconds, string.Join(", ", seeds));
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
                Roles = [.. member.Roles.Where(static role => !role.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
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

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node}, process {Process} at {Address}, has ended: the cluster is told")]
    private partial void LogDown(string node, int process, string address);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster has not let this node in within {Timeout} s (it asked {Seeds}): "
        + "it ends, to be started anew")]
    private partial void LogNotAdmitted(double timeout, string seeds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the cluster has not let this node in for {Timeout} s more; it goes on "
        + "asking {Seeds}: check that one of them runs and can be reached from here, and that all have the same rig, `tls` included")]
    private partial void LogWaiting(double timeout, string seeds);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster has removed this node: it could not be reached, or had lost the majority; its cameras are at home elsewhere")]
    private partial void LogRemoved();
}
