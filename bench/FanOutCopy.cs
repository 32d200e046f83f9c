using System.Diagnostics;
using CameraFabric.Platform;

namespace CameraFabric.Bench;

/// <summary>One row: how fast one frame reaches N guests that own their buffers, beside plain memcpy in the same run.</summary>
public sealed record CopyRow(string Frame, int Guests, double FloorGigabytes, double FabricGigabytes, double Ratio, double FabricMicrosecondsPerFrame);

/// <summary>
/// Delivered bytes per second of <see cref="FrameCopy"/>, block by block to all guests as the fabric's delivery does it, but over plain
/// buffers: the delivery's own loop also walks the pieces of scattered ones, and is not what runs here. The source walks through a pool larger than the caches, as live frames do; every
/// guest has buffers of its own. Floor and fabric take turns, round by round, so that a noisy machine is noisy for both.
/// </summary>
internal static class FanOutCopy
{
    private const int PoolBytes = 256 << 20;
    private const int GuestBuffers = 4;
    private const int Rounds = 9;

    public static CopyRow Measure(string name, int frameBytes, int guests, TimeSpan time)
    {
        var frames = PoolBytes / frameBytes;
        using var sourceFile = MemoryFile.Create("bench-source", (long)frames * frameBytes);
        using var source = sourceFile.Map(MapAccess.ReadWrite, populate: true);
        using var targetFile = MemoryFile.Create("bench-targets", (long)guests * GuestBuffers * frameBytes);
        using var target = targetFile.Map(MapAccess.ReadWrite, populate: true);
        var floor = new double[Rounds];
        var fabric = new double[Rounds];
        var next = 0;
        for (var round = 0; round < Rounds; round++)
        {
            floor[round] = Rate(Plain);
            fabric[round] = Rate(Blocked);
        }

        Array.Sort(floor);
        Array.Sort(fabric);
        var (slow, fast) = (floor[Rounds / 2], fabric[Rounds / 2]);
        return new CopyRow(name, guests, slow / 1e9, fast / 1e9, fast / slow, 1e6 * frameBytes / fast);

        double Rate(Action<int> copyOne)
        {
            var copied = 0L;
            var started = Stopwatch.GetTimestamp();
            do
            {
                copyOne(next++);
                copied += (long)guests * frameBytes;
            }
            while (Stopwatch.GetElapsedTime(started) < time / (2 * Rounds));
            return copied / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        void Plain(int frame)
        {
            var pixels = source.Read((long)(frame % frames) * frameBytes, frameBytes);
            for (var guest = 0; guest < guests; guest++) pixels.CopyTo(target.Write(Buffer(frame, guest), frameBytes));
        }

        void Blocked(int frame)
        {
            var start = (long)(frame % frames) * frameBytes;
            var past = FrameCopy.PrefersNonTemporal(frameBytes, guests);
            for (var done = 0; done < frameBytes; done += FrameCopy.BlockBytes)
            {
                var block = Math.Min(FrameCopy.BlockBytes, frameBytes - done);
                var pixels = source.Read(start + done, block);
                for (var guest = 0; guest < guests; guest++) FrameCopy.ToOne(pixels, target.Write(Buffer(frame, guest) + done, block), past);
            }

            FrameCopy.Fence();
        }

        long Buffer(int frame, int guest) => ((long)guest * GuestBuffers + frame % GuestBuffers) * frameBytes;
    }
}
