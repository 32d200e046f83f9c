using System.Collections.Immutable;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Camera;

/// <summary>A stream as the device granted it (answer to TRY and CONFIGURE).</summary>
public sealed record CameraStream
{
    /// <summary>The configuration's generation; every later command and request names it.</summary>
    public required uint Generation { get; init; }

    /// <summary>Format, size and rate, perhaps not what was wanted.</summary>
    public required StreamConfiguration Configuration { get; init; }

    /// <summary>Bytes of each plane's memory, as the device needs it.</summary>
    public required ImmutableArray<int> PlaneBytes { get; init; }

    /// <summary>Bytes of a whole buffer: planes one behind the other.</summary>
    public required int FrameBytes { get; init; }

    /// <summary>Where things lie in the buffer; null for a format that is not in <see cref="PixelFormats"/>.</summary>
    public required FrameLayout? Layout { get; init; }

    /// <summary>Fewest buffers with which the device streams well.</summary>
    public required int MinimumBuffers { get; init; }

    /// <summary>Most buffers the device takes.</summary>
    public required int MaximumBuffers { get; init; }
}
