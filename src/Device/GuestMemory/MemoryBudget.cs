namespace CameraFabric.Device.GuestMemory;

/// <summary>
/// How much memory several devices of one guest may have mapped together. Each counts what its own table maps: the same memory seen by two
/// devices is mapped twice. Thread-safe.
/// </summary>
/// <param name="maximumRegions">How many regions, at least 1.</param>
/// <param name="maximumBytes">How many bytes, at least 1.</param>
public sealed class MemoryBudget(int maximumRegions, long maximumBytes)
{
    private readonly Lock _gate = new();
    private int _regions;
    private UInt128 _bytes;

    /// <summary>Regions in use.</summary>
    public int Regions
    {
        get
        {
            lock (_gate) return _regions;
        }
    }

    /// <summary>Puts one device's table in the place of another. What is not more than before is always allowed.</summary>
    /// <param name="before">The table that the device has.</param>
    /// <param name="after">The table that it shall have.</param>
    /// <param name="isUndo">Whether the device goes back to a table that it had a moment ago: nobody asks then.</param>
    /// <exception cref="GuestMemoryException">That would be more than the guest may have; nothing has changed.</exception>
    public void Replace(MemoryTable before, MemoryTable after, bool isUndo = false)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (less, more) = (BytesOf(before), BytesOf(after));
        lock (_gate)
        {
            var regions = _regions - before.Regions.Count + after.Regions.Count;
            var bytes = _bytes - less + more;
            var hasTooMany = regions > maximumRegions && after.Regions.Count > before.Regions.Count;
            var isTooMuch = bytes > (UInt128)maximumBytes && more > less;
            if ((hasTooMany || isTooMuch) && !isUndo)
            {
                throw new GuestMemoryException(
                    $"the guest's devices would share {bytes} bytes in {regions} regions; "
                    + $"its budget for all of them is {maximumBytes} bytes in {maximumRegions} regions");
            }

            (_regions, _bytes) = (regions, bytes);
        }
    }

    /// <summary>A device is gone, and its table with it.</summary>
    /// <param name="table">The table.</param>
    public void Release(MemoryTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        lock (_gate) (_regions, _bytes) = (_regions - table.Regions.Count, _bytes - BytesOf(table));
    }

    private static UInt128 BytesOf(MemoryTable table)
    {
        UInt128 sum = 0;
        foreach (var region in table.Regions) sum += region.Size;
        return sum;
    }
}
