namespace CameraFabric.Device.GuestMemory;

/// <summary>What one guest's memory table may be at most.</summary>
public sealed record MemoryLimits
{
    /// <summary>How many regions; 1 to 509. A front-end that maps shared buffers takes one for each, so eight are not enough.</summary>
    public int MaximumRegions { get; init; } = 64;

    /// <summary>How many bytes of guest memory, all regions together.</summary>
    public long MaximumBytes { get; init; } = 64L << 30;

    /// <summary>
    /// Whether to refuse files that their maker could still shrink (no F_SEAL_SHRINK): touching what is gone raises SIGBUS, which
    /// ends the process. Off by default, because some front-ends (user-mode Linux) give plain files; turn it on where the front-end
    /// is not trusted and does not have a node of its own.
    /// </summary>
    public bool RequireSealedSize { get; init; }
}
