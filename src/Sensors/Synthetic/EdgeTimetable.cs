namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// When the edges of a sensor's frames are, counted from the first one and never from the time at which somebody got round to them: start,
/// start + d, start + 2 d, without drift. Edges that were missed are skipped, number and all. Not thread-safe.
/// </summary>
/// <remarks>
/// Skipping rather than catching up in a burst is what a real sensor does, and it keeps an overloaded machine from falling ever
/// farther behind: the frame that follows is as fresh as it can be, and the gap in the numbers says what is missing.
/// </remarks>
internal sealed class EdgeTimetable
{
    /// <summary>The number of the next frame.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>The moment of the next frame's edge, in nanoseconds of the frame clock.</summary>
    public long Edge { get; private set; }

    /// <summary>Nanoseconds that the frames before the next one took, all together: whatever the clock says, the same in each run.</summary>
    public long Elapsed { get; private set; }

    /// <summary>The number of the frame that comes first.</summary>
    public EdgeTimetable(ulong firstSequence) => Sequence = firstSequence;

    /// <summary>Puts the next edge at a given moment; numbers go on.</summary>
    public void Begin(long edge) => Edge = edge;

    /// <summary>Passes over the next edge when the one after it has come as well.</summary>
    /// <param name="now">The time.</param>
    /// <param name="duration">How long the next frame lasts, nanoseconds, more than 0.</param>
    /// <returns>True if an edge was skipped; then there may be more.</returns>
    public bool SkipIfMissed(long now, long duration)
    {
        if (now - Edge < duration) return false;
        Pass(duration);
        return true;
    }

    /// <summary>Goes on to the edge after the next one.</summary>
    /// <param name="duration">How long the frame between them lasts.</param>
    public void Pass(long duration)
    {
        Edge += duration;
        Elapsed += duration;
        Sequence++;
    }
}
