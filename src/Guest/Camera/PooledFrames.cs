using CameraFabric.Device.Camera.Wire;

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

    /// <summary>What the device says, if it can be so.</summary>
    /// <param name="reply">What it says.</param>
    /// <param name="regionBytes">Bytes of the shared memory region.</param>
    /// <param name="frameBytes">Bytes of a frame.</param>
    /// <returns>Null if some slot's frame would not lie inside what is mapped, or that not inside the region.</returns>
    internal static PooledFrames? TryRead(in MapPoolReply reply, long regionBytes, int frameBytes)
    {
        var region = (ulong)regionBytes;
        if (reply.Slots is 0 or > 4096 || reply.MaximumLeases is 0 or > 4096) return null;
        if (reply.Offset > region || reply.Length > region - reply.Offset || reply.Slots > reply.Length / Math.Max(1, reply.SlotBytes)) return null;
        if ((ulong)reply.DataOffset + (ulong)frameBytes > reply.SlotBytes) return null;
        return new PooledFrames
        {
            Offset = (long)reply.Offset, SlotBytes = (long)reply.SlotBytes, Slots = (int)reply.Slots, DataOffset = (int)reply.DataOffset,
            MaximumLeases = (int)reply.MaximumLeases,
        };
    }
}
