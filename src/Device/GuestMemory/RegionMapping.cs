using CameraFabric.Platform;

namespace CameraFabric.Device.GuestMemory;

/// <summary>A region and its mapping, shared by the successive tables that contain it and unmapped with the last of them.</summary>
internal sealed class RegionMapping
{
    private int _tables;

    private RegionMapping(MemoryRegion region, MappedMemory memory)
    {
        Region = region;
        Memory = memory;
    }

    public MemoryRegion Region { get; }

    public MappedMemory Memory { get; }

    /// <summary>Checks the region against its file and maps it. The caller keeps the descriptor. Belongs to no table yet.</summary>
    /// <exception cref="GuestMemoryException">The region does not lie inside its file, or cannot be mapped.</exception>
    public static RegionMapping Map(in MemoryRegion region, FileDescriptor file, MemoryLimits limits)
    {
        if (region.MappingOffset > long.MaxValue || region.Size > long.MaxValue - region.MappingOffset)
        {
            throw new GuestMemoryException($"{region}: the file offset and the size together pass 2^63; no file is that large");
        }

        try
        {
            using var described = MemoryFile.FromDescriptor(file.Duplicate());
            if (region.MappingOffset + region.Size > (ulong)described.Size)
            {
                throw new GuestMemoryException(
                    $"{region}: its file has only 0x{described.Size:x} bytes, the region reaches "
                    + $"to 0x{region.MappingOffset + region.Size:x}");
            }

            if (limits.RequireSealedSize && !described.Seals.HasFlag(MemorySeals.Shrink))
            {
                throw new GuestMemoryException(
                    $"{region}: its file can still be shrunk; seal it with F_SEAL_SHRINK (QEMU: memory-backend-memfd with seal=on)");
            }

            var memory = MappedMemory.Map(
                file, (long)region.MappingOffset, (long)region.Size, MapAccess.ReadWrite, guarded: true);
            return new RegionMapping(region, memory);
        }
        catch (Exception e) when (e is LinuxException or ArgumentException)
        {
            throw new GuestMemoryException($"{region}: {e.Message}", e);
        }
    }

    public void Join() => Interlocked.Increment(ref _tables);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _tables) == 0) Memory.Dispose();
    }

    /// <summary>Unmaps it if it never came to belong to a table.</summary>
    public void DiscardUnused()
    {
        if (Volatile.Read(ref _tables) == 0) Memory.Dispose();
    }
}
