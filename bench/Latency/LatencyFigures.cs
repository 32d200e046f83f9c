namespace CameraFabric.Bench.Latency;

/// <summary>The latency of one window, or of several together. Microseconds.</summary>
internal sealed record LatencyFigures(int Frames, double P50, double P99, double Max, int Stutters, int Lost, double ProcessorPerFrame)
{
    public static LatencyFigures Of(IReadOnlyCollection<Arrivals> guests, TimeSpan processor)
    {
        long[] all = [.. guests.SelectMany(static guest => guest.Latencies).Order()];
        if (all.Length == 0) throw new InvalidOperationException("no frame has arrived");
        return new LatencyFigures(all.Length, At(all, 0.5), At(all, 0.99), all[^1] / 1e3, guests.Sum(static guest => guest.Stutters),
            guests.Sum(static guest => guest.Lost), processor.TotalMicroseconds / all.Length);
    }

    /// <summary>A percentile of sorted nanoseconds, in microseconds.</summary>
    public static double At(long[] sorted, double fraction) =>
        sorted[Math.Clamp((int)Math.Ceiling(fraction * sorted.Length) - 1, 0, sorted.Length - 1)] / 1e3;
}
