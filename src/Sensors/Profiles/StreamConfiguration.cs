using System.Globalization;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Profiles;

/// <summary>What a stream delivers.</summary>
/// <param name="Format">The pixel format's code.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Interval">Time from frame to frame.</param>
public sealed record StreamConfiguration(FourCC Format, int Width, int Height, FrameInterval Interval)
{
    /// <summary>The frames' layout in memory.</summary>
    /// <exception cref="ArgumentException">The format is unknown, or the size breaks one of its rules.</exception>
    public FrameLayout Layout() => PixelFormats.TryGet(Format, out var format)
        ? format.Layout(Width, Height)
        : throw new ArgumentException($"Pixel format '{Format}' is not known to the frame path.");

    /// <summary>For people: format by name, size, frames a second, such as "RAW12P 1280x960 30/s".</summary>
    public override string ToString()
    {
        var format = PixelFormats.TryGet(Format, out var known) ? known.Name : Format.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{format} {Width}x{Height} {Interval.FramesPerSecond:0.###}/s");
    }
}
