using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>One breach of the protocol by a guest.</summary>
/// <param name="Reason">What it did.</param>
/// <param name="SecondsAgo">How long ago, in seconds.</param>
[MessagePackObject]
public sealed record ViolationReport([property: Key(0)] string Reason, [property: Key(1)] double SecondsAgo);
