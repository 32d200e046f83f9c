using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Media;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Program;

/// <content>Before the first frame: format, interval, buffers.</content>
internal sealed partial class MediaGuestSession
{
    private const long Headroom = 16L << 20;

    // What the Linux driver can list for one command: 16 KiB of entries.
    private const int MaximumPieces = 1000;

    private readonly List<UserBuffer> _buffers = [];
    private readonly List<MediaMmapResponse> _mapped = [];
    private byte[] _frame = [];
    private V4l2Memory _memory;
    private int _count;

    private static MediaDriverOptions DriverOptions(CameraGuestOptions options)
    {
        var pixels = options.Width > 0 ? (long)options.Width * options.Height : 4096L * 2304;
        return new MediaDriverOptions
        {
            Transport = options.Driver.Transport with
            {
                MemoryBytes = Math.Max(options.Driver.Transport.MemoryBytes, Headroom + options.BuffersInFlight * pixels * 8),
                ReconnectTo = null,
                ShareMemory = options.Buffers != MediaBuffers.UserPointer,
            },
        };
    }

    private void Configure(MediaSession session)
    {
        _changed = false;
        var format = ChooseFormat(session);
        var (width, height) = _options.Width > 0 ? (_options.Width, _options.Height) : LargestSize(session, format);
        var set = new V4l2Format
        {
            Type = V4l2BufferType.VideoCapture,
            Pixels = new V4l2PixelFormat { PixelFormat = format.Value, Width = (uint)width, Height = (uint)height },
        };
        Require("S_FMT", session.Ioctl(MediaIoctl.SetFormat, ref set));
        var pixels = set.Pixels;
        if (pixels.Private != V4l2PixelFormat.ExtendedMagic)
            _tally.Failures.Add($"S_FMT: priv is 0x{pixels.Private:x}, not the magic number");
        var interval = SetInterval(session, pixels);
        Subscribe(session);
        _frame = new byte[checked((int)pixels.SizeImage)];
        Allocate(session, (int)pixels.SizeImage);
        var got = new StreamConfiguration(new FourCC(pixels.PixelFormat), (int)pixels.Width, (int)pixels.Height, interval);
        _tally.Begin(got, LayoutOf(pixels));
        _lastTime = 0;
        for (var i = 0; i < _count; i++) _held.Add(i, 0);
        Requeue(session);
        Require("STREAMON", session.StreamOn());
    }

    private FourCC ChooseFormat(MediaSession session)
    {
        if (_options.Format is { } wanted) return wanted;
        var first = new V4l2FormatDescription { Type = V4l2BufferType.VideoCapture };
        Require("ENUM_FMT", session.Ioctl(MediaIoctl.EnumerateFormats, ref first));
        return new FourCC(first.PixelFormat);
    }

    private static (int Width, int Height) LargestSize(MediaSession session, FourCC format)
    {
        var best = (Width: 0, Height: 0);
        for (var index = 0u; ; index++)
        {
            var size = new V4l2FrameSizes { Index = index, PixelFormat = format.Value };
            if (session.Ioctl(MediaIoctl.EnumerateFrameSizes, ref size) != 0) break;
            var (width, height) = size.Type == V4l2FrameSizes.Discrete
                ? (size.MinimumWidth, size.MaximumWidth)
                : (size.MaximumWidth, size.MaximumHeight);
            if ((long)width * height > (long)best.Width * best.Height) best = ((int)width, (int)height);
            if (size.Type != V4l2FrameSizes.Discrete) break;
        }

        return best.Width > 0 ? best : throw new MediaDriverException($"the camera offers {format} in no size");
    }

    private FrameInterval SetInterval(MediaSession session, in V4l2PixelFormat pixels)
    {
        var wanted = _options.Interval;
        for (var index = 0u; wanted is null || (index > 0 && _options.Interval is null); index++)
        {
            var offer = new V4l2FrameIntervals
            {
                Index = index, PixelFormat = pixels.PixelFormat, Width = pixels.Width, Height = pixels.Height,
            };
            if (session.Ioctl(MediaIoctl.EnumerateFrameIntervals, ref offer) != 0) break;
            var interval = new FrameInterval(offer.Minimum.Numerator, offer.Minimum.Denominator);
            if (interval.IsValid && (wanted is null || interval < wanted)) wanted = interval;
            if (offer.Type != V4l2FrameSizes.Discrete) break;
        }

        var parameters = new V4l2StreamParameters { Type = V4l2BufferType.VideoCapture };
        if (wanted is { } chosen) parameters = parameters with { TimePerFrame = new V4l2Fraction(chosen.Numerator, chosen.Denominator) };
        Require("S_PARM", session.Ioctl(MediaIoctl.SetParameters, ref parameters));
        return new FrameInterval(parameters.TimePerFrame.Numerator, parameters.TimePerFrame.Denominator);
    }

