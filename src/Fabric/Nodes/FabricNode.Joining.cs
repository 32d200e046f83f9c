using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

public sealed partial class FabricNode
{
    // A few rounds of gossip. Where it takes longer there is nobody left who could let it go.
    private static readonly TimeSpan LeavingTimeout = TimeSpan.FromSeconds(3);

    /// <summary>What a node of a cluster knows of itself.</summary>
    internal NodeSeat? Seat => _seat;

    /// <summary>The node's part of the rig; null for a rig that needs one process alone.</summary>
    private static NodeRig? PartOf(Rig rig, string? name)
    {
        var names = string.Join(", ", rig.AllNodes().Select(static node => node.Name));
        if (!rig.IsClustered)
            return name is null ? null : throw new ArgumentException($"rig '{rig.Name}' names no nodes, so there is no '{name}'", nameof(name));
        if (name is null) throw new ArgumentException($"rig '{rig.Name}' has several nodes: name one of {names}", nameof(name));
        return rig.NodeOf(name) ?? throw new ArgumentException($"there is no node '{name}' in rig '{rig.Name}'; there are {names}", nameof(name));
    }

    private static NodeSeat SeatOf(Rig rig, NodeRig node, ActorSystem system)
    {
        var cluster = Cluster.Get(system);
        var self = AkkaCluster.Incarnation(node.Name, cluster.SelfUniqueAddress);
        var index = rig.AllNodes().IndexOf(node);
        // Nobody could take the cameras of the only core node.
        var isAlone = node.IsCore && rig.CoreNodes().Length == 1;
        return new NodeSeat(node, index, self, isAlone ? NodeFence.Always : new NodeFence());
    }

    /// <summary>Asks for admission; the first seed, and a node without seeds, founds the cluster if nobody answers.</summary>
    private static void Join(ActorSystem system, ImmutableArray<string> seeds)
    {
        var cluster = Cluster.Get(system);
        if (seeds.IsDefaultOrEmpty) cluster.Join(cluster.SelfAddress);
        else cluster.JoinSeedNodes(seeds.Select(Akka.Actor.Address.Parse));
    }

    /// <summary>Leaves the cluster in order, so that nobody waits for this node: its cameras have stopped and said so.</summary>
    private async Task LeaveAsync(TimeSpan timeout)
    {
        var cluster = Cluster.Get(System);
        if (timeout > LeavingTimeout) timeout = LeavingTimeout;
        // One that was never let in has nothing to leave.
        if (timeout <= TimeSpan.Zero || cluster.IsTerminated || !cluster.State.Members.Contains(cluster.SelfMember)) return;
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberRemoved(() => removed.TrySetResult());
        cluster.Leave(cluster.SelfAddress);
        try
        {
            await removed.Task.WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogNotLeft(timeout.TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the cluster has not let this node go within {Timeout} s; it goes all the same, and the others will find that out")]
    private partial void LogNotLeft(double timeout);
}
