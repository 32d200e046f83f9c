using System.Diagnostics;
using CameraFabric.Platform;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Bench;

/// <summary>
/// What it costs to write a frame into memory that a front-end could shrink: gigabytes per second, each of the ways in the same run, and
/// microseconds of one access that finds its page gone, up to the zeros in its place.
/// </summary>
public sealed record GuestMemoryRow(string Frame, double PlainGigabytes, double GuardedGigabytes, double CallGigabytes, double RecoveryMicroseconds);

/// <summary>Plain stores without a guard, plain stores under one, and pwrite(2) into the file; they take turns.</summary>
internal static class GuestMemoryWrites
{
    private const int PoolBytes = 256 << 20;
    private const int Buffers = 4;
    private const int Rounds = 9;

    public static GuestMemoryRow Measure(string name, int frameBytes, TimeSpan time)
    {
        var frames = PoolBytes / frameBytes;
        using var sourceFile = MemoryFile.Create("bench-source", (long)frames * frameBytes);
        using var source = sourceFile.Map(MapAccess.ReadWrite, populate: true);
        using var file = MemoryFile.Create("bench-guest", (long)Buffers * frameBytes, MemorySeals.None);
        using var plain = file.Map(MapAccess.ReadWrite, populate: true);
        using var guarded = MappedMemory.MapForeign(
            file.Descriptor, 0, file.Size, MapAccess.ReadWrite, MemoryGuard.Shared, static () => { });
        using var handle = new SafeFileHandle(file.Descriptor.Number, ownsHandle: false);
        guarded.Write(0, checked((int)file.Size)).Clear();
        var rates = new double[3][];
        for (var way = 0; way < rates.Length; way++) rates[way] = new double[Rounds];
        var next = 0;
        for (var round = 0; round < Rounds; round++)
        {
            rates[0][round] = Rate((pixels, at) => Store(pixels, plain, at));
            rates[1][round] = Rate((pixels, at) => Store(pixels, guarded, at));
            rates[2][round] = Rate((pixels, at) => RandomAccess.Write(handle, pixels, at));
        }

        foreach (var way in rates) Array.Sort(way);
        return new GuestMemoryRow(
            name, rates[0][Rounds / 2] / 1e9, rates[1][Rounds / 2] / 1e9, rates[2][Rounds / 2] / 1e9, Recovery(file.Size));

        double Rate(Writing write)
        {
            var written = 0L;
            var started = Stopwatch.GetTimestamp();
            do
            {
                write(source.Read((long)(next % frames) * frameBytes, frameBytes), (long)(next % Buffers) * frameBytes);
                written += frameBytes;
                next++;
            }
            while (Stopwatch.GetElapsedTime(started) < time / (3 * Rounds));
            return written / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        void Store(ReadOnlySpan<byte> pixels, MappedMemory target, long at)
        {
            FrameCopy.ToOne(pixels, target.Write(at, frameBytes), FrameCopy.PrefersNonTemporal(frameBytes, 1));
            FrameCopy.Fence();
        }
    }

    private static double Recovery(long bytes)
    {
        const int losses = 101;
        var took = new double[losses];
        for (var i = 0; i < losses; i++)
        {
            using var file = MemoryFile.Create("bench-lost", bytes, MemorySeals.None);
            using var map = MappedMemory.MapForeign(file.Descriptor, 0, bytes, MapAccess.ReadWrite, MemoryGuard.Shared, static () => { });
            using var handle = new SafeFileHandle(file.Descriptor.Number, ownsHandle: false);
            RandomAccess.SetLength(handle, 0);
            var started = Stopwatch.GetTimestamp();
            map.Write(0, 1)[0] = 1;
            took[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(took);
        return took[losses / 2];
    }

    private delegate void Writing(ReadOnlySpan<byte> pixels, long at);
}
