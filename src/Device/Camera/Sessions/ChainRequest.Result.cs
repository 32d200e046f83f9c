using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

public sealed partial class ChainRequest
{
    /// <summary>
    /// Ends a claimed request with the frame whose pixels are in its targets: result, buffer result and metadata are written, and the chain
    /// goes back to the
    /// driver as soon as those before it have. Any thread; allocates nothing. Strict requests end with TOO_LATE or NOT_APPLIED if the frame
    /// is not as asked.
    /// </summary>
    /// <param name="frame">The frame; the caller holds a lease.</param>
    /// <exception cref="InvalidOperationException">The request was not claimed, or has ended before.</exception>
    /// <exception cref="Exception">The frame could not be read or the result not be written, which is a defect: the request has ended with
    /// INTERNAL.</exception>
    public override void Complete(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        End();
        try
        {
            Answer(frame);
        }
        catch
        {
            Surrender();
            throw;
        }
    }

    private void Answer(Frame frame)
    {
        // Copied, because a process that shares the pool could change them while they are looked at.
        var header = frame.Header;
        Span<ControlEntry> entries = stackalloc ControlEntry[FrameHeader.MaximumApplied];
        var applied = entries[..frame.Applied.Length];
        frame.Applied.CopyTo(applied);
        var isLate = TargetFrame != 0 && header.Sequence > TargetFrame;
        var items = ResultWriter.Judge(Asked.AsSpan(), applied, isLate);
        var status = !IsStrict ? CameraStatus.Ok
            : isLate ? CameraStatus.TooLate
            : (items & (ResultFlags.Late | ResultFlags.Clamped | ResultFlags.Ignored)) != 0 ? CameraStatus.NotApplied
            : CameraStatus.Ok;
        // First of all: a frame that is not kept is not delivered, and the next one follows on what was.
        var slot = Keep(frame, ref status);
        var frameFlags = (FrameFlags)header.Flags;
        // Taken also where the frame says so by itself: it is the first one either way.
        var isDiscontinuity = (status == CameraStatus.Ok && _line.TakeInterruption()) || (frameFlags & FrameFlags.Discontinuity) != 0;
        var flags = items
            | (isLate ? ResultFlags.Late : 0)
            | (isDiscontinuity ? ResultFlags.Discontinuity : 0)
            | ((frameFlags & FrameFlags.Corrupt) != 0 ? ResultFlags.Corrupt : 0)
            | ((frameFlags & FrameFlags.Checksummed) != 0 ? ResultFlags.Checksum : 0);
        var droppedBefore = status == CameraStatus.Ok ? _line.Delivered(header.Sequence) : 0;
        var result = new ResultHeader(
            new ResponseHeader(status, 0, _tag), RequestId, header.Sequence, (ulong)header.StartOfExposure, (ulong)header.Complete,
            flags, 0, 0, droppedBefore, header.Checksum, 0);
        Span<byte> scratch = stackalloc byte[RequestLimits.MaximumResultBytes];
        var used = ResultWriter.Write(scratch[..Math.Min(scratch.Length, Chain.WritableBytes)], result, slot, Where, _layout!,
            frame.Pixels.Length, Asked.AsSpan(), applied, isLate);
        // The frame has come, so the set's id is free again; an empty set can serve the next request of this object.
        SpareSet = Set is { Controls.IsDefaultOrEmpty: true, TargetFrame: 0 } ? Set : null;
        Push(scratch[..used], status);
    }

    private BufferFlags Where => KeepsFrame ? BufferFlags.Shared : BufferFlags.None;

    // A request that ends otherwise than well has no frame, and so no lease.
    private uint Keep(Frame frame, ref CameraStatus status)
    {
        if (_leases is not { } leases) return BufferId;
        if (status == CameraStatus.Ok && Interlocked.Exchange(ref _reservation, 0) is not 0 and var life)
        {
            if (leases.TryKeep(frame, life, out var slot)) return (uint)slot;

            // The mapping has gone while the frame was on its way.
            status = CameraStatus.Cancelled;
            _hasNoPlace = true;
        }

        CancelReservation();
        return CameraWire.NoSlot;
    }

    /// <summary>
    /// Ends a claimed request without a frame. Any thread. It waits for those before it, but one that was given up (TIMEOUT, CANCELLED,
    /// NO_SOURCE, NOT_OWNER) goes back at once.
    /// </summary>
    /// <param name="status">Why; not <see cref="CameraStatus.Ok"/>.</param>
    /// <param name="frame">The frame that was lost, if it is known.</param>
    /// <exception cref="InvalidOperationException">The request was not claimed, or has ended before.</exception>
    public override void Fail(CameraStatus status, ulong frame = 0)
    {
        if (status == CameraStatus.Ok) throw new ArgumentException("a request without a frame is not OK", nameof(status));
        End();
        CancelReservation();
        SpareSet = null;
        Span<byte> scratch = stackalloc byte[ResultHeader.Bytes + BufferResult.Bytes];
        var result = new ResultHeader(new ResponseHeader(status, 0, _tag), RequestId, frame, 0, 0, ResultFlags.None, 0, 0, 0, 0, 0);
        var used = ResultWriter.Write(scratch, result, BufferId, Where);
        Push(scratch[..used], status);
    }

    // Whatever went wrong with its result, the driver gets its chain back, if need be without a word.
    private void Surrender()
    {
        if (IsReady) return;
        SpareSet = null;
        Span<byte> scratch = stackalloc byte[ResultHeader.Bytes + BufferResult.Bytes];
        var result = new ResultHeader(
            new ResponseHeader(CameraStatus.Internal, 0, _tag), RequestId, 0, 0, 0, ResultFlags.None, 0, 0, 0, 0, 0);
        var used = ResultWriter.Write(scratch, result, BufferId, Where);
        try
        {
            Push(scratch[..used], CameraStatus.Internal);
        }
        catch when (!IsReady)
        {
            _counters.CountRequest(CameraStatus.Internal);
            _line.Finish(this, 0, inOrder: true);
        }
    }

    private void Push(ReadOnlySpan<byte> result, CameraStatus status)
    {
        Chain.Write(0, result);
        _counters.CountRequest(status);
        var wasGivenUp = status is CameraStatus.Timeout or CameraStatus.Cancelled or CameraStatus.NoSource or CameraStatus.NotOwner;
        _line.Finish(this, result.Length, inOrder: !wasGivenUp);
    }
}
