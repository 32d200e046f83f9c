using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// ENUM_FMT, ENUM_FRAMESIZES, ENUM_FRAMEINTERVALS, G/S/TRY_FMT, G/S_PARM, inputs. The format is the device's, not a session's; the camera is
/// brought into it by STREAMON. An observer has what the camera does: nothing else is listed, and whatever it asks for becomes that.
/// Session thread only.
/// </summary>
internal sealed class FormatDesk(MediaContext context)
{
    private const uint ColorSpaceSrgb = 8;
    private const uint ColorSpaceJpeg = 7;
    private const uint ColorSpaceRaw = 11;
    private StreamConfiguration? _wanted;
    private (StreamConfiguration Of, FrameLayout Layout)? _laidOut;

    /// <summary>What the camera does now.</summary>
    public StreamConfiguration? Camera { get; set; }

    /// <summary>What the device is set to.</summary>
    public StreamConfiguration Current => context.Steers
        ? _wanted ?? Camera ?? Nearest(default, 0, 0, default)
        : Camera ?? Nearest(default, 0, 0, default);

    /// <summary>How its frames lie; asked for with every buffer.</summary>
    public FrameLayout Layout
    {
        get
        {
            var current = Current;
            if (_laidOut?.Of != current) _laidOut = (current, current.Layout());
            return _laidOut!.Value.Layout;
        }
    }

    /// <summary>The device is reset: what the camera does is what it is set to.</summary>
    public void Reset() => _wanted = null;

    public MediaStatus EnumerateFormats(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2FormatDescription>(payload);
        if (asked.Type != V4l2BufferType.VideoCapture || asked.MediaBusCode != 0) return MediaStatus.Invalid;
        var formats = Offers().Select(static offer => offer.Format).Distinct().ToArray();
        if (asked.Index >= (uint)formats.Length) return MediaStatus.Invalid;
        var fourcc = formats[asked.Index];
        var known = PixelFormats.TryGet(fourcc, out var format);
        var text = known ? format!.Description : fourcc.ToString();
        var flags = known && format!.Arrangement == PixelArrangement.Compressed ? V4l2FormatDescription.Compressed : 0;
        CameraWire.Write(payload, new V4l2FormatDescription(asked.Index, asked.Type, flags,
            Text32.From(text.Length > 31 ? text[..31] : text), fourcc.Value, 0));
        return MediaStatus.Ok;
    }

    public MediaStatus EnumerateSizes(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2FrameSizes>(payload);
        var sizes = SizesOf(asked.PixelFormat);
        var range = sizes.FirstOrDefault(static size => !size.IsDiscrete);
        if (asked.Index >= (uint)(range is null ? sizes.Length : 1)) return MediaStatus.Invalid;
        var size = range ?? sizes[(int)asked.Index];
        CameraWire.Write(payload, range is null
            ? new V4l2FrameSizes(asked.Index, asked.PixelFormat, V4l2FrameSizes.Discrete, (uint)size.MinimumWidth, (uint)size.MinimumHeight,
                0, 0, 0, 0)
            : new V4l2FrameSizes(asked.Index, asked.PixelFormat, V4l2FrameSizes.Stepwise, (uint)size.MinimumWidth, (uint)size.MaximumWidth,
                (uint)Math.Max(1, size.StepWidth), (uint)size.MinimumHeight, (uint)size.MaximumHeight, (uint)Math.Max(1, size.StepHeight)));
        return MediaStatus.Ok;
    }

    public MediaStatus EnumerateIntervals(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2FrameIntervals>(payload);
        var size = SizesOf(asked.PixelFormat).FirstOrDefault(size => Holds(size, asked.Width, asked.Height));
        if (size is null || asked.Index > 0) return MediaStatus.Invalid;
        var (shortest, longest) = (ToWire(size.ShortestInterval), ToWire(size.LongestInterval));
        CameraWire.Write(payload, size.ShortestInterval.CompareTo(size.LongestInterval) == 0
            ? new V4l2FrameIntervals(0, asked.PixelFormat, asked.Width, asked.Height, V4l2FrameSizes.Discrete, shortest, default, default)
            : new V4l2FrameIntervals(0, asked.PixelFormat, asked.Width, asked.Height, V4l2FrameSizes.Continuous, shortest, longest,
                new V4l2Fraction(1, 1)));
        return MediaStatus.Ok;
    }

    public MediaStatus Get(Span<byte> payload)
    {
        if (CameraWire.Read<V4l2Format>(payload).Type != V4l2BufferType.VideoCapture) return MediaStatus.Invalid;
        Write(payload, Current);
        return MediaStatus.Ok;
    }

