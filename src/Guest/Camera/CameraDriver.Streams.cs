using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Camera;

/// <content>Streams and buffers: what can be had, what is configured, where frames go.</content>
public sealed partial class CameraDriver
{
    private const int EntriesPerCommand = 128;
    private const int MaximumFrameBytes = 1 << 30;

    private readonly List<FrameBuffer> _buffers = [];
    private CameraStream? _stream;

    /// <summary>The configured stream.</summary>
    /// <exception cref="InvalidOperationException">Nothing is configured.</exception>
    public CameraStream Stream => _stream ?? throw new InvalidOperationException("no stream is configured: call Configure first");

    /// <summary>Attached buffers; their numbers are 0 to this less 1.</summary>
    public int Buffers => _buffers.Count;

    /// <summary>Asks what <see cref="Configure"/> would give (TRY); changes nothing.</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public CameraStream Try(StreamConfiguration wanted)
    {
        lock (_commandOrder) return ExecuteConfigure(CameraCommand.Try, wanted);
    }

    /// <summary>Configures the stream, as near to what is wanted as the camera can (CONFIGURE).</summary>
    /// <exception cref="InvalidOperationException">Buffers are attached: <see cref="Release"/> first.</exception>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public CameraStream Configure(StreamConfiguration wanted)
    {
        lock (_commandOrder)
        {
            if (_buffers.Count > 0)
                throw new InvalidOperationException($"{_buffers.Count} buffers are still attached: call Release first");
            _stream = ExecuteConfigure(CameraCommand.Configure, wanted);
            lock (_requestGate) ForgetPool();
            return _stream;
        }
    }

    /// <summary>Gives the configuration up (RELEASE): every request ends, every buffer is detached and its memory freed.</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone; buffers keep their memory then, for the device may still
    /// write there.</exception>
    public void Release()
    {
        lock (_commandOrder)
        {
            Execute(CameraCommand.Release, 0, 0);
            lock (_requestGate)
            {
                // Requests have ended in the device, but some may not have been seen here yet; their buffers no longer count.
                foreach (var buffer in _buffers) _ram.Release(buffer.Address);
                _buffers.Clear();
                ForgetPool();
                _stream = null;
            }
        }
    }

