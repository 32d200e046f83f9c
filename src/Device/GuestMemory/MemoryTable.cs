using CameraFabric.Platform;

namespace CameraFabric.Device.GuestMemory;

/// <summary>
/// A guest's memory at one time: an immutable list of regions, each mapped. A change of memory makes a new table, which shares the
/// mappings that stay; the old one is retired, and what only it mapped is unmapped when its last user has left. Thread-safe.
/// </summary>
public sealed class MemoryTable
{
    private readonly RegionMapping[] _byGuest;
    private readonly RegionMapping[] _byFrontend;
    private readonly Lock _gate = new();
    private int _users;
    private bool _isRetired;
    private bool _isReleased;

    private MemoryTable(RegionMapping[] mappings)
    {
        foreach (var mapping in mappings) mapping.Join();
        _byGuest = [.. mappings.OrderBy(m => m.Region.GuestAddress)];
        _byFrontend = [.. mappings.OrderBy(m => m.Region.FrontendAddress)];
        Regions = [.. _byGuest.Select(m => m.Region)];
        Unguarded = Array.Find(mappings, m => m.Unguarded.Length > 0) is { } bare ? $"{bare.Region}: {bare.Unguarded}" : "";
    }

    /// <summary>A table without regions, to start from.</summary>
    public static MemoryTable Empty() => new([]);

    /// <summary>The regions, by rising guest address.</summary>
    public IReadOnlyList<MemoryRegion> Regions { get; }

    /// <summary>
    /// Why nothing saves the process from the front-end shrinking one of the files: no seal, and no guard. Empty if all are safe.
    /// </summary>
    public string Unguarded { get; }

    /// <summary>
    /// What became of memory that an access found gone, for an operator; null if none was. Whatever else was read there is zeros that the
    /// guest never wrote, so this comes before any judgement of the guest. Any thread, also once it is retired.
    /// </summary>
    public string? DescribeLoss() => Array.Find(_byGuest, m => m.Memory.IsLost)?.DescribeLoss();

    /// <summary>Whether its memory is unmapped: it was retired, and nobody uses it any more.</summary>
    public bool IsReleased
    {
        get
        {
            lock (_gate) return _isReleased;
        }
    }

    /// <summary>How many mappings the tables have together; one that several of them share counts once.</summary>
    internal static int CountMapped(params ReadOnlySpan<MemoryTable> tables)
    {
        var mappings = new HashSet<RegionMapping>();
        foreach (var table in tables) mappings.UnionWith(table._byGuest);
        return mappings.Count;
    }

    /// <summary>
    /// Maps regions, each from the descriptor at the same place. The descriptors stay the caller's, who may close them afterwards.
    /// </summary>
    /// <param name="regions">Which regions.</param>
    /// <param name="files">A descriptor for each.</param>
    /// <param name="limits">How many and how large they may be.</param>
    /// <param name="lost">
    /// Called with <see cref="DescribeLoss"/> after memory was found gone, on a thread that all share; must not block or throw.
    /// </param>
    /// <exception cref="ArgumentException">Not as many descriptors as regions.</exception>
    /// <exception cref="GuestMemoryException">
    /// A region is empty, wraps, overlaps another, is not inside its file, or the limits are passed. Nothing stays mapped.
    /// </exception>
    public static MemoryTable Create(
        ReadOnlySpan<MemoryRegion> regions, ReadOnlySpan<FileDescriptor> files, MemoryLimits limits, Action<string>? lost = null)
    {
        lost ??= static _ => { };
        ArgumentNullException.ThrowIfNull(limits);
        if (regions.Length != files.Length)
        {
            throw new ArgumentException($"{regions.Length} regions but {files.Length} descriptors", nameof(files));
        }
        CheckAll(regions, limits);
        var mappings = new RegionMapping[regions.Length];
        var mapped = 0;
        try
        {
            for (; mapped < mappings.Length; mapped++) mappings[mapped] = RegionMapping.Map(regions[mapped], files[mapped], limits, lost);
            return new MemoryTable(mappings);
        }
        catch
        {
            foreach (var mapping in mappings.AsSpan(0, mapped)) mapping.DiscardUnused();
            throw;
        }
    }

