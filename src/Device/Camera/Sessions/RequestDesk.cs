using System.Collections.Immutable;
using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Takes requests from the ring: checks them, binds them to controls, arms them, and gives up those whose time is over. Session thread
/// only.
/// </summary>
internal sealed class RequestDesk(SessionContext session, BufferRegistry buffers, ControlDesk controls)
{
    private readonly byte[] _packet = new byte[RequestLimits.MaximumPacketBytes];
    private ulong _lastRequestId;
    private ulong _lastSet;

    // Requests that came while the state of an earlier life was being restored: as many as the ring has entries at most.
    private readonly Queue<DescriptorChain> _early = new();

    // The ring, and the position behind the last request that came here from it.
    private Virtqueue? _queue;
    private ushort _taken;

    // The position up to which requests are still on their way here, and cancelled when they come.
    private ushort? _cancelledUpTo;

    public RequestLine Line { get; } = new();

    /// <summary>No request's time is over before this; <see cref="long.MaxValue"/> if none waits.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>The id of the last request that was in order.</summary>
    public ulong LastRequestId => _lastRequestId;

    /// <summary>
    /// Whether requests that <see cref="CancelOffered"/> cancels are still on their way here: queues are served independently of one
    /// another, so a command can overtake the requests that were made available before it.
    /// </summary>
    public bool AwaitsOffered => _cancelledUpTo is not null;

    /// <summary>A request from the ring.</summary>
    /// <returns>What the guest did that no answer can be given to; null if all is well.</returns>
    public string? Take(DescriptorChain chain)
    {
        if (session.IsRestoring && !chain.WasInFlight)
        {
            _early.Enqueue(chain);
            return null;
        }

        var isCancelled = Pass(chain);
        if (chain.WritableBytes < ResultHeader.Bytes)
        {
            return $"request queue: a chain with {chain.WritableBytes} writable bytes has no room for a result; "
                + $"it needs {ResultHeader.Bytes} and should have {RequestLimits.MaximumResultBytes}";
        }

        var header = ReadHeader(chain, out var read);
        if (chain.WasInFlight)
        {
            // Its buffer may be half written, and what the camera was to do for it is forgotten.
            _lastRequestId = Math.Max(_lastRequestId, header.RequestId);
            Refuse(chain, header, CameraStatus.Cancelled);
            return null;
        }

        if (read < RequestHeader.Bytes)
        {
            Refuse(chain, header, CameraStatus.Invalid);
            return null;
        }

        var status = Check(chain, header, isCancelled, out var reference, out var buffer, out var examined);
        if (status != CameraStatus.Ok) Refuse(chain, header, status);
        else Accept(chain, header, reference, buffer, examined);
        return null;
    }

    /// <summary>The state is restored, or will not be: requests that came meanwhile count as made available now.</summary>
    /// <returns>What the guest did that no answer can be given to; null if all is well.</returns>
    public string? TakeEarly()
    {
        string? violation = null;
        while (violation is null && _early.TryDequeue(out var chain)) violation = Take(chain);
        return violation;
    }

    /// <summary>Lets a request's frame come, or, before START, lets it wait for that.</summary>
    public void Arm(ChainRequest request)
    {
        request.Deadline = session.Clock.Now + request.TimeoutNanoseconds;
        NextDeadline = Math.Min(NextDeadline, request.Deadline);
        request.IsArmed = true;
        session.Host.Arm(request);
        if (request.Set is { } set) session.Host.SubmitControls(set);
    }

    /// <summary>START: those queued before it begin to wait for frames.</summary>
    public void ArmQueued()
    {
        Line.ForgetDelivered();
        Line.VisitUnarmed(this, static (desk, request) => desk.Arm(request));
    }

    /// <summary>Ends every waiting request at once, out of order. Those that a thread is delivering end by themselves.</summary>
    public void CancelAll(CameraStatus status)
    {
        Line.Claim((desk: this, status), static (_, _) => true, static (a, request) => a.desk.GiveUp(request, a.status));
        while (_early.TryDequeue(out var chain))
        {
            // It has come all the same: whoever waits for what was offered waits not for this one.
            _ = Pass(chain);
            Refuse(chain, ReadHeader(chain, out _), status);
        }
    }

