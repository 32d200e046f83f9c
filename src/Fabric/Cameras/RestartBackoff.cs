namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// When a failed sensor is tried again: at once after its first failure, then after a delay that doubles up to a limit. A sensor that has
/// worked for a while is forgiven. It outlives the actor that it serves. Not thread-safe.
/// </summary>
/// <param name="shortest">The delay before the second attempt.</param>
/// <param name="longest">No delay is longer.</param>
/// <param name="forgiven">Frames for so long, and the failures before are forgotten.</param>
public sealed class RestartBackoff(TimeSpan shortest, TimeSpan longest, TimeSpan forgiven)
{
    private long _worksSince = long.MaxValue;

    /// <summary>Failures since the sensor last worked for long enough.</summary>
    public int Failures { get; private set; }

    /// <summary>The sensor delivers frames. Said again and again, only the first time counts.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public void Works(long now)
    {
        if (_worksSince == long.MaxValue) _worksSince = now;
    }

    /// <summary>The sensor has failed.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <returns>How long to wait before the next attempt.</returns>
    public TimeSpan Failed(long now)
    {
        if (_worksSince != long.MaxValue && now - _worksSince >= forgiven.Ticks * 100) Failures = 0;
        _worksSince = long.MaxValue;
        var failures = Failures++;
        if (failures == 0) return TimeSpan.Zero;
        var delay = shortest.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 40));
        return delay >= longest.TotalMilliseconds ? longest : TimeSpan.FromMilliseconds(delay);
    }
}