    /// <summary>A new table with one region more (ADD_MEM_REG). This one stays as it is; it must not be retired yet.</summary>
    /// <exception cref="GuestMemoryException">As with <see cref="Create"/>.</exception>
    public MemoryTable With(in MemoryRegion region, FileDescriptor file, MemoryLimits limits, Action<string>? lost = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(limits);
        CheckAll([.. Regions, region], limits);
        var mapping = RegionMapping.Map(region, file, limits, lost ?? (static _ => { }));
        try
        {
            return Successor([.. _byGuest, mapping]);
        }
        catch
        {
            mapping.DiscardUnused();
            throw;
        }
    }

    /// <summary>
    /// A new table without one of the regions (REM_MEM_REG), found by its addresses and size. This one stays as it is; it must not be
    /// retired yet.
    /// </summary>
    /// <exception cref="GuestMemoryException">There is no such region.</exception>
    public MemoryTable Without(MemoryRegion region)
    {
        var rest = _byGuest.Where(m => !m.Region.IsSamePlaceAs(region)).ToArray();
        if (rest.Length == _byGuest.Length)
        {
            throw new GuestMemoryException(
                $"{region} is not in the table, which has {(Regions.Count == 0 ? "no regions" : string.Join(", ", Regions))}");
        }

        return Successor(rest);
    }

    /// <summary>Finds a piece of guest memory. It must lie wholly in one region.</summary>
    /// <param name="guestAddress">Guest-physical.</param>
    /// <param name="length">Bytes, 1 to 2^31 - 1.</param>
    /// <param name="range">Where it is mapped.</param>
    /// <param name="error">What is wrong with it; empty if it was found.</param>
    public bool TryTranslate(ulong guestAddress, ulong length, out GuestRange range, out string error)
    {
        range = default;
        if (length is 0 or > int.MaxValue)
        {
            error = length == 0
                ? $"the range at 0x{guestAddress:x} is empty"
                : $"the range at 0x{guestAddress:x} has {length} bytes; at most {int.MaxValue} are taken";
            return false;
        }

        var mapping = FindByGuest(guestAddress);
        if (mapping is null)
        {
            error = $"no memory at guest address 0x{guestAddress:x}: the table has {Describe()}";
            return false;
        }

        var inside = guestAddress - mapping.Region.GuestAddress;
        if (length > mapping.Region.Size - inside)
        {
            error = $"the range 0x{guestAddress:x}+0x{length:x} reaches beyond the end of its region, "
                + $"0x{mapping.Region.GuestAddress:x}+0x{mapping.Region.Size:x}";
            return false;
        }

        range = new GuestRange(mapping.Memory, (long)inside, (int)length);
        error = "";
        return true;
    }

    /// <summary>
    /// Finds as much of a piece of guest memory as lies in the region where it begins: a piece may cross into a neighbouring region.
    /// </summary>
    /// <param name="guestAddress">Guest-physical.</param>
    /// <param name="length">Bytes wanted, above 0.</param>
    /// <param name="range">The first part of it, of at least one byte.</param>
    /// <returns>False if the address is in no region.</returns>
    public bool TryTranslatePrefix(ulong guestAddress, int length, out GuestRange range)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var mapping = FindByGuest(guestAddress);
        if (mapping is null)
        {
            range = default;
            return false;
        }