    /// <summary>STOP, FLUSH: as <see cref="CancelAll"/>, and those that the driver has made available and that are not here yet.</summary>
    public void CancelOffered()
    {
        CancelAll(CameraStatus.Cancelled);
        _cancelledUpTo = _queue?.NextOffered is { } offered && offered != _taken ? offered : null;
    }

    /// <summary>Whatever comes from now on is not cancelled.</summary>
    public void ForgetOffered() => _cancelledUpTo = null;

    /// <summary>The ring stops: what is held of it goes back.</summary>
    public void GiveBack()
    {
        CancelAll(CameraStatus.Cancelled);
        ForgetOffered();
        _queue = null;
    }

    /// <summary>Ends those that are bound to control sets: their set will not be honoured any more.</summary>
    public void CancelBound(CameraStatus status) => Line.Claim(
        (desk: this, status),
        static (_, request) => request.ControlSet != 0,
        static (a, request) => a.desk.GiveUp(request, a.status));

    /// <summary>The schedule says that a set will come with no frame.</summary>
    public void SetLost(in ControlSetLoss loss)
    {
        var status = loss.Reason switch
        {
            ControlSetFailure.TooLate => CameraStatus.TooLate,
            ControlSetFailure.FrameLost => CameraStatus.FrameLost,
            _ => CameraStatus.Cancelled,
        };
        Line.Claim(
            (loss, status),
            static (a, request) => request.ControlSet == a.loss.Set,
            static (a, request) => request.Fail(a.status, a.loss.Frame));
    }

    /// <summary>Gives up the requests whose time is over.</summary>
    public void Expire()
    {
        var now = session.Clock.Now;
        if (now < NextDeadline) return;
        Line.Claim((desk: this, now), static (a, request) => request.Deadline <= a.now,
            static (a, request) => a.desk.GiveUp(request, CameraStatus.Timeout));
        NextDeadline = Line.EarliestDeadline();
    }

    /// <summary>The device is reset: request ids begin anew.</summary>
    public void Reset()
    {
        _lastRequestId = 0;
        NextDeadline = long.MaxValue;
        ForgetOffered();
        _queue = null;
        Line.ForgetDelivered();
        Line.ForgetInterruption();
    }

    // Notes how far the ring's requests have come; true if this one is among those that STOP or FLUSH cancelled.
    private bool Pass(DescriptorChain chain)
    {
        if (chain.Queue != _queue) ForgetOffered();
        var isCancelled = AwaitsOffered;
        _queue = chain.Queue;
        _taken = (ushort)(chain.Position + 1);
        if (_taken == _cancelledUpTo) ForgetOffered();
        return isCancelled;
    }

    private static RequestHeader ReadHeader(DescriptorChain chain, out int read)
    {
        Span<byte> bytes = stackalloc byte[RequestHeader.Bytes];
        read = chain.Read(0, bytes);
        return CameraWire.Read<RequestHeader>(bytes[..read]);
    }

    private void GiveUp(ChainRequest request, CameraStatus status)
    {
        var set = request.IsArmed ? request.ControlSet : 0;
        request.Fail(status);
        if (set != 0) session.Host.CancelControls(set);
    }

