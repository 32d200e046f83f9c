using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.VhostUser;

/// <summary>The limits and times of one vhost-user connection.</summary>
public sealed record VhostUserOptions
{
    /// <summary>How long the front-end may take to make room for an answer; a front-end that reads no answers is disconnected.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a message that has begun may take to arrive; each of its header and its payload.</summary>
    public TimeSpan IdleMessageTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many memory regions the guest may have; answered to GET_MAX_MEM_SLOTS. 1 to 509.</summary>
    public int MaximumMemoryRegions { get; init; } = 128;

    /// <summary>How many bytes of memory the guest may have.</summary>
    public long MaximumMemoryBytes { get; init; } = 64L << 30;

    /// <summary>What the guest may have mapped over all its devices; null for no limit but the two above.</summary>
    public MemoryBudget? MemoryBudget { get; init; }

    /// <summary>Whether to refuse memory that the front-end could still shrink; see <see cref="MemoryLimits.RequireSealedSize"/>.</summary>
    public bool RequireSealedMemory { get; init; }

    /// <summary>The largest queue size; the device may take less.</summary>
    public int MaximumQueueSize { get; init; } = 1024;

    /// <summary>
    /// How often a ring is looked at whose driver's kicks cannot be heard ("no descriptor" in SET_VRING_KICK without in-band
    /// notifications).
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How long stopping a ring waits for writers inside the guest's memory; see <see cref="Virtqueues.VirtqueueSettings.StopTimeout"/>.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the front-end may take to map into a shared memory region, or to unmap; its answer is not waited for, but what it was for
    /// has failed then.
    /// </summary>
    public TimeSpan SharedMemoryTimeout { get; init; } = TimeSpan.FromSeconds(2);

    internal MemoryLimits MemoryLimits => new()
    {
        MaximumRegions = MaximumMemoryRegions,
        MaximumBytes = MaximumMemoryBytes,
        RequireSealedSize = RequireSealedMemory,
    };
}
