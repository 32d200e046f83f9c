namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>The clocks that time stamps can be of.</summary>
internal static class TimeBases
{
    /// <summary>The host's CLOCK_MONOTONIC, as a profile names it.</summary>
    public const string Monotonic = "monotonic";

    /// <summary>The same on the wire. 0 is any other, named by a TEXT record.</summary>
    public const uint MonotonicCode = 1;
}
