using CameraFabric.Fabric.Messages;
using MessagePack;

namespace CameraFabric.Fabric.Placement;

/// <summary>Node to core node: am I still one of us? Answered with <see cref="FenceAnswered"/>, or not at all.</summary>
/// <param name="Address">The asking node's address.</param>
/// <param name="Uid">Its run's number.</param>
/// <param name="SentAt">The asking node's frame clock; comes back unchanged.</param>
[MessagePackObject]
public sealed record FenceAsked(
    [property: Key(0)] string Address, [property: Key(1)] int Uid, [property: Key(2)] long SentAt) : IFabricMessage;

/// <summary>Core node to node: as far as I know, you are.</summary>
/// <param name="Address">The answering node's address.</param>
/// <param name="Uid">Its run's number.</param>
/// <param name="SentAt">What came with the question.</param>
[MessagePackObject]
public sealed record FenceAnswered(
    [property: Key(0)] string Address, [property: Key(1)] int Uid, [property: Key(2)] long SentAt) : IFabricMessage;
