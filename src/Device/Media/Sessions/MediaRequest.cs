using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// A queued buffer on its way through the fan-out and the delivery. It holds no chain, because QBUF is answered at once: what keeps its
/// targets in place while they are written is the command queue, which does not stop meanwhile, and the memory table that they were found in.
/// What the frame was is noted here, for the session's thread to tell.
/// </summary>
internal sealed class MediaRequest(ulong session) : FrameRequest(session)
{
    private readonly ControlEntry[] _applied = new ControlEntry[FrameHeader.MaximumApplied];
    private Virtqueue? _queue;
    private MemoryTable? _table;
    private BufferArea? _area;
    private int _appliedCount;

    /// <summary>The buffer; null once the session has given the request up.</summary>
    public MediaBuffer? Buffer { get; private set; }

    /// <summary>How it ended.</summary>
    public CameraStatus Status { get; private set; }

    public uint BytesUsed { get; private set; }

    /// <summary>The camera's number of the frame.</summary>
    public ulong Frame { get; private set; }

    /// <summary>Start of the exposure, nanoseconds of the frame clock.</summary>
    public long Time { get; private set; }

    public bool IsCorrupt { get; private set; }

    /// <summary>What the frame was made with.</summary>
    public ReadOnlySpan<ControlEntry> Applied => _applied.AsSpan(0, _appliedCount);

    /// <inheritdoc/>
    public override int TargetCount => Buffer?.RangeCount ?? 0;

    /// <inheritdoc/>
    public override GuestRange Target(int index) =>
        Buffer?.Range(index) ?? throw new InvalidOperationException($"{this} has no target {index}");

    /// <inheritdoc/>
    public override bool BeginWrite()
    {
        if (_queue?.TryBeginWrite() != true) return false;
        if (_table?.TryEnter() ?? _area?.TryEnter() ?? false) return true;
        _queue.EndWrite();
        return false;
    }

    /// <inheritdoc/>
    public override void EndWrite()
    {
        if (_table is not null) _table.Leave();
        else _area?.Leave();
        _queue?.EndWrite();
    }

    /// <inheritdoc/>
    public override void Complete(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        End();

        // Copied, because a process that shares the pool could change them while they are looked at.
        var header = frame.Header;
        (Status, Frame, Time) = (CameraStatus.Ok, header.Sequence, header.StartOfExposure);
        BytesUsed = (uint)frame.Pixels.Length;
        IsCorrupt = ((FrameFlags)header.Flags & FrameFlags.Corrupt) != 0;
        var applied = frame.Applied;
        _appliedCount = Math.Min(applied.Length, _applied.Length);
        applied[.._appliedCount].CopyTo(_applied);
    }

    /// <inheritdoc/>
    public override void Fail(CameraStatus status, ulong frame = 0)
    {
        End();
        (Status, Frame, _appliedCount) = (status, frame, 0);
    }

    /// <inheritdoc/>
    public override string ToString() => $"buffer {Buffer?.Index} of session {Session}";

    /// <summary>It stands for nothing.</summary>
    public void Clear()
    {
        (Buffer, _queue, _table, _area) = (null, null, null, null);
        BecomeFree();
    }

    /// <summary>Makes it stand for a buffer that waits for a frame.</summary>
    public void Begin(MediaBuffer buffer, Virtqueue queue)
    {
        (Buffer, _queue, _table, _area) = (buffer, queue, buffer.Table, buffer.Area);
        _appliedCount = 0;
        BeginWaiting();
    }
}
