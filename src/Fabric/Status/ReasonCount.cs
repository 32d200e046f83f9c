using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>How often something happened for one reason.</summary>
/// <param name="Reason">The reason's name, as in the enumeration that it comes from.</param>
/// <param name="Count">How often, since the node's start.</param>
[MessagePackObject]
public sealed record ReasonCount([property: Key(0)] string Reason, [property: Key(1)] long Count);
