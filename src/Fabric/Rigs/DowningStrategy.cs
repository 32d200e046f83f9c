namespace CameraFabric.Fabric.Rigs;

/// <summary>Which part of a divided cluster goes on; the others end. docs/cluster.md.</summary>
public enum DowningStrategy
{
    /// <summary>The part with more than half of the core nodes; of two halves the one with the node of the lowest address.</summary>
    KeepMajority,

    /// <summary>The part with at least <see cref="ClusterRig.Quorum"/> core nodes.</summary>
    StaticQuorum,

    /// <summary>The part with the core node that is a member for the longest time.</summary>
    KeepOldest,
}