    private CameraStatus Check(
        DescriptorChain chain, in RequestHeader header, bool isCancelled, out BufferReference reference, out AttachedBuffer? buffer,
        out ExaminedControls examined)
    {
        reference = default;
        buffer = null;
        examined = ExaminedControls.None;
        if (header.Header.Type != CameraCommand.Request) return CameraStatus.Unsupported;
        if (header.Header.Version != CameraWire.HeaderVersion) return CameraStatus.Unsupported;
        // In 64 bits: both counts are the guest's.
        var needed = RequestHeader.Bytes + (ulong)header.BufferCount * BufferReference.Bytes + header.ControlsBytes;
        if (header.Header.Length < needed || header.Header.Length > (uint)chain.ReadableBytes) return CameraStatus.Invalid;
        if (header.RequestId <= _lastRequestId) return CameraStatus.Invalid;
        _lastRequestId = header.RequestId;
        if (header.BufferCount != StreamWire.MaximumStreams) return CameraStatus.Invalid;
        if (header.ControlsBytes > RequestLimits.MaximumPacketBytes) return CameraStatus.Invalid;
        if (chain.WritableBytes < ResultHeader.Bytes + (int)header.BufferCount * BufferResult.Bytes) return CameraStatus.Invalid;
        if (isCancelled || session.State == SessionState.Stopping) return CameraStatus.Cancelled;
        if (session.Generation == 0 || header.Generation != session.Generation) return CameraStatus.Stale;
        if (!session.SourcePresent) return CameraStatus.NoSource;
        if (Line.Count >= session.Options.MaximumInFlight) return CameraStatus.Busy;
        Span<byte> bytes = stackalloc byte[BufferReference.Bytes];
        if (chain.Read(RequestHeader.Bytes, bytes) < bytes.Length) return CameraStatus.Invalid;
        reference = CameraWire.Read<BufferReference>(bytes);
        if (reference.StreamId != StreamWire.StreamId) return CameraStatus.Invalid;
        if ((reference.Flags & BufferFlags.Shared) != 0)
        {
            // Without a mapping, e.g. after an interruption, the driver maps anew.
            if (!session.Leases.IsOpen) return CameraStatus.Stale;
            if ((reference.Flags & BufferFlags.Return) != 0 && !session.Leases.Holds(reference.BufferId)) return CameraStatus.Invalid;
        }
        else
        {
            buffer = buffers.Find(reference.BufferId);
            if (buffer is not { IsWhole: true, IsBusy: false }) return CameraStatus.Invalid;
            if (!buffer.TryRefresh(chain.Memory, session.Layout!)) return CameraStatus.Invalid;
        }

        if (header.ControlsBytes == 0) return CameraStatus.Ok;
        var packet = _packet.AsSpan(0, (int)header.ControlsBytes);
        if (chain.Read(RequestHeader.Bytes + BufferReference.Bytes, packet) < packet.Length) return CameraStatus.Invalid;
        var isStrict = (header.Flags & RequestFlags.Strict) != 0;
        return controls.Examine(packet, static scope => scope == ControlScope.Frame, isStrict, out examined);
    }

    private void Accept(
        DescriptorChain chain, in RequestHeader header, in BufferReference reference, AttachedBuffer? buffer, in ExaminedControls examined)
    {
        var timeout = header.TimeoutNanoseconds == 0
            ? Nanoseconds(session.Options.RequestTimeout)
            : (long)Math.Min(header.TimeoutNanoseconds, (ulong)Nanoseconds(session.Options.MaximumRequestTimeout));
        var request = Line.TryReuse() ?? new ChainRequest(Line, session.Counters, session.Options.SessionId);
        buffer?.Hold();
        if (buffer is null && (reference.Flags & BufferFlags.Return) != 0) _ = session.Leases.TryReturn(reference.BufferId);
        request.Begin(chain, header, buffer, buffer is null ? session.Leases : null, session.Layout!, timeout);
        if (session.SteersFrames) request.Bind(SetFor(request, examined.Effective), examined.All);
        else request.Note(examined.All);
        Line.Append(request);
        if (session.State == SessionState.Streaming) Arm(request);
    }

    // A request without controls takes the object's own empty set if that is free; so the usual request allocates nothing.
    private ControlSet SetFor(ChainRequest request, ImmutableArray<ControlEntry> effective)
    {
        if (effective.IsEmpty && request.TargetFrame == 0 && request.SpareSet is { } spare)
        {
            request.SpareSet = null;
            return spare;
        }

        return new ControlSet
        {
            Id = CameraSessionOptions.SetOf(session.Options.SessionId, ++_lastSet),
            Context = session.Options.SessionId,
            TargetFrame = request.TargetFrame,
            Strict = request.IsStrict,
            Controls = effective,
        };
    }

    private void Refuse(DescriptorChain chain, in RequestHeader header, CameraStatus status)
    {
        session.Counters.CountRequest(status);
        Span<byte> result = stackalloc byte[ResultHeader.Bytes];
        var length = ResultWriter.WriteRefusal(result, header.Header.Tag, header.RequestId, status);
        chain.Queue.Complete(chain, chain.Write(0, result[..length]));
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
