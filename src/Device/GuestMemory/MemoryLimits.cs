using CameraFabric.Platform;

namespace CameraFabric.Device.GuestMemory;

/// <summary>What one guest's memory table may be at most.</summary>
public sealed record MemoryLimits
{
    /// <summary>How many regions; 1 to 509. A front-end that maps shared buffers takes one for each, so that 64 of them need more than 64.</summary>
    public int MaximumRegions { get; init; } = 128;

    /// <summary>How many bytes of guest memory, all regions together.</summary>
    public long MaximumBytes { get; init; } = 64L << 30;

    /// <summary>
    /// Whether to refuse files that their maker could still shrink: they have no F_SEAL_SHRINK, and do not let us set it. Off by default,
    /// because some front-ends (user-mode Linux) give plain files. Without it, the guest of a front-end that shrinks such a file is
    /// quarantined; see docs/guest-memory.md.
    /// </summary>
    public bool RequireSealedSize { get; init; }

    /// <summary>Who catches accesses to memory that the front-end took away.</summary>
    public MemoryGuard Guard { get; init; } = MemoryGuard.Shared;
}
