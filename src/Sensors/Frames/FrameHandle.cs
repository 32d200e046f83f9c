namespace CameraFabric.Sensors.Frames;

/// <summary>Names one frame: a slot of a pool at one of its uses. Small enough to be told to actors; stays harmless when the frame is
/// gone.</summary>
/// <param name="Pool">The pool's number within the process.</param>
/// <param name="Slot">The slot's index in the pool.</param>
/// <param name="Generation">How often the slot had been rented when this frame was made.</param>
public readonly record struct FrameHandle(int Pool, int Slot, uint Generation);

/// <summary>What a sensor says of a frame as a whole.</summary>
[Flags]
public enum FrameFlags : uint
{
    /// <summary>Nothing unusual.</summary>
    None = 0,
    /// <summary>Content or time does not continue from the frame before (a replay began anew, the sensor restarted).</summary>
    Discontinuity = 1,
    /// <summary>The sensor knows that pixels are wrong or missing.</summary>
    Corrupt = 2,
    /// <summary>The header's checksum was computed.</summary>
    Checksummed = 4,
}
