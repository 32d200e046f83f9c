using Akka.Actor;

namespace CameraFabric.Fabric.Placement;

/// <summary>What placement and fence do with the cluster besides looking at it; tests have their own.</summary>
internal interface ICluster
{
    /// <summary>The fence actor of a node.</summary>
    ICanTell Fence(NodeIncarnation node);

    /// <summary>The placement actor of a node.</summary>
    ICanTell Placement(NodeIncarnation node);

    /// <summary>Puts a member out of the cluster.</summary>
    void Down(NodeIncarnation node);
}
