namespace CameraFabric.Fabric.Rigs;

/// <summary>What a node may be used for.</summary>
[Flags]
public enum NodeRoles
{
    /// <summary>Nothing: it only counts when the cluster decides which part of it survives.</summary>
    None = 0,

    /// <summary>Cameras may be at home there.</summary>
    Sensor = 1,

    /// <summary>Guests may be there.</summary>
    Guest = 2,
}
