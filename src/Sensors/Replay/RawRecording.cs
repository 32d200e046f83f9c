using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Sensors.Replay;

/// <summary>A file of nothing but frames, one after the other, in any uncompressed format.</summary>
internal sealed class RawRecording(string path, SafeFileHandle file, ReplayOptions options)
    : Recording(path, file, ConfigurationOf(path, file, options), firstFrame: 0)
{
    protected override bool TryFindFrame(out long start)
    {
        start = Position;
        Span<byte> probe = stackalloc byte[1];
        return ReadAt(start, probe) == 1;
    }

    private static StreamConfiguration ConfigurationOf(string path, SafeFileHandle file, ReplayOptions options)
    {
        if (options.RawConfiguration is not { } configuration)
        {
            throw new ReplayFormatException(
                path, 0, null, "the file does not begin with YUV4MPEG2, so it is taken for raw frames; say with RawConfiguration "
                    + "which format, size and interval they have.");
        }

        if (!PixelFormats.TryGet(configuration.Format, out var format) || format.IsCompressed)
        {
            throw new ReplayFormatException(
                path, 0, null, $"{configuration.Format} is no uncompressed format, and only frames of one size can be told apart in a "
                    + "raw file.");
        }

        var (bytes, length) = (configuration.Layout().TotalBytes, RandomAccess.GetLength(file));
        if (length < bytes)
            throw new ReplayFormatException(path, length, 0, $"the file has {length} bytes, less than one frame of {bytes}.");
        return options.Interval is { } interval ? configuration with { Interval = interval } : configuration;
    }
}
