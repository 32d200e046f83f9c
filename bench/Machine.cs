using System.Diagnostics;
using System.Globalization;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;

namespace CameraFabric.Bench;

/// <summary>What was measured on: without it no figure means anything.</summary>
internal sealed record Machine(string Processor, int Cores, string Kernel, string Runtime, string Packages,
    double ReadGigabytes, double MemcpyGigabytes, double PastCacheGigabytes)
{
    private const int Bytes = 256 << 20;

    /// <summary>Looks at the machine, and measures what its memory gives one core: reading, memcpy, and copying past the cache.</summary>
    public static Machine Look()
    {
        using var file = MemoryFile.Create("bench-machine", 2L * Bytes);
        using var memory = file.Map(MapAccess.ReadWrite, populate: true);
        memory.Write(0, Bytes).Fill(1);
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal));
        return new Machine(
            model?.Split(':', 2)[1].Trim() ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            $".NET {Environment.Version}",
            StatusBoard.PackageSet,
            Rate(() => memory.Read(0, Bytes).Contains((byte)2)),
            Rate(() => memory.Read(0, Bytes).CopyTo(memory.Write(Bytes, Bytes))),
            Rate(() =>
            {
                FrameCopy.ToOne(memory.Read(0, Bytes), memory.Write(Bytes, Bytes), nonTemporal: true);
                FrameCopy.Fence();
            }));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores, Linux {Kernel}, {Runtime}, {Packages}\n" +
        $"one core: reads {ReadGigabytes:F1} GB/s, memcpy {MemcpyGigabytes:F1} GB/s, " +
        $"copy past the cache {PastCacheGigabytes:F1} GB/s (of {Bytes >> 20} MiB)");

    private static double Rate(Action once)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            once();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return Bytes / best / 1e9;
    }
}
