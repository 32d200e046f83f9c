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

    private Exception? _failure;

    /// <summary>What is asked of it next fails, once; but for fences, which are asked for all the time.</summary>
    public void Fail(Exception failure) => Volatile.Write(ref _failure, failure);

    public ICanTell Fence(NodeIncarnation node) => Fences.GetValueOrDefault(node, ActorRefs.Nobody);

    public ICanTell Placement(NodeIncarnation node)
    {
        FailOnce();
        return Placements.GetValueOrDefault(node, ActorRefs.Nobody);
    }

    public void Down(NodeIncarnation node)
    {
        FailOnce();
        PutOut.Enqueue(node);
    }

    private void FailOnce()
    {
        if (Interlocked.Exchange(ref _failure, null) is { } failure) throw failure;
    }
}
