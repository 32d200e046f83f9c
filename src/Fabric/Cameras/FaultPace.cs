using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// Bounds how often a camera's faults are told: each kind at once when it first comes, and then not more often than some interval, however
/// many there
/// are. All are counted elsewhere. Thread-safe; allocates nothing.
/// </summary>
/// <param name="interval">The shortest time between two reports of one kind, in nanoseconds.</param>
internal sealed class FaultPace(long interval)
{
    private readonly long[] _next = CreateNext();

    /// <summary>Whether a fault of this kind may be told now; then it counts as told.</summary>
    /// <param name="fault">The kind.</param>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public bool MayTell(SourceFault fault, long now)
    {
        ref var next = ref _next[(int)fault];
        var due = Interlocked.Read(ref next);
        return now >= due && Interlocked.CompareExchange(ref next, now + interval, due) == due;
    }

    private static long[] CreateNext()
    {
        var next = new long[Enum.GetValues<SourceFault>().Length];
        Array.Fill(next, long.MinValue);
        return next;
    }
}
