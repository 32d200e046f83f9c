using Akka.Actor;
using Akka.Cluster;

namespace CameraFabric.Fabric.Placement;

/// <summary>Akka's cluster.</summary>
/// <param name="system">The node's actors.</param>
internal sealed class AkkaCluster(ActorSystem system) : ICluster
{
    private readonly Cluster _cluster = Cluster.Get(system);

    /// <summary>A run by its name and Akka's address.</summary>
    public static NodeIncarnation Incarnation(string node, UniqueAddress address) => new(node, address.Address.ToString(), address.Uid);

    /// <inheritdoc/>
    public ICanTell Fence(NodeIncarnation node) => system.ActorSelection($"{node.Address}/user/fabric/fence");

    /// <inheritdoc/>
    public ICanTell Placement(NodeIncarnation node) => system.ActorSelection($"{node.Address}/user/fabric/placement");

    /// <inheritdoc/>
    public void Down(NodeIncarnation node) => _cluster.Down(Address.Parse(node.Address));
}
