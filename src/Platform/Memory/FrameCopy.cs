using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CameraFabric.Platform;

/// <summary>
/// The only place that moves pixels. A frame that several readers wait for is copied block by block: each block is written to
/// every reader before the next one is begun, so that the source is fetched from memory once and read from the cache afterwards.
/// </summary>
public static unsafe class FrameCopy
{
    /// <summary>How much of the source to take at a time, in bytes.</summary>
    /// <remarks>
    /// Measured with NV12 frames of 720p, 1080p and 4K whose source is in memory, not in the cache. Past the cache, blocks of 8 to 256
    /// KiB are alike within the noise: 1.7, 2.4, 2.7 and 2.4 times the speed of one memcpy for each of 1, 2, 4 and 8 readers at 1080p,
    /// and 3.1 times for 4 readers at 4K; smaller ones lose to the overhead of beginning each. Of these, 32 KiB fit into the first level
    /// of most processors, and into the second of all, beside whatever else is there. Copying in blocks *without* writing past the cache
    /// gains nothing (0.8 to 1.2 times): the two belong together.
    /// </remarks>
    public const int BlockBytes = 32 * 1024;

    private const int Line = 64;

    /// <summary>
    /// From this size on a frame is written past the cache. The copy itself gains at any size (1.4 times at 64 KiB, 1.2 to 1.3 at 256 to
    /// 600 KiB, 1.7 to 1.9 at 1080p and 4K, for one reader), but a small frame is likely to be still in the cache when its reader
    /// comes, and left there it saves the reader a fetch from memory.
    /// </summary>
    private const long SmallestWorthwhile = 256 * 1024;

    /// <summary>
    /// Copies all of the source to the beginning of the target. The two must not overlap.
    /// </summary>
    /// <param name="source">What to copy; others may change it meanwhile, then the copy is a mixture.</param>
    /// <param name="target">Where to; at least as long as the source. Nothing behind the source's length is written.</param>
    /// <param name="nonTemporal">
    /// Whether to write past the cache: the target's lines are then not read first, nor do they push others out. <see cref="Fence"/> must
    /// follow, once for any number of copies, before anybody is told of the copy.
    /// </param>
    /// <exception cref="ArgumentException">The target is shorter than the source.</exception>
    public static void ToOne(ReadOnlySpan<byte> source, Span<byte> target, bool nonTemporal)
    {
        if (source.Length > target.Length)
        {
            throw new ArgumentException($"the target has {target.Length} bytes, the source {source.Length}", nameof(target));
        }

        if (!nonTemporal || source.Length < 4 * Line || !Vector128.IsHardwareAccelerated)
        {
            source.CopyTo(target);
            return;
        }

        fixed (byte* from = source, to = target)
        {
            // Whole lines are written past the cache; what is before the first and behind the last is copied as usual.
            var head = (int)((nuint)(-(nint)to) & (Line - 1));
            var body = (source.Length - head) & ~(Line - 1);
            source[..head].CopyTo(target);
            StreamLines(from + head, to + head, body);
            source[(head + body)..].CopyTo(target[(head + body)..]);
        }
    }

    /// <summary>Whether writing past the cache is worthwhile for a frame.</summary>
    /// <param name="frameBytes">Bytes of the frame.</param>
    /// <param name="targets">To how many readers it is copied.</param>
    public static bool PrefersNonTemporal(long frameBytes, int targets) => targets > 0 && frameBytes >= SmallestWorthwhile;

    /// <summary>
    /// Completes all writes past the cache that this thread has made: after it, they are seen before anything that the thread writes
    /// next.
    /// </summary>
    public static void Fence()
    {
        if (Sse.IsSupported) Sse.StoreFence();
        else Interlocked.MemoryBarrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StreamLines(byte* from, byte* to, int length)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (var end = from + length; from < end; from += Line, to += Line) Vector512.Load(from).StoreAlignedNonTemporal(to);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (var end = from + length; from < end; from += Line, to += Line)
            {
                var low = Vector256.Load(from);
                var high = Vector256.Load(from + 32);
                low.StoreAlignedNonTemporal(to);
                high.StoreAlignedNonTemporal(to + 32);
            }
        }
        else
        {
            for (var end = from + length; from < end; from += Line, to += Line)
            {
                var a = Vector128.Load(from);
                var b = Vector128.Load(from + 16);
                var c = Vector128.Load(from + 32);
                var d = Vector128.Load(from + 48);
                a.StoreAlignedNonTemporal(to);
                b.StoreAlignedNonTemporal(to + 16);
                c.StoreAlignedNonTemporal(to + 32);
                d.StoreAlignedNonTemporal(to + 48);
            }
        }
    }
}
