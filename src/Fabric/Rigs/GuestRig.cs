using System.Collections.Immutable;

namespace CameraFabric.Fabric.Rigs;

/// <summary>One guest of a rig: a virtual machine, or a guest without one.</summary>
public sealed record GuestRig
{
    /// <summary>The guest's name: letters, digits, '-', '_' and '.', unique in the rig.</summary>
    public required string Name { get; init; }

    /// <summary>The cameras that it sees, each as a device of its own.</summary>
    public ImmutableArray<GuestCameraRig> Cameras { get; init; } = [];

    /// <summary>Buffers that it may attach to one device, 1 to 256.</summary>
    public int MaximumBuffers { get; init; } = 32;

    /// <summary>Requests that it may have in flight on one device, 1 to 256.</summary>
    public int MaximumInFlight { get; init; } = 16;

    /// <summary>Bytes that its attached buffers may have together on one device.</summary>
    public long MaximumBufferBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Bytes of memory that it may share, over all its devices; null for what <see cref="Nodes.FabricOptions.MaximumMemoryBytes"/> allows
    /// each. Memory that several devices see counts for each of them.
    /// </summary>
    public long? MaximumMemoryBytes { get; init; }

    /// <summary>
    /// Regions of memory that it may share, over all its devices; null for what <see cref="Nodes.FabricOptions.MaximumMemoryRegions"/>
    /// allows each.
    /// </summary>
    public int? MaximumMemoryRegions { get; init; }

    /// <summary>Bytes of frames that it is given in a second, over all its devices; 0 for no limit, null for the node's default.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Connections that are served in a second, over all its devices, 1 to 1000; null for the node's default.</summary>
    public int? ConnectionsPerSecond { get; init; }

    /// <summary>What ends a quarantine; null for the node's default.</summary>
    public QuarantineRule? Quarantine { get; init; }

    /// <summary>The node whose sockets its VMM connects to; null: the first of the rig with role guest.</summary>
    public string? Node { get; init; }

    /// <summary>Whether it has a process of its own, a child of <see cref="Node"/>.</summary>
    public Isolation Isolation { get; init; }
}
