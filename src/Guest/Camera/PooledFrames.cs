namespace CameraFabric.Guest.Camera;

/// <summary>Where the frames of a stream are, once the device has mapped the camera's pool (answer to SHM_MAP).</summary>
public sealed record PooledFrames
{
    /// <summary>Where the pool begins in the shared memory region, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>Bytes from one slot to the next.</summary>
    public required long SlotBytes { get; init; }

    /// <summary>How many slots.</summary>
    public required int Slots { get; init; }

    /// <summary>Where a frame's bytes begin in its slot.</summary>
    public required int DataOffset { get; init; }

    /// <summary>Frames that may be held at once.</summary>
    public required int MaximumLeases { get; init; }
}
