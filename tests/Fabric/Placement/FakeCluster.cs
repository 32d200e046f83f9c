using System.Collections.Concurrent;
using Akka.Actor;
using CameraFabric.Fabric.Placement;

namespace CameraFabric.Fabric.Tests.Placement;

/// <summary>Nodes that are actors of one system; what is sent to one that is not there is lost.</summary>
internal sealed class FakeCluster : ICluster
{
    public ConcurrentDictionary<NodeIncarnation, IActorRef> Placements { get; } = [];

    public ConcurrentDictionary<NodeIncarnation, IActorRef> Fences { get; } = [];

    public ConcurrentQueue<NodeIncarnation> PutOut { get; } = [];

    public ICanTell Fence(NodeIncarnation node) => Fences.GetValueOrDefault(node, ActorRefs.Nobody);

    public ICanTell Placement(NodeIncarnation node) => Placements.GetValueOrDefault(node, ActorRefs.Nobody);

    public void Down(NodeIncarnation node) => PutOut.Enqueue(node);
}
