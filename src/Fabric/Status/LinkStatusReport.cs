using System.Collections.Immutable;
using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>One end of the links between a camera's home and one reader node, over all connections that there were.</summary>
[MessagePackObject]
public sealed record LinkStatusReport
{
    /// <summary>The node at the other end.</summary>
    [Key(0)] public string Node { get; init; } = "";

    /// <summary>At the home: frames that were offered to the link.</summary>
    [Key(1)] public long Offered { get; init; }

    /// <summary>At the home: frames that were sent.</summary>
    [Key(2)] public long Sent { get; init; }

    /// <summary>At the home: frames that were offered and not sent.</summary>
    [Key(3)] public ImmutableArray<ReasonCount> Dropped { get; init; } = [];

    /// <summary>At the home: frames that the reader would take now.</summary>
    [Key(4)] public int Credit { get; init; }

    /// <summary>At the reader: frames that came.</summary>
    [Key(5)] public long Received { get; init; }

    /// <summary>At the reader: frames that were told as missed.</summary>
    [Key(6)] public long Missed { get; init; }

    /// <summary>At the reader: frames of an older epoch.</summary>
    [Key(7)] public long Refused { get; init; }

    /// <summary>Bytes written or received.</summary>
    [Key(8)] public long Bytes { get; init; }

    /// <summary>Connections that came to an end which neither side wanted.</summary>
    [Key(9)] public long Breaks { get; init; }

    /// <summary>Frames per second over the last few seconds.</summary>
    [Key(10)] public double FramesPerSecond { get; init; }

    /// <summary>Offered = sent + dropped, exactly, when nothing waits.</summary>
    [IgnoreMember] public bool Balanced => Offered == Sent + (Dropped.IsDefault ? 0 : Dropped.Sum(static dropped => dropped.Count));
}
