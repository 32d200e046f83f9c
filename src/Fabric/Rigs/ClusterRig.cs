using System.Collections.Immutable;

namespace CameraFabric.Fabric.Rigs;

/// <summary>How a rig's nodes keep together, and what they do when they cannot. docs/cluster.md says how the times hang together.</summary>
public sealed record ClusterRig
{
    /// <summary>Names of the nodes that others ask first when they join; empty: the first two core nodes of the rig.</summary>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <summary>Which part of a divided cluster goes on.</summary>
    public DowningStrategy Downing { get; init; } = DowningStrategy.KeepMajority;

    /// <summary>Core nodes that a part needs to go on, with <see cref="DowningStrategy.StaticQuorum"/>; more than half of the rig's.</summary>
    public int? Quorum { get; init; }

    /// <summary>How often a node shows the others that it lives. 10 ms to 10 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long heartbeats may fail to come before a node counts as unreachable. At least two heartbeats, at most 1 min.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the set of unreachable nodes must have been the same before it is decided which part goes on. 50 ms to 1 min.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a node may deliver frames without having heard from those that it needs to survive. At least two heartbeats, less than
    /// <see cref="Pause"/> and <see cref="StableAfter"/> together.
    /// </summary>
    public TimeSpan Fence { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Certificates for connections between nodes; null: connections are not encrypted and nobody has to show who it is.</summary>
    public TlsRig? Tls { get; init; }

    /// <summary>Whether nodes may listen beyond this machine without <see cref="Tls"/>.</summary>
    public bool Insecure { get; init; }
}
