using CameraFabric.Sensors.Profiles;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Sensors.Replay;

/// <summary>A YUV4MPEG2 file: a header line, then for each frame a line that begins with FRAME and the planes without padding.</summary>
internal sealed class Y4mRecording : Recording
{
    public Y4mRecording(string path, SafeFileHandle file, ReplayOptions options)
        : this(path, file, ParseHeader(path, file), options)
    {
    }

    private Y4mRecording(string path, SafeFileHandle file, Y4mHeader header, ReplayOptions options)
        : base(path, file, ConfigurationOf(path, header, options), header.Length)
    {
        if (!TryFindFrame(out _)) throw new ReplayFormatException(path, header.Length, 0, "the file has no frames.");
    }

    /// <summary>True if a file begins like one of this kind.</summary>
    public static bool IsY4m(SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[Y4mHeader.Magic.Length];
        return ReadAt(file, 0, start) == start.Length && start.SequenceEqual("YUV4MPEG2"u8);
    }

    protected override bool TryFindFrame(out long start)
    {
        start = 0;
        Span<byte> probe = stackalloc byte[64];
        var read = ReadAt(Position, probe);
        if (read == 0) return false;
        if (!"FRAME"u8.StartsWith(probe[..Math.Min(read, 5)]))
            throw Wrong(
                0, "the line FRAME is missing here: the frame before it has not the bytes that the header promises, or this is no frame.");
        if (read > 5 && probe[5] is not ((byte)' ' or (byte)'\n'))
            throw Wrong(5, "FRAME must be followed by a line feed or by parameters.");

        // Parameters of a frame are rare and say nothing about its bytes; they are passed over.
        for (var at = 5; at < Y4mHeader.MaximumLength; at += probe.Length)
        {
            read = ReadAt(Position + at, probe);
            var end = probe[..read].IndexOf((byte)'\n');
            if (end >= 0)
            {
                start = Position + at + end + 1;
                return true;
            }

            if (read < probe.Length)
                throw Wrong(at + read, "the file ends within the frame's line FRAME; cut it off before this frame, or copy it again.");
        }

        throw Wrong(Y4mHeader.MaximumLength, $"the line FRAME has no line feed within {Y4mHeader.MaximumLength} bytes.");
    }

    private static Y4mHeader ParseHeader(string path, SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[Y4mHeader.MaximumLength];
        return Y4mHeader.Parse(path, start[..ReadAt(file, 0, start)]);
    }

    private static StreamConfiguration ConfigurationOf(string path, Y4mHeader header, ReplayOptions options)
    {
        if (options.RawConfiguration is not null)
            throw new ReplayFormatException(path, 0, null, "the file says itself what it holds; leave RawConfiguration out.");
        var interval = options.Interval ?? header.Interval
            ?? throw new ReplayFormatException(path, 0, null, "the header does not say the frame rate (F is missing or 0:0); say it "
                + "with Interval, such as 1/30.");
        return new StreamConfiguration(header.Format, header.Width, header.Height, interval);
    }

    private ReplayFormatException Wrong(int at, string what) => new(Path, Position + at, Frame, what);
}
