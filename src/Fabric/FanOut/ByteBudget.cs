using CameraFabric.Fabric.Accounting;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// The bytes of frames that one guest may be given in a second, over all its devices, so that the fan-outs of several cameras share it. A
/// second's worth may come at once; a frame that overdraws what is left is still given, so that a frame of any size can pass.
/// Thread-safe; allocates nothing for a frame.
/// </summary>
/// <param name="perSecond">Bytes a second, above 0.</param>
/// <param name="clock">The frame clock.</param>
public sealed class ByteBudget(long perSecond, FrameClock clock)
{
    private readonly TokenBucket _bucket = new(perSecond, perSecond);

    /// <summary>Whether the guest has had its bytes for now.</summary>
    public bool IsSpent => _bucket.IsEmpty(clock.Now);

    /// <summary>The guest gets a frame.</summary>
    /// <param name="bytes">The frame's bytes.</param>
    public void Spend(int bytes) => _ = _bucket.Take(clock.Now, bytes);
}
