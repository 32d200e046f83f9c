using System.Globalization;
using System.Text;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Replay;

/// <summary>
/// The first line of a YUV4MPEG2 file: "YUV4MPEG2 W352 H288 F30000:1001 Ip A128:117 C420jpeg" (manual page yuv4mpeg(5) of the mjpegtools).
/// </summary>
/// <param name="Format">YU12 for C420 and its kinds of chroma siting, 422P for C422, YM24 for C444, GREY for Cmono.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Interval">Seconds a frame; null when the file does not know (no F, or F0:0).</param>
/// <param name="Length">Bytes of the line, with its line feed.</param>
public sealed record Y4mHeader(FourCC Format, int Width, int Height, FrameInterval? Interval, int Length)
{
    /// <summary>What every file begins with.</summary>
    public const string Magic = "YUV4MPEG2";

    /// <summary>A line longer than this is not believed to be a header, nor a frame's.</summary>
    public const int MaximumLength = 1024;

    /// <summary>Reads the header.</summary>
    /// <param name="path">The file's name, for errors.</param>
    /// <param name="start">The file's first bytes: <see cref="MaximumLength"/> of them, or the whole file if it is shorter.</param>
    /// <exception cref="ReplayFormatException">It is none, or one of a format that cannot be served byte for byte.</exception>
    public static Y4mHeader Parse(string path, ReadOnlySpan<byte> start)
    {
        var end = start.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Wrong(
                start.Length, start.Length < MaximumLength
                    ? "the file ends within its header; a line feed is missing."
                    : $"the header has no line feed within {MaximumLength} bytes.");
        }

        var line = start[..end];
        if (!line.StartsWith("YUV4MPEG2"u8) || (line.Length > Magic.Length && line[Magic.Length] != ' '))
            throw Wrong(0, $"the header does not begin with {Magic}.");

        var (width, height, chroma, chromaAt) = (0, 0, "420jpeg", 0);
        FrameInterval? interval = null;
        for (var at = Magic.Length; at < end;)
        {
            if (line[at] == ' ')
            {
                at++;
                continue;
            }

            var length = line[at..].IndexOf((byte)' ');
            if (length < 0) length = end - at;
            var text = Encoding.Latin1.GetString(line.Slice(at + 1, length - 1));
            switch ((char)line[at])
            {
                case 'W': width = Dimension(at, 'W', "width", text); break;
                case 'H': height = Dimension(at, 'H', "height", text); break;
                case 'F': interval = Rate(at, text); break;
                case 'C': (chroma, chromaAt) = (text, at); break;
                case 'I' when text is not ("p" or "?" or ""):
                    throw Wrong(
                        at, $"the recording is interlaced (I{Shown(text)}), but a camera gives whole frames; make it progressive first.");

                // The pixels' aspect and comments change nothing in the bytes of a frame; what is not known is to be passed over
                // (yuv4mpeg(5)).
                default: break;
            }

            at += length;
        }

        if (width == 0) throw Wrong(end, "the header lacks the width (such as W1920).");
        if (height == 0) throw Wrong(end, "the header lacks the height (such as H1080).");
        var format = FormatOf(chroma)
            ?? throw Wrong(chromaAt, $"colour space C{Shown(chroma)} has no V4L2 format of the same bytes; C420, C420jpeg, C420mpeg2, "
                + "C420paldv, C422, C444 and Cmono have.");
        try
        {
            format.Layout(width, height);
        }
        catch (ArgumentException error)
        {
            throw Wrong(chromaAt, error.Message);
        }

        return new Y4mHeader(format.FourCC, width, height, interval, end + 1);

        ReplayFormatException Wrong(int at, string what) => new(path, at, null, what);

        int Dimension(int at, char letter, string name, string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels)
            && pixels is > 0 and <= PixelFormat.MaximumDimension
                ? pixels
                : throw Wrong(at, $"{letter}{Shown(text)} is no {name}; 1 to {PixelFormat.MaximumDimension} pixels are possible.");

        FrameInterval? Rate(int at, string text)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0
                || !uint.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var frames)
                || !uint.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                || (frames == 0) != (seconds == 0))
            {
                throw Wrong(
                    at, $"F{Shown(text)} is no frame rate; frames and seconds like F30:1 or F30000:1001 are wanted, or F0:0 for unknown.");
            }

            return frames == 0 ? null : new FrameInterval(seconds, frames);
        }
    }

    /// <summary>The pixel format with the same bytes as a colour space of the header, or null.</summary>
    private static PixelFormat? FormatOf(string chroma) => chroma switch
    {
        "420" or "420jpeg" or "420mpeg2" or "420paldv" => PixelFormats.Yuv420,
        "422" => PixelFormats.Yuv422P,
        "444" => PixelFormats.Yuv444,
        "mono" => PixelFormats.Grey,
        _ => null,
    };

    /// <summary>Text of a file as it may stand in a message: short and printable.</summary>
    private static string Shown(string text)
    {
        var printable = string.Concat(text.Take(32).Select(static letter => letter is >= ' ' and <= '~' ? letter : '?'));
        return text.Length > 32 ? printable + "..." : printable;
    }
}
