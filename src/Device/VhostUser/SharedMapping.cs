namespace CameraFabric.Device.VhostUser;

/// <summary>
/// A piece of a file in a shared memory region of the device (virtio, "Shared Memory Regions"; vhost-user, SHMEM_MAP). All numbers of
/// bytes are multiples of <see cref="PageBytes"/>.
/// </summary>
/// <param name="Region">The region's id, 0 to 255.</param>
/// <param name="Offset">Where it lies in the region, in bytes.</param>
/// <param name="FileOffset">Where it begins in its file, in bytes.</param>
/// <param name="Length">Bytes, above 0.</param>
/// <param name="IsWritable">Whether the guest may write there.</param>
public readonly record struct SharedMapping(int Region, long Offset, long FileOffset, long Length, bool IsWritable)
{
    /// <summary>What every number of bytes is a multiple of.</summary>
    public const int PageBytes = 4096;

    /// <summary>Such as "region 0 at 0x1000+0x2000".</summary>
    public override string ToString() => $"region {Region} at 0x{Offset:x}+0x{Length:x}";

    internal WireMapping ToWire() =>
        new((byte)Region, 0, 0, 0, (ulong)FileOffset, (ulong)Offset, (ulong)Length, IsWritable ? WireMapping.WritableFlag : 0);
}

/// <summary>What became of a mapping that the front-end was asked for.</summary>
public enum SharedMemoryOutcome
{
    /// <summary>The front-end has done it.</summary>
    Done,

    /// <summary>The front-end will not do it; its own log says why.</summary>
    Refused,

    /// <summary>
    /// Not known: it did not answer in time, the channel is closed, or there is none. A mapping that turns up later is undone by itself.
    /// </summary>
    Failed,
}