    private static void Subscribe(MediaSession session)
    {
        var change = new V4l2EventSubscription { Type = V4l2EventType.SourceChange };
        Require("SUBSCRIBE_EVENT", session.Subscribe(change));
    }

    private FrameLayout? LayoutOf(in V4l2PixelFormat pixels)
    {
        if (!PixelFormats.TryGet(new FourCC(pixels.PixelFormat), out var format)) return null;
        var layout = format.Layout((int)pixels.Width, (int)pixels.Height);
        if (!format.IsCompressed && (pixels.BytesPerLine != (uint)layout.Planes[0].Stride || pixels.SizeImage < (uint)layout.TotalBytes))
        {
            _tally.Failures.Add($"{layout} with {pixels.BytesPerLine} bytes a line and {pixels.SizeImage} in all; "
                + $"the format has {layout.Planes[0].Stride} and {layout.TotalBytes}");
            return null;
        }

        return layout;
    }

    private void Allocate(MediaSession session, int bytes)
    {
        _memory = V4l2Memory.UserPointer;
        if (_options.Buffers == MediaBuffers.Mapped || (_options.Buffers == MediaBuffers.Any && _driver.Transport.SharedMemory is not null))
            _memory = V4l2Memory.Mmap;
        Require("REQBUFS", session.RequestBuffers(_options.BuffersInFlight, _memory, out _count));
        for (var i = 0; i < _count; i++)
        {
            if (_memory == V4l2Memory.Mmap) Map(session, i, bytes);
            else _buffers.Add(new UserBuffer(_driver.Ram, bytes, PieceBytes(bytes)));
        }
    }

    private int PieceBytes(int bytes)
    {
        var piece = _driver.Options.UserPieceBytes;
        while ((bytes + piece - 1) / piece > MaximumPieces) piece *= 2;
        return piece;
    }

    private void Map(MediaSession session, int index, int bytes)
    {
        var buffer = new V4l2Buffer { Index = (uint)index, Type = V4l2BufferType.VideoCapture, Memory = V4l2Memory.Mmap };
        Require("QUERYBUF", session.QueryBuffer(ref buffer));
        if (buffer.Length < (uint)bytes) _tally.Failures.Add($"QUERYBUF: buffer {index} of {buffer.Length} bytes for frames of {bytes}");
        Require("MMAP", session.Map((uint)buffer.Pointer, writable: false, out var mapping));
        _mapped.Add(mapping);
        if (mapping.Length != buffer.Length) _tally.Failures.Add($"MMAP: {mapping.Length} bytes of a buffer of {buffer.Length}");
    }

    private int Queue(MediaSession session, int index) =>
        _memory == V4l2Memory.Mmap ? session.QueueBuffer(index) : session.QueueBuffer(index, _buffers[index]);

    private void CopyFrame(int index, Span<byte> target)
    {
        if (_memory != V4l2Memory.Mmap)
        {
            _buffers[index].CopyTo(target);
            return;
        }

        var window = _driver.Transport.SharedMemory!;
        var address = (long)_mapped[index].Address;
        if (window.TryRead(address, target.Length, static (bytes, frame) => bytes.CopyTo(frame), _frame)) return;
        _tally.Failures.Add($"buffer {index}: nothing is mapped at 0x{address:x}, where MMAP said it is");
    }

    private void Free(MediaSession session)
    {
        foreach (var mapping in _mapped) Require("MUNMAP", _driver.Unmap(mapping.Address));
        _mapped.Clear();
        Require("REQBUFS of none", session.RequestBuffers(0, _memory, out _));
        foreach (var buffer in _buffers) buffer.Dispose();
        _buffers.Clear();
    }
}
