using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>Between a stream configuration of the camera and the one on the wire.</summary>
internal static class StreamWire
{
    /// <summary>Streams of one device.</summary>
    public const int MaximumStreams = 1;

    /// <summary>The one stream's id.</summary>
    public const uint StreamId = 0;

    /// <summary>What a driver wants, with the impossible taken out so that the profile can find the nearest.</summary>
    public static StreamConfiguration Wanted(in StreamConfig wire)
    {
        // Sizes beyond what any format has would only overflow on the way to the nearest.
        var width = (int)Math.Clamp(wire.Width, 1, PixelFormat.MaximumDimension);
        var height = (int)Math.Clamp(wire.Height, 1, PixelFormat.MaximumDimension);
        var format = new FourCC(wire.FourCC);
        var interval = new FrameInterval(wire.IntervalNumerator, wire.IntervalDenominator);
        return new StreamConfiguration(format, width, height, interval);
    }

    /// <summary>What the camera gives.</summary>
    public static StreamConfig Given(StreamConfiguration configuration, CameraProfile profile, in CapabilityLimits limits)
    {
        var layout = configuration.Layout();
        PlaneNumbers strides = default;
        PlaneNumbers sizes = default;
        var planes = Math.Min(layout.Planes.Length, CameraWire.MaximumPlanes);
        for (var i = 0; i < planes; i++)
        {
            strides[i] = (uint)layout.Planes[i].Stride;
            sizes[i] = (uint)PlaneBytes(layout, i);
        }

        return new StreamConfig(StreamId, RoleOf(profile), configuration.Format.Value, 0, 0,
            (uint)configuration.Width, (uint)configuration.Height, (uint)planes, strides, sizes,
            (uint)limits.MinimumBuffers, (uint)limits.MaximumBuffers,
            configuration.Interval.Numerator, configuration.Interval.Denominator, 0, 0);
    }

    /// <summary>The bytes from a plane's start to the next plane's, or to the frame's end.</summary>
    public static int PlaneBytes(FrameLayout layout, int plane) =>
        (plane + 1 < layout.Planes.Length ? layout.Planes[plane + 1].Offset : layout.TotalBytes) - layout.Planes[plane].Offset;

    /// <summary>What the stream shows: told by its first format.</summary>
    public static StreamRole RoleOf(CameraProfile profile)
    {
        if (profile.Formats.IsDefaultOrEmpty || !PixelFormats.TryGet(profile.Formats[0].Format, out var format)) return StreamRole.Video;
        return format.Arrangement switch
        {
            PixelArrangement.Depth => StreamRole.Depth,
            PixelArrangement.Bayer => StreamRole.Raw,
            PixelArrangement.Grey => StreamRole.Infrared,
            _ => StreamRole.Video,
        };
    }
}
