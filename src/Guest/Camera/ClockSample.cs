namespace CameraFabric.Guest.Camera;

/// <summary>The device's clock, read between two readings of the guest's own.</summary>
/// <param name="Before">The guest's clock before asking, nanoseconds.</param>
/// <param name="Device">The device's clock, nanoseconds.</param>
/// <param name="After">The guest's clock when the answer was there, nanoseconds.</param>
/// <param name="ClockId">Which clock the device uses; 1 is the host's CLOCK_MONOTONIC.</param>
public readonly record struct ClockSample(long Before, long Device, long After, uint ClockId)
{
    /// <summary>
    /// What to add to a time of the device to have it on the guest's clock, in nanoseconds; off by at most half the time the answer took.
    /// </summary>
    public long Offset => Before + (After - Before) / 2 - Device;
}
