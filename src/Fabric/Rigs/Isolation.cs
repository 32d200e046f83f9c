namespace CameraFabric.Fabric.Rigs;

/// <summary>What a camera or a guest does not share with others.</summary>
public enum Isolation
{
    /// <summary>It runs in its node's process.</summary>
    None,

    /// <summary>It has a process, and so a node, of its own: the child of the node that it is on.</summary>
    Process,
}
