namespace CameraFabric.Device.Media.Sessions;

/// <summary>Which pieces of shared memory region 0 are taken. First fit; not thread-safe.</summary>
/// <param name="bytes">The region's bytes.</param>
internal sealed class RegionSpace(long bytes)
{
    private readonly SortedList<long, long> _taken = [];

    /// <summary>Takes a piece.</summary>
    /// <returns>Where it begins; -1 if there is no room.</returns>
    public long Take(long length)
    {
        long at = 0;
        foreach (var (offset, size) in _taken)
        {
            if (offset - at >= length) break;
            at = offset + size;
        }

        if (length > bytes - at) return -1;
        _taken.Add(at, length);
        return at;
    }

    /// <summary>Gives a piece back.</summary>
    public void Free(long offset) => _taken.Remove(offset);
}
