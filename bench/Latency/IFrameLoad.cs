namespace CameraFabric.Bench.Latency;

/// <summary>Cameras and guests that run for a while, pause, and run again.</summary>
internal interface IFrameLoad : IDisposable
{
    /// <summary>What each guest of each camera saw since <see cref="Begin"/>.</summary>
    IReadOnlyList<Arrivals> Guests { get; }

    /// <summary>Frames begin.</summary>
    void Begin();

    /// <summary>Frames end, and have arrived.</summary>
    void Pause();
}

/// <summary>
/// When frames come: all cameras at the same moments, as those of a vehicle, which a common trigger starts. The hardest case.
/// </summary>
/// <param name="PeriodNanoseconds">From one to the next.</param>
internal sealed record Pace(long PeriodNanoseconds)
{
    /// <summary>The next edge after now.</summary>
    public long Next(long now) => (now / PeriodNanoseconds + 1) * PeriodNanoseconds;
}
