namespace CameraFabric.Guest.Memory;

/// <summary>
/// Hands out runs of neighbouring pages, first fit. Knows page numbers only, no memory. Not thread-safe: <see cref="GuestRam"/> locks.
/// </summary>
/// <remarks>A linear search is enough: a guest allocates rings and buffers when it starts, never in its frame loop.</remarks>
internal sealed class PageAllocator
{
    private const int Taken = -1;

    // 0: free. At the first page of a run: its length. At the other pages of a run: Taken.
    private readonly int[] _pages;

    public PageAllocator(int pages)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pages);
        _pages = new int[pages];
        Free = pages;
    }

    /// <summary>All pages, free or not.</summary>
    public int Total => _pages.Length;

    /// <summary>Pages that no run holds. They need not be neighbours.</summary>
    public int Free { get; private set; }

    /// <summary>
    /// Takes <paramref name="count"/> neighbouring pages whose first page number is a multiple of <paramref name="alignment"/>.
    /// </summary>
    /// <returns>False when no such gap exists; nothing is taken then.</returns>
    public bool TryAllocate(int count, int alignment, out int first)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(alignment);
        var candidate = 0;
        while (candidate + (long)count <= _pages.Length)
        {
            var blocker = LastTaken(candidate, count);
            if (blocker < 0)
            {
                Take(candidate, count);
                first = candidate;
                return true;
            }

            candidate = (blocker + alignment) / alignment * alignment;
        }

        first = -1;
        return false;
    }

    /// <summary>Gives a run back, named by its first page.</summary>
    /// <returns>The number of pages the run had.</returns>
    /// <exception cref="ArgumentException">The page is not the first page of a run: freed twice, or never given out.</exception>
    public int Release(int first)
    {
        if (first < 0 || first >= _pages.Length || _pages[first] <= 0)
            throw new ArgumentException($"page {first} does not begin a run that is in use (freed twice?)", nameof(first));
        var count = _pages[first];
        Array.Clear(_pages, first, count);
        Free += count;
        return count;
    }

    private int LastTaken(int from, int count)
    {
        for (var page = from + count - 1; page >= from; page--)
        {
            if (_pages[page] != 0) return page;
        }

        return -1;
    }

    private void Take(int first, int count)
    {
        _pages[first] = count;
        for (var page = first + 1; page < first + count; page++) _pages[page] = Taken;
        Free -= count;
    }
}