    /// <summary>TRY_FMT and S_FMT: the nearest that the camera has, whatever is asked for.</summary>
    public MediaStatus Set(Span<byte> payload, bool isTry, bool isBusy)
    {
        var asked = CameraWire.Read<V4l2Format>(payload);
        if (asked.Type != V4l2BufferType.VideoCapture) return MediaStatus.Invalid;
        if (!isTry && isBusy) return MediaStatus.Busy;
        var wanted = context.Steers
            ? Nearest(new FourCC(asked.Pixels.PixelFormat), asked.Pixels.Width, asked.Pixels.Height, Current.Interval)
            : Current;
        if (!isTry && context.Steers) _wanted = wanted;
        Write(payload, wanted);
        return MediaStatus.Ok;
    }

    public MediaStatus GetParameters(Span<byte> payload)
    {
        if (CameraWire.Read<V4l2StreamParameters>(payload).Type != V4l2BufferType.VideoCapture) return MediaStatus.Invalid;
        WriteParameters(payload);
        return MediaStatus.Ok;
    }

    /// <summary>S_PARM: the nearest interval; 0 asks for the shortest.</summary>
    public MediaStatus SetParameters(Span<byte> payload, bool isStreaming)
    {
        var asked = CameraWire.Read<V4l2StreamParameters>(payload);
        if (asked.Type != V4l2BufferType.VideoCapture) return MediaStatus.Invalid;
        if (context.Steers)
        {
            var now = Current;
            var interval = new FrameInterval(asked.TimePerFrame.Numerator, asked.TimePerFrame.Denominator);
            var wanted = Nearest(now.Format, (uint)now.Width, (uint)now.Height, interval);
            if (isStreaming && wanted != now) return MediaStatus.Busy;
            _wanted = wanted;
        }

        WriteParameters(payload);
        return MediaStatus.Ok;
    }

    public MediaStatus EnumerateInputs(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2Input>(payload);
        if (asked.Index > 0) return MediaStatus.Invalid;
        payload.Clear();
        CameraWire.Write(payload, new V4l2Input(0, Text32.From("Camera"), V4l2Input.Camera, context.SourcePresent ? 0 : V4l2Input.NoSignal));
        return MediaStatus.Ok;
    }

    /// <summary>G_INPUT and S_INPUT: there is one.</summary>
    public static MediaStatus SelectInput(Span<byte> payload, bool isSet)
    {
        if (isSet && CameraWire.Read<uint>(payload) != 0) return MediaStatus.Invalid;
        payload.Clear();
        return MediaStatus.Ok;
    }

    private void Write(Span<byte> payload, StreamConfiguration configuration)
    {
        var layout = configuration.Layout();
        var colors = layout.Format.Arrangement switch
        {
            PixelArrangement.Bayer or PixelArrangement.Depth => ColorSpaceRaw,
            PixelArrangement.Compressed => ColorSpaceJpeg,
            _ => ColorSpaceSrgb,
        };
        payload.Clear();
        CameraWire.Write(payload, new V4l2Format(V4l2BufferType.VideoCapture, new V4l2PixelFormat(
            (uint)configuration.Width, (uint)configuration.Height, configuration.Format.Value, V4l2Buffer.FieldNone,
            (uint)layout.Planes[0].Stride, (uint)layout.TotalBytes, colors, V4l2PixelFormat.ExtendedMagic, 0, 0, 0, 0)));
    }

    private void WriteParameters(Span<byte> payload)
    {
        payload.Clear();
        CameraWire.Write(payload, new V4l2StreamParameters(V4l2BufferType.VideoCapture, V4l2StreamParameters.CanSetTimePerFrame, 0,
            ToWire(Current.Interval), 0, 0));
    }

    private StreamConfiguration Nearest(FourCC format, uint width, uint height, FrameInterval interval) => context.Profile.Adjust(
        new StreamConfiguration(format, (int)Math.Clamp(width, 1, PixelFormat.MaximumDimension),
            (int)Math.Clamp(height, 1, PixelFormat.MaximumDimension), interval));

    private ImmutableArray<FormatOffer> Offers()
    {
        if (context.Steers || Camera is not { } now) return [.. context.Profile.Formats.Where(static offer => offer.Sizes.Length > 0)];
        return [new FormatOffer { Format = now.Format, Sizes = [FrameSizeOffer.Of(now.Width, now.Height, now.Interval, now.Interval)] }];
    }

    private ImmutableArray<FrameSizeOffer> SizesOf(uint fourcc) =>
        Offers().FirstOrDefault(offer => offer.Format.Value == fourcc)?.Sizes ?? [];

    private static bool Holds(FrameSizeOffer size, uint width, uint height) =>
        width >= (uint)size.MinimumWidth && width <= (uint)size.MaximumWidth && height >= (uint)size.MinimumHeight
        && height <= (uint)size.MaximumHeight
        && (width - (uint)size.MinimumWidth) % (uint)Math.Max(1, size.StepWidth) == 0
        && (height - (uint)size.MinimumHeight) % (uint)Math.Max(1, size.StepHeight) == 0;

    private static V4l2Fraction ToWire(FrameInterval interval) => new(interval.Numerator, interval.Denominator);
}
