namespace CameraFabric.Fabric.Placement;

/// <summary>Why a camera has no home.</summary>
public enum HomeLoss
{
    /// <summary>It has one.</summary>
    None = 0,

    /// <summary>The node that its hardware is attached to is not a member, nor is its standby.</summary>
    NodeAway = 1,

    /// <summary>It is free, but no node with role sensor is a member.</summary>
    NoSensorNode = 2,

    /// <summary>Its own process is not a member.</summary>
    ProcessAway = 3,
}
