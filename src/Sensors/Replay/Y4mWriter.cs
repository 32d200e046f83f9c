using System.Text;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Replay;

/// <summary>
/// Writes YUV4MPEG2 files. Formats with the same bytes as one of its colour spaces (YU12, 422P, YM24, GREY) are written as they are; NV12,
/// YUYV and UYVY have their samples put into the file's order, none lost and none changed. Not thread-safe; writing a frame allocates
/// nothing.
/// </summary>
public sealed class Y4mWriter : IDisposable
{
    private readonly Stream _target;
    private readonly FrameLayout _layout;
    private readonly ChromaOrder _order;
    private readonly byte[] _row;

    /// <summary>Writes the header.</summary>
    /// <param name="target">Where to; disposed with the writer.</param>
    /// <param name="configuration">What the frames are.</param>
    /// <exception cref="ArgumentException">The format cannot be written without changing samples.</exception>
    public Y4mWriter(Stream target, StreamConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(configuration);
        var (chroma, order) = Describe(configuration.Format);
        _target = target;
        _layout = configuration.Layout();
        _order = order;
        _row = new byte[_layout.Width];
        var rate = configuration.Interval;
        _target.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant(
            $"{Y4mHeader.Magic} W{_layout.Width} H{_layout.Height} F{rate.Denominator}:{rate.Numerator} Ip A1:1 C{chroma}\n")));
    }

    /// <summary>Makes a file, or replaces one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="configuration">What the frames are.</param>
    /// <exception cref="ArgumentException">The format cannot be written without changing samples; the file is left alone.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Y4mWriter Create(string path, StreamConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _ = Describe(configuration.Format);
        return new Y4mWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024), configuration);
    }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>Writes one frame.</summary>
    /// <param name="pixels">A frame of the configuration's layout; what is beyond it is not written.</param>
    /// <exception cref="ArgumentException">The frame is too short.</exception>
    public void Write(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length < _layout.TotalBytes)
            throw new ArgumentException($"The frame has {pixels.Length} bytes; {_layout.TotalBytes} are wanted.", nameof(pixels));
        _target.Write("FRAME\n"u8);
        switch (_order)
        {
            case ChromaOrder.Planar:
                _target.Write(pixels[.._layout.TotalBytes]);
                break;
            case ChromaOrder.SemiPlanar:
                WritePlane(pixels, _layout.Planes[0], first: 0, step: 1);
                WritePlane(pixels, _layout.Planes[1], first: 0, step: 2);
                WritePlane(pixels, _layout.Planes[1], first: 1, step: 2);
                break;
            default:
                var luma = _order == ChromaOrder.Yuyv ? 0 : 1;
                WritePlane(pixels, _layout.Planes[0], luma, step: 2);
                WritePlane(pixels, _layout.Planes[0], 1 - luma, step: 4);
                WritePlane(pixels, _layout.Planes[0], 3 - luma, step: 4);
                break;
        }

        Frames++;
    }

    /// <summary>Hands everything written so far to the operating system.</summary>
    public void Flush() => _target.Flush();

    /// <inheritdoc/>
    public void Dispose() => _target.Dispose();

    private static (string Chroma, ChromaOrder Order) Describe(FourCC format) => format.ToString() switch
    {
        "YU12" => ("420jpeg", ChromaOrder.Planar),
        "422P" => ("422", ChromaOrder.Planar),
        "YM24" => ("444", ChromaOrder.Planar),
        "GREY" => ("mono", ChromaOrder.Planar),
        "NV12" => ("420jpeg", ChromaOrder.SemiPlanar),
        "YUYV" => ("422", ChromaOrder.Yuyv),
        "UYVY" => ("422", ChromaOrder.Uyvy),
        var other => throw new ArgumentException(
            $"{other} cannot be written as YUV4MPEG2; YU12, 422P, YM24, GREY, NV12, YUYV and UYVY can.", nameof(format)),
    };

    /// <summary>Writes every <paramref name="step"/>th byte of a plane, row by row.</summary>
    private void WritePlane(ReadOnlySpan<byte> pixels, PlaneLayout plane, int first, int step)
    {
        for (var y = 0; y < plane.Rows; y++)
        {
            var source = pixels.Slice(plane.Offset + (y * plane.Stride), plane.Stride);
            if (step == 1)
            {
                _target.Write(source);
                continue;
            }

            var count = 0;
            for (var at = first; at < source.Length; at += step) _row[count++] = source[at];
            _target.Write(_row.AsSpan(0, count));
        }
    }

    private enum ChromaOrder
    {
        Planar,
        SemiPlanar,
        Yuyv,
        Uyvy,
    }
}
