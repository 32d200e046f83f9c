using Akka.Cluster;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    private const string RoleOfNode = "node.";

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
        foreach (var member in cluster.State.Members.Where(member => NameOf(member) == node))
        {
            LogDown(node, member.Address.ToString());
            cluster.Down(member.Address);
        }
    }

    private static string? NameOf(Member member) =>
        member.Roles.FirstOrDefault(static role => role.StartsWith(RoleOfNode, StringComparison.Ordinal))?[RoleOfNode.Length..];

    /// <summary>The cluster as this node sees it.</summary>
    private static ClusterStatus StatusOf(Cluster cluster)
    {
        var state = cluster.State;
        var unreachable = state.Unreachable.Select(static member => member.UniqueAddress).ToHashSet();
        var members = state.Members
            .Select(member => new MemberReport
            {
                Node = NameOf(member) ?? "",
                Address = member.Address.ToString(),
                Status = member.Status.ToString(),
                Roles = [.. member.Roles.Where(static role => !role.StartsWith(RoleOfNode, StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
                Reachable = !unreachable.Contains(member.UniqueAddress),
                Leader = member.Address == state.Leader,
            })
            .OrderBy(static member => member.Node, StringComparer.Ordinal);
        return new ClusterStatus { Address = cluster.SelfAddress.ToString(), Members = [.. members] };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Node} at {Address} has ended: the cluster is told")]
    private partial void LogDown(string node, string address);
}
