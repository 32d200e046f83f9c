namespace CameraFabric.Guest.Virtqueues;

/// <summary>How a driver lays out one queue.</summary>
public sealed record DriverQueueOptions
{
    /// <summary>Ring entries: a power of two, 1 to 32768 (virtio 1.3 §2.7). Default 256, the most virtio-camera allows.</summary>
    public int Size { get; init; } = 256;

    /// <summary>Chains of two or more descriptors take one ring entry (VIRTIO_F_INDIRECT_DESC was negotiated).</summary>
    public bool Indirect { get; init; } = true;

    /// <summary>Notifications are suppressed by index instead of by flag (VIRTIO_F_EVENT_IDX was negotiated).</summary>
    public bool EventIndex { get; init; } = true;

    /// <summary>
    /// Most descriptors of one chain, 1 to <see cref="Size"/> (virtio 1.3 §2.7.5.3.1 allows no longer chain, indirect or not). Default 8.
    /// </summary>
    public int MaximumSegments { get; init; } = 8;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the value and its range.</exception>
    public void Validate()
    {
        if (Size is < 1 or > 32768 || (Size & (Size - 1)) != 0)
            throw new ArgumentException($"queue size {Size}: needs a power of two from 1 to 32768");
        if (MaximumSegments < 1 || MaximumSegments > Size)
            throw new ArgumentException($"{MaximumSegments} descriptors a chain: needs 1 to the queue's size, {Size}");
    }
}
