using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Program;

/// <summary>
/// Holds a frame's pixels against what its result says: the checksum, the number in the stamp, the controls in the stamp. One thread;
/// allocates nothing while all is well.
/// </summary>
/// <remarks>A camera need not stamp its frames. Once one frame of a stream had a stamp, every later one must.</remarks>
internal sealed class FrameVerifier(FailureLog failures)
{
    private CameraStream? _stream;
    private bool _canCarryStamp;
    private bool _stamped;
    private FrameLayout? _layout;
    private ulong? _ahead;

    /// <summary>Frames whose checksum was computed and compared.</summary>
    public long Checksums { get; private set; }

    /// <summary>Frames whose stamp was read and compared.</summary>
    public long Stamps { get; private set; }

    /// <summary>Frames of another stream follow.</summary>
    public void Begin(CameraStream stream)
    {
        _stream = stream;
        _canCarryStamp = stream.Layout is { } layout && FrameStamp.Fits(layout);
        _stamped = false;
    }

    /// <summary>Checks a delivered frame.</summary>
    /// <param name="request">The completed request.</param>
    /// <param name="pixels">Its whole buffer.</param>
    public void Verify(CameraRequest request, ReadOnlySpan<byte> pixels)
    {
        var stream = _stream ?? throw new InvalidOperationException("no stream has begun");
        if (stream.Layout is { Format.IsCompressed: false } && request.BytesUsed != stream.FrameBytes)
            failures.Add($"frame {request.Frame}: {request.BytesUsed} bytes used of a frame of {stream.FrameBytes}");
        if ((request.Flags & ResultFlags.Checksum) != 0) VerifyChecksum(request, stream, pixels);
        if (_canCarryStamp && (request.Flags & ResultFlags.Corrupt) == 0) VerifyStamp(request, stream, pixels);
    }

    /// <summary>Frames of another stream follow, whose numbers begin anew with it.</summary>
    /// <param name="layout">The pixels' layout; null if it is not known.</param>
    public void Begin(FrameLayout? layout)
    {
        (_layout, _ahead, _stamped) = (layout, null, false);
        _canCarryStamp = layout is not null && FrameStamp.Fits(layout);
    }

    /// <summary>
    /// Checks a frame of which only its number within the stream is known: the stamp's number must run ahead of it by the same all the
    /// time.
    /// </summary>
    public void Verify(uint sequence, ReadOnlySpan<byte> pixels)
    {
        if (_layout is not { } layout) return;
        if (!layout.Format.IsCompressed && pixels.Length != layout.TotalBytes)
            failures.Add($"frame {sequence}: {pixels.Length} bytes used of a frame of {layout.TotalBytes}");
        if (!_canCarryStamp) return;
        if (!FrameStamp.TryRead(layout, pixels, out var truth))
        {
            if (_stamped) failures.Add($"frame {sequence}: its stamp cannot be read, though frames before had one");
            return;
        }

        _stamped = true;
        Stamps++;
        _ahead ??= truth.Sequence - sequence;
        if (truth.Sequence - sequence != _ahead)
            failures.Add($"frame {sequence}: its stamp says frame {truth.Sequence}; by the frames before it would be {sequence + _ahead}");
    }

    private void VerifyChecksum(CameraRequest request, CameraStream stream, ReadOnlySpan<byte> pixels)
    {
        var checksum = 0u;
        var offset = 0;
        for (var plane = 0; plane < stream.PlaneBytes.Length; plane++)
        {
            checksum = Crc32C.Compute(pixels.Slice(offset, (int)request.PlaneBytesUsed[plane]), checksum);
            offset += stream.PlaneBytes[plane];
        }

        Checksums++;
        if (checksum != request.Checksum)
            failures.Add($"frame {request.Frame}: the buffer's checksum is 0x{checksum:x8}, its result says 0x{request.Checksum:x8}");
    }

    private void VerifyStamp(CameraRequest request, CameraStream stream, ReadOnlySpan<byte> pixels)
    {
        if (!FrameStamp.TryRead(stream.Layout!, pixels, out var truth))
        {
            if (_stamped) failures.Add($"frame {request.Frame}: its stamp cannot be read, though frames before had one");
            return;
        }

        _stamped = true;
        Stamps++;
        if (truth.Sequence != request.Frame) failures.Add($"frame {request.Frame}: its stamp says frame {truth.Sequence}");
        Compare(request, ControlCatalogue.ExposureTime, truth.ExposureTime);
        Compare(request, ControlCatalogue.AnalogueGain, truth.AnalogueGainRaw);
        Compare(request, ControlCatalogue.FrameDuration, truth.FrameDuration);
    }

    private void Compare(CameraRequest request, ControlInfo control, long truth)
    {
        if (!request.TryGetReported(control.Id, out var told) || !told.InForce) return;
        if (told.Value.Type != control.Type || told.Value.Count != 1)
        {
            var (count, type) = (told.Value.Count, told.Value.Type);
            failures.Add($"frame {request.Frame}: {control.Name} is reported as {count} of {type}; it is one {control.Type}");
            return;
        }

        if (told.Value.Scalar != truth)
            failures.Add($"frame {request.Frame}: {control.Name} is reported as {told.Value.Scalar}, the pixels say {truth}");
    }
}
