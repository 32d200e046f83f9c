namespace CameraFabric.Sensors.Synthetic;

/// <summary>Everything that decides about the part of a picture which stands still.</summary>
/// <param name="Pattern">What the camera looks at.</param>
/// <param name="View">Which part of it, and which way round.</param>
/// <param name="Brightness">Exposure and gain, in 1/65536.</param>
internal readonly record struct Look(SyntheticPattern Pattern, View View, int Brightness);

/// <summary>
/// Finished backgrounds, the most recently used ones: a frame with known settings costs a copy. There is more than one because guests that
/// take turns on a camera alternate between their settings. Not thread-safe.
/// </summary>
internal sealed class BackgroundCache
{
    private const int MostEntries = 4;
    private const int Budget = 32 * 1024 * 1024;

    private readonly int _frameBytes;
    private readonly Entry[] _entries;
    private long _uses;

    /// <summary>A cache for one configuration; two entries at least, up to four where that takes no more than 32 MiB. Memory is taken when
    /// needed.</summary>
    public BackgroundCache(int frameBytes)
    {
        _frameBytes = frameBytes;
        _entries = new Entry[Math.Clamp(Budget / frameBytes, 2, MostEntries)];
    }

    /// <summary>The memory for a look.</summary>
    /// <param name="look">What is wanted.</param>
    /// <param name="isPainted">True if it holds that look already; false if the caller has to paint it.</param>
    public Span<byte> Get(in Look look, out bool isPainted)
    {
        var oldest = 0;
        for (var at = 0; at < _entries.Length; at++)
        {
            ref var entry = ref _entries[at];
            if (entry.Pixels is not null && entry.Look == look)
            {
                entry.LastUse = ++_uses;
                isPainted = true;
                return entry.Pixels;
            }

            if (entry.LastUse < _entries[oldest].LastUse) oldest = at;
        }

        ref var free = ref _entries[oldest];
        free.Pixels ??= GC.AllocateUninitializedArray<byte>(_frameBytes);
        free.Look = look;
        free.LastUse = ++_uses;
        isPainted = false;
        return free.Pixels;
    }

    private struct Entry
    {
        public byte[]? Pixels;
        public Look Look;
        public long LastUse;
    }
}
