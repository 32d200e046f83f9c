using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Cameras;

/// <summary>How long a frame takes that is exposed with some control values: what the watchdog has to allow for.</summary>
internal static class ControlDurations
{
    /// <summary>
    /// The shortest time that a value makes a frame take, in nanoseconds; 0 for a control that has nothing to do with time.
    /// </summary>
    /// <param name="entry">The control and its value.</param>
    public static long Of(in ControlEntry entry)
    {
        if (entry.Id != ControlCatalogue.ExposureTime.Id && entry.Id != ControlCatalogue.FrameDuration.Id) return 0;
        var value = entry.Value;
        return value.Type == ControlType.Int64 && value.Count == 1 ? Math.Max(0, value.AsInt64()) : 0;
    }
}
