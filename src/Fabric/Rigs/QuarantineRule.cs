namespace CameraFabric.Fabric.Rigs;

/// <summary>What ends the quarantine of a guest that broke the protocol.</summary>
public enum QuarantineRule
{
    /// <summary>Its next connection. One that goes on breaking the protocol waits longer and longer before it is served.</summary>
    Reconnect = 0,

    /// <summary>An operator, with <c>camera-fabric release</c>; until then connections are refused.</summary>
    Operator = 1,
}