        var inside = guestAddress - mapping.Region.GuestAddress;
        range = new GuestRange(mapping.Memory, (long)inside, (int)Math.Min((ulong)length, mapping.Region.Size - inside));
        return true;
    }

    /// <summary>Finds a piece by the front-end's addresses, as rings are given. It must lie wholly in one region.</summary>
    /// <param name="address">In the front-end's address space.</param>
    /// <param name="length">Bytes, 1 to 2^31 - 1.</param>
    /// <param name="range">Where it is mapped.</param>
    public bool TryTranslateFrontend(ulong address, ulong length, out GuestRange range)
    {
        range = default;
        if (length is 0 or > int.MaxValue) return false;
        foreach (var mapping in _byFrontend)
        {
            if (address < mapping.Region.FrontendAddress) break;
            var inside = address - mapping.Region.FrontendAddress;
            if (inside >= mapping.Region.Size) continue;
            if (!mapping.IsUsable) return false;
            if (length > mapping.Region.Size - inside) return false;
            range = new GuestRange(mapping.Memory, (long)inside, (int)length);
            return true;
        }

        return false;
    }

    /// <summary>Begins to use the mapped memory: it stays mapped until <see cref="Leave"/>. False once the table is retired.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isRetired) return false;
            _users++;
            return true;
        }
    }

    /// <summary>Ends a use that <see cref="TryEnter"/> began. No range of this table may be touched by this user afterwards.</summary>
    /// <exception cref="InvalidOperationException">More leave than entered.</exception>
    public void Leave()
    {
        lock (_gate)
        {
            if (_users == 0) throw new InvalidOperationException("a user left a memory table that nobody had entered");
            _users--;
            if (_isRetired && _users == 0) Release();
        }
    }

    /// <summary>Lets nobody in any more, and unmaps what no other table shares as soon as the last user has left. Again: nothing.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            if (_isRetired) return;
            _isRetired = true;
            if (_users == 0) Release();
        }
    }

    private void Release()
    {
        _isReleased = true;
        foreach (var mapping in _byGuest) mapping.Leave();
    }

    private MemoryTable Successor(RegionMapping[] mappings)
    {
        lock (_gate)
        {
            // A released table's mappings are gone and cannot be handed on.
            if (_isReleased) throw new InvalidOperationException("a retired memory table has no successor");
            return new MemoryTable(mappings);
        }
    }

    private RegionMapping? FindByGuest(ulong address)
    {
        int low = 0, high = _byGuest.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var region = _byGuest[middle].Region;
            if (address < region.GuestAddress) high = middle - 1;
            else if (address - region.GuestAddress >= region.Size) low = middle + 1;
            else return _byGuest[middle].IsUsable ? _byGuest[middle] : null;
        }

        return null;
    }

    private string Describe() => Regions.Count == 0
        ? "no regions"
        : string.Join(", ", Regions.Take(4).Select(r => $"0x{r.GuestAddress:x}+0x{r.Size:x}"))
            + (Regions.Count > 4 ? $" and {Regions.Count - 4} more" : "");

    private static void CheckAll(ReadOnlySpan<MemoryRegion> regions, MemoryLimits limits)
    {
        if (regions.Length > limits.MaximumRegions)
        {
            throw new GuestMemoryException($"{regions.Length} memory regions; at most {limits.MaximumRegions} are taken");
        }

        var total = UInt128.Zero;
        for (var i = 0; i < regions.Length; i++)
        {
            var region = regions[i];
            if (region.Size == 0) throw new GuestMemoryException($"{region} is empty");
            if (region.Size - 1 > ulong.MaxValue - region.GuestAddress)
            {
                throw new GuestMemoryException($"{region}: its guest addresses wrap around 2^64");
            }
            if (region.Size - 1 > ulong.MaxValue - region.FrontendAddress)
            {
                throw new GuestMemoryException($"{region}: its front-end addresses wrap around 2^64");
            }
            total += region.Size;
            for (var j = 0; j < i; j++)
            {
                if (region.Overlaps(regions[j])) throw new GuestMemoryException($"{region} overlaps {regions[j]} in guest addresses");
                if (region.OverlapsInFrontend(regions[j]))
                {
                    throw new GuestMemoryException($"{region} overlaps {regions[j]} in front-end addresses");
                }
            }
        }

        if (total > (UInt128)limits.MaximumBytes)
        {
            throw new GuestMemoryException($"the memory regions have {total} bytes together; at most {limits.MaximumBytes} are taken");
        }
    }
}
