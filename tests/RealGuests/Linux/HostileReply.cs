namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>One answer of the device.</summary>
/// <param name="Bytes">What it writes; null: it never answers.</param>
internal sealed record HostileReply(byte[]? Bytes)
{
    /// <summary>It never answers.</summary>
    public static HostileReply Never { get; } = new((byte[]?)null);

    /// <summary>The length in the used ring; null: as many bytes as it wrote.</summary>
    public uint? Used { get; init; }

    /// <summary>The chain in the used ring; null: the one that it is.</summary>
    public uint? Head { get; init; }

    /// <summary>The same chain once more.</summary>
    public bool Twice { get; init; }

    /// <summary>Entries of the used ring that it claims and did not write.</summary>
    public ushort Jump { get; init; }

    /// <summary>Only when the driver takes its queues away.</summary>
    public bool AtTheEnd { get; init; }
}