    /// <summary>Allocates buffers in guest memory and attaches them (BUF_ATTACH), one after the other.</summary>
    /// <exception cref="InsufficientMemoryException">Guest memory is too small.</exception>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone; buffers attached before stay.</exception>
    public void AttachBuffers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        lock (_commandOrder)
        {
            var stream = Stream;
            for (var i = 0; i < count; i++)
            {
                var buffer = new FrameBuffer(_ram.Allocate(stream.FrameBytes), stream.FrameBytes);
                // A failure leaves the memory allocated: after a time-out the device may know it already.
                Attach(stream, (uint)_buffers.Count, buffer.Address);
                lock (_requestGate) _buffers.Add(buffer);
            }
        }
    }

    /// <summary>
    /// Detaches a buffer and frees its memory (BUF_DETACH). Only the one attached last can go, so that numbers have no holes.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is in a request.</exception>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void DetachLastBuffer()
    {
        lock (_commandOrder)
        {
            if (_buffers.Count == 0) throw new InvalidOperationException("no buffer is attached");
            var last = _buffers[^1];
            lock (_requestGate)
            {
                if (last.InFlight) throw new InvalidOperationException($"buffer {_buffers.Count - 1} is in a request");
                last.InFlight = true;      // nobody may submit it from now on
            }

            CameraWire.Write(_body, new DetachBufferCommand(Stream.Generation, 0, (uint)_buffers.Count - 1, 0));
            Execute(CameraCommand.DetachBuffer, DetachBufferCommand.Bytes, 0);
            lock (_requestGate) _buffers.RemoveAt(_buffers.Count - 1);
            _ram.Release(last.Address);
        }
    }

    /// <summary>A buffer's memory. What it holds is a frame only while it is in no request and its last request ended with OK.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such buffer.</exception>
    public ReadOnlySpan<byte> Pixels(int buffer)
    {
        FrameBuffer found;
        lock (_requestGate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)buffer, (uint)_buffers.Count, nameof(buffer));
            found = _buffers[buffer];
        }

        return _ram.Read(found.Address, found.Bytes);
    }

    private CameraStream ExecuteConfigure(CameraCommand command, StreamConfiguration wanted)
    {
        CameraWire.Write(_body, new ConfigureCommand(0, 1));
        CameraWire.Write(_body.AsSpan(ConfigureCommand.Bytes), new StreamConfig
        {
            Role = StreamRole.Video,
            FourCC = wanted.Format.Value,
            Width = checked((uint)wanted.Width),
            Height = checked((uint)wanted.Height),
            IntervalNumerator = wanted.Interval.Numerator,
            IntervalDenominator = wanted.Interval.Denominator,
        });
        var reply = Execute(command, ConfigureCommand.Bytes + StreamConfig.Bytes, ConfigureReply.Bytes + StreamConfig.Bytes);
        var head = CameraWire.Read<ConfigureReply>(reply);
        if (head.StreamCount != 1) throw Broken(command, $"a configuration of {head.StreamCount} streams for 1 that was wanted");
        return ReadStream(command, head.Generation, CameraWire.Read<StreamConfig>(reply[ConfigureReply.Bytes..]));
    }

    private static CameraStream ReadStream(CameraCommand command, uint generation, in StreamConfig told)
    {
        if (told.StreamId != 0) throw Broken(command, $"a configuration of stream {told.StreamId} for stream 0");
        if (told.PlaneCount is < 1 or > CameraWire.MaximumPlanes)
            throw Broken(command, $"a configuration with {told.PlaneCount} planes; 1 to {CameraWire.MaximumPlanes} are possible");
        if (told.Width is < 1 or > PixelFormat.MaximumDimension || told.Height is < 1 or > PixelFormat.MaximumDimension)
            throw Broken(command, $"a configuration of {told.Width}x{told.Height} pixels");
        if (told.IntervalNumerator == 0 || told.IntervalDenominator == 0)
            throw Broken(command, "a configuration with an interval that has a 0 in it");

        var planes = ImmutableArray.CreateBuilder<int>((int)told.PlaneCount);
        var total = 0L;
        for (var i = 0; i < (int)told.PlaneCount; i++)
        {
            if (told.PlaneSize[i] is 0 or > MaximumFrameBytes)
                throw Broken(command, $"a configuration whose plane {i} has {told.PlaneSize[i]} bytes");
            planes.Add((int)told.PlaneSize[i]);
            total += told.PlaneSize[i];
        }

        if (total > MaximumFrameBytes)
            throw Broken(command, $"a configuration with frames of {total} bytes; at most {MaximumFrameBytes} are possible");
        return new CameraStream
        {
            Generation = generation,
            Configuration = new StreamConfiguration(new FourCC(told.FourCC), (int)told.Width, (int)told.Height,
                new FrameInterval(told.IntervalNumerator, told.IntervalDenominator)),
            PlaneBytes = planes.MoveToImmutable(),
            FrameBytes = (int)total,
            Layout = LayoutOf(command, told),
            MinimumBuffers = (int)Math.Min(told.MinimumBuffers, int.MaxValue),
            MaximumBuffers = (int)Math.Min(told.MaximumBuffers, int.MaxValue),
        };
    }

    /// <summary>
    /// Our own idea of the layout, held against what the device says: a difference would make every pixel land elsewhere.
    /// </summary>
    private static FrameLayout? LayoutOf(CameraCommand command, in StreamConfig told)
    {
        if (!PixelFormats.TryGet(new FourCC(told.FourCC), out var format)) return null;
        FrameLayout layout;
        try
        {
            layout = format.Layout((int)told.Width, (int)told.Height);
        }
        catch (ArgumentException error)
        {
            throw Broken(command, $"a configuration that its format cannot have: {error.Message}");
        }

        if (layout.Planes.Length != (int)told.PlaneCount)
            throw Broken(command, $"{layout} in {told.PlaneCount} planes; the format has {layout.Planes.Length}");
        for (var i = 0; i < layout.Planes.Length; i++)
        {
            // A plane reaches to the next one, padding included.
            var plane = layout.Planes[i];
            var bytes = (i + 1 < layout.Planes.Length ? layout.Planes[i + 1].Offset : layout.TotalBytes) - plane.Offset;
            if (told.PlaneSize[i] != (uint)bytes || (!format.IsCompressed && told.Stride[i] != (uint)plane.Stride))
            {
                throw Broken(command, $"{layout} with {told.PlaneSize[i]} bytes and a stride of {told.Stride[i]} in plane {i}; "
                    + $"the format has {bytes} and {plane.Stride}");
            }
        }

        return layout;
    }

    private void Attach(CameraStream stream, uint id, ulong address)
    {
        var entries = Entries(stream, address);
        for (var first = 0; first < entries.Count; first += EntriesPerCommand)
        {
            var count = Math.Min(EntriesPerCommand, entries.Count - first);
            var flags = first + count < entries.Count ? AttachFlags.More : AttachFlags.None;
            CameraWire.Write(_body, new AttachBufferCommand(stream.Generation, 0, id, (uint)count, flags, (uint)first));
            for (var i = 0; i < count; i++)
                CameraWire.Write(_body.AsSpan(AttachBufferCommand.Bytes + i * MemoryEntry.Bytes), entries[first + i]);
            Execute(CameraCommand.AttachBuffer, AttachBufferCommand.Bytes + count * MemoryEntry.Bytes, 0);
        }
    }

    private List<MemoryEntry> Entries(CameraStream stream, ulong address)
    {
        var entries = new List<MemoryEntry>();
        for (var plane = 0; plane < stream.PlaneBytes.Length; plane++)
        {
            for (var left = stream.PlaneBytes[plane]; left > 0;)
            {
                var piece = _options.PieceBytes == 0 ? left : Math.Min(left, _options.PieceBytes);
                entries.Add(new MemoryEntry(address, (uint)piece, (uint)plane));
                address += (ulong)piece;
                left -= piece;
            }
        }

        return entries;
    }
}
