namespace CameraFabric.Fabric.Messages;

/// <summary>
/// Stands for a message of another node that this one cannot read: of a type that it does not know, or with bytes that make no sense.
/// Whoever gets it counts it as heard, does nothing, and leaves it unhandled, so that <see cref="UnreadActor"/> tells of it.
/// </summary>
/// <param name="Manifest">The type's name, as it came.</param>
/// <param name="Reason">What is wrong, and what would be right.</param>
internal sealed record UnreadMessage(string Manifest, string Reason) : IFabricMessage;
