using CameraFabric.Platform;

namespace CameraFabric.Device.GuestMemory;

/// <summary>A region and its mapping, shared by the successive tables that contain it and unmapped with the last of them.</summary>
internal sealed class RegionMapping
{
    private const string Advice = "seal it with F_SEAL_SHRINK (QEMU: memory-backend-memfd, which seals by default), and size it once";

    private const string NoPage =
        "the system had no page for an access to its memory file (SIGBUS): no huge page or no space was left for it, or memory failed";

    private const int ErrorNotPermitted = 1;
    private const int ErrorAccess = 13;

    private readonly FileDescriptor? _file; // of a file that can be shrunk, to tell by how much
    private readonly long _fileBytes;
    private int _tables;

    private RegionMapping(MemoryRegion region, FileDescriptor? file, long fileBytes)
    {
        Region = region;
        _file = file;
        _fileBytes = fileBytes;
    }

    public MemoryRegion Region { get; }

    public MappedMemory Memory { get; private set; } = null!;

    /// <summary>
    /// Whether it is memory of the guest's, which a device reads and writes. What can only be read is not: nothing of it is ever used.
    /// </summary>
    public bool IsUsable => !Memory.IsReadOnly;

    /// <summary>Why nothing would save the process from this region's file being shrunk; empty if something does.</summary>
    public string Unguarded { get; private set; } = "";

    /// <summary>Checks the region against its file and maps it. The caller keeps the descriptor. Belongs to no table yet.</summary>
    /// <exception cref="GuestMemoryException">The region does not lie inside its file, or cannot be mapped.</exception>
    public static RegionMapping Map(in MemoryRegion region, FileDescriptor file, MemoryLimits limits, Action<string> lost)
    {
        if (region.MappingOffset > long.MaxValue || region.Size > long.MaxValue - region.MappingOffset)
        {
            throw new GuestMemoryException($"{region}: the file offset and the size together pass 2^63; no file is that large");
        }

        FileDescriptor? kept = null;
        try
        {
            // First the seal, then the size: what is sealed stays as large as it is found.
            var isSealed = Seal(file);
            kept = file.Duplicate();
            var bytes = SizeOf(kept);
            if (region.MappingOffset + region.Size > (ulong)bytes)
            {
                throw new GuestMemoryException(
                    $"{region}: its file has only 0x{bytes:x} bytes, the region reaches to 0x{region.MappingOffset + region.Size:x}");
            }

            if (limits.RequireSealedSize && !isSealed)
            {
                throw new GuestMemoryException($"{region}: its file can still be shrunk, and cannot be sealed from here; {Advice}");
            }

            var mapping = new RegionMapping(region, isSealed ? null : kept, bytes);
            mapping.MapGuarded(file, limits, lost, isSealed);
            if (!isSealed) kept = null;
            return mapping;
        }
        catch (Exception e) when (e is LinuxException or ArgumentException)
        {
            throw new GuestMemoryException($"{region}: {e.Message}", e);
        }
        finally
        {
            kept?.Dispose();
        }
    }

    /// <summary>What became of lost memory, for an operator.</summary>
    public string DescribeLoss()
    {
        if (_file is null) return $"{Region}: {NoPage}";
        try
        {
            var now = SizeOf(_file);
            return now < _fileBytes
                ? $"{Region}: its memory file was shrunk from {_fileBytes} to {now} bytes while mapped; {Advice}"
                : $"{Region}: {NoPage}, or it was shrunk and grown again while mapped; {Advice}";
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            return $"{Region}: its memory file of {_fileBytes} bytes was shrunk while mapped; {Advice}";
        }
    }

    public void Join() => Interlocked.Increment(ref _tables);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _tables) == 0) Dispose();
    }

    /// <summary>Unmaps it if it never came to belong to a table.</summary>
    public void DiscardUnused()
    {
        if (Volatile.Read(ref _tables) == 0) Dispose();
    }

    private void MapGuarded(FileDescriptor file, MemoryLimits limits, Action<string> lost, bool isSealed)
    {
        Memory = MapForeign(file, limits, lost);
        if (Memory.IsGuarded || isSealed) return;
        Unguarded = limits.Guard.Unavailable;
        if (Unguarded.Length > 0) return;
        Memory.Dispose();
        throw new GuestMemoryException(
            $"{Region}: its file can still be shrunk, and all {limits.Guard.Capacity} places for such memory are taken; {Advice}");
    }

    // What a device shares for reading alone comes back from some front-ends as if it were memory of the guest's.
    private MappedMemory MapForeign(FileDescriptor file, MemoryLimits limits, Action<string> lost)
    {
        try
        {
            return Map(MapAccess.ReadWrite);
        }
        catch (LinuxException e) when (e.ErrorNumber is ErrorNotPermitted or ErrorAccess)
        {
            return Map(MapAccess.ReadOnly);
        }

        MappedMemory Map(MapAccess access) => MappedMemory.MapForeign(
            file, (long)Region.MappingOffset, (long)Region.Size, access, limits.Guard, () => lost(DescribeLoss()));
    }

    private void Dispose()
    {
        Memory.Dispose();
        _file?.Dispose();
    }

    // Growing stays possible, and so do other seals: how the rest of the file is used is the front-end's own affair.
    private static bool Seal(FileDescriptor file)
    {
        using var described = MemoryFile.FromDescriptor(file.Duplicate());
        return described.Seals.HasFlag(MemorySeals.Shrink) || described.TryAddSeals(MemorySeals.Shrink);
    }

    private static long SizeOf(FileDescriptor file)
    {
        using var described = MemoryFile.FromDescriptor(file.Duplicate());
        return described.Size;
    }
}
