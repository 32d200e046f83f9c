using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// Queued buffers on their way to frames and back to the driver. A buffer that the device has goes back exactly once, or stays with the
/// device until STREAMOFF. Session thread only.
/// </summary>
internal sealed class StreamDesk(MediaContext context, FormatDesk formats, BufferDesk buffers, EventLine events, ControlDesk controls)
{
    private readonly Queue<MediaBuffer> _queued = new();
    private readonly Stack<MediaRequest> _free = new();
    private readonly HashSet<MediaRequest> _armed = [];
    private Virtqueue? _queue;
    private int _inFlight;
    private ulong _firstFrame;
    private bool _isStale;

    /// <summary>Whether frames are wanted.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Requests that somebody may be writing for, or may begin to. Any thread.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>QBUF.</summary>
    public void Queue(MediaBuffer buffer, Virtqueue queue)
    {
        _queue = queue;
        if (IsOn && CanArm) Arm(buffer);
        else _queued.Enqueue(buffer);
    }

    /// <summary>STREAMON is answered: frames may come.</summary>
    public void Begin()
    {
        IsOn = true;
        _isStale = false;
        _firstFrame = 0;
        ArmQueued();
    }

    /// <summary>No more frames, and no more DQBUF.</summary>
    public void End()
    {
        IsOn = false;
        _queued.Clear();
        events.ForgetBuffers();
        Withdraw(static (_, _) => { }, this);
    }

    /// <summary>The ring goes on, on other memory perhaps: what waited is wanted again.</summary>
    public void Resume(Virtqueue queue)
    {
        if (_queue is not null || queue.Index != MediaWire.CommandQueue) return;
        _queue = queue;
        ArmQueued();
    }

    /// <summary>The ring stops: nobody may write to the guest. Buffers stay with the device.</summary>
    public void Pause()
    {
        Withdraw(static (desk, buffer) => desk._queued.Enqueue(buffer), this);
        _queue = null;
    }

    /// <summary>The source is back: what waited is wanted again.</summary>
    public void ArmQueued()
    {
        for (var left = _queued.Count; left > 0 && IsOn && CanArm; left--) Arm(_queued.Dequeue());
    }

    /// <summary>What the camera does fits the buffers no longer: they go back as they are.</summary>
    public void Spoil()
    {
        if (!IsOn) return;
        _isStale = true;
        Withdraw(static (desk, buffer) => desk.ReturnWithError(buffer), this);
        while (_queued.TryDequeue(out var buffer)) ReturnWithError(buffer);
    }

    /// <summary>The delivery side has let go of a request.</summary>
    public void Completed(MediaRequest request)
    {
        if (!_armed.Remove(request)) return;
        Volatile.Write(ref _inFlight, _inFlight - 1);
        var buffer = request.Buffer!;
        context.Counters.CountRequest(request.Status);
        if (buffer.Request == request && IsOn) Finish(request, buffer);
        if (buffer.Request == request) buffer.Request = null;
        request.Clear();
        _free.Push(request);
    }

    private bool CanArm => context.SourcePresent && _queue is not null && !_isStale;

    private void Finish(MediaRequest request, MediaBuffer buffer)
    {
        switch (request.Status)
        {
            case CameraStatus.Ok:
                if (_firstFrame == 0) _firstFrame = request.Frame;
                buffer.BytesUsed = request.BytesUsed;
                buffer.Sequence = (uint)(request.Frame - _firstFrame);
                buffer.Time = request.Time;
                buffer.HasError = request.IsCorrupt;
                controls.Shown(request.Applied);
                buffer.Request = null;
                if (buffers.Owner is { } owner) events.Return(owner.Id, buffer);
                break;
            case CameraStatus.NoSource:
                // A camera without a signal gives nothing, and goes on when it is back.
                buffer.Request = null;
                _queued.Enqueue(buffer);
                ArmQueued();
                break;
            case CameraStatus.Cancelled when _queue is null:
                buffer.Request = null;
                _queued.Enqueue(buffer);
                break;
            case CameraStatus.Cancelled when IsMoved(buffer):
                // The guest's memory is laid out anew; the pages are where they were.
                buffer.Request = null;
                Queue(buffer, _queue!);
                break;
            default:
                ReturnWithError(buffer);
                break;
        }
    }

    private bool IsMoved(MediaBuffer buffer) =>
        _queue is not null && buffer.Area is null && !ReferenceEquals(buffer.Table, _queue.Memory);

    private void Arm(MediaBuffer buffer)
    {
        if (!buffer.TryLocate(_queue!.Memory, formats.Layout.TotalBytes))
        {
            ReturnWithError(buffer);
            return;
        }

        var request = _free.TryPop(out var free) ? free : new MediaRequest(context.Options.SessionId);
        request.Begin(buffer, _queue!);
        buffer.Request = request;
        _armed.Add(request);
        Volatile.Write(ref _inFlight, _inFlight + 1);
        context.Host.Arm(request);
    }

    private void ReturnWithError(MediaBuffer buffer)
    {
        buffer.Request = null;
        buffer.Clear();
        buffer.HasError = true;
        if (buffers.Owner is { } owner) events.Return(owner.Id, buffer);
    }

    // Takes back those that wait. Those that are being written end by themselves, and are waited for where it matters.
    private void Withdraw(Action<StreamDesk, MediaBuffer> then, StreamDesk desk)
    {
        foreach (var buffer in buffers.Buffers)
        {
            if (buffer.Request is not { } request) continue;

            // The fan-out may still know it: it is never used again.
            if (!request.TryClaim()) continue;
            request.Fail(CameraStatus.Cancelled);
            _armed.Remove(request);
            Volatile.Write(ref _inFlight, _inFlight - 1);
            context.Counters.CountRequest(CameraStatus.Cancelled);
            buffer.Request = null;
            then(desk, buffer);
        }
    }
}
