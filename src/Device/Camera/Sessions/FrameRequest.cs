using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// One request of a guest, from the ring to its result. The objects are made once and used again. Whoever wins <see cref="TryClaim"/> must
/// end it, by <see cref="Complete"/> or <see cref="Fail(CameraStatus, ulong)"/>, and, if that is not the session, tell the session so by
/// <see cref="CameraSession.OnRequestCompleted"/> when it has let go of the object. A request that the session itself ended after it was
/// armed is never
/// used again, so a reference that the fan-out still holds can only find it done.
/// </summary>
public sealed partial class FrameRequest
{
    private readonly RequestLine _line;
    private readonly SessionCounters _counters;
    private int _state;
    private DescriptorChain? _chain;
    private ulong _tag;
    private FrameLayout? _layout;

    internal FrameRequest(RequestLine line, SessionCounters counters, ulong session)
    {
        _line = line;
        _counters = counters;
        Session = session;
    }

    /// <summary>The driver's id.</summary>
    public ulong RequestId { get; private set; }

    /// <summary>0: takes any next frame. Otherwise only the frame whose header carries this set.</summary>
    public ulong ControlSet { get; private set; }

    /// <summary>The frame it is meant for; 0 for any.</summary>
    public ulong TargetFrame { get; private set; }

    /// <summary>Whether it rather fails than be answered otherwise than asked.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>The session it belongs to.</summary>
    public ulong Session { get; }

    /// <summary>The generation of the session's configuration.</summary>
    public uint Generation { get; private set; }

    /// <summary>When it is given up, nanoseconds of the frame clock.</summary>
    public long Deadline { get; internal set; }

    /// <summary>For the host: whatever it wants to find again with the request. Kept from use to use.</summary>
    public object? Owner { get; set; }

    /// <summary>Where it is in its life.</summary>
    public RequestState State => (RequestState)Volatile.Read(ref _state);

    /// <summary>Pieces of guest memory that the frame goes to.</summary>
    public int TargetCount => Buffer?.RangeCount ?? 0;

    /// <summary>Bytes of all targets together: those of the largest frame.</summary>
    public int TargetBytes => _layout?.TotalBytes ?? 0;

    internal AttachedBuffer? Buffer { get; private set; }

    /// <summary>What the driver asked for, item by item, with the flags that were clear from the start.</summary>
    internal ImmutableArray<ControlEntry> Asked { get; private set; }

    /// <summary>The set to submit when the request is armed.</summary>
    internal ControlSet? Set { get; private set; }

    internal long TimeoutNanoseconds { get; private set; }

    internal bool IsArmed { get; set; }

    /// <summary>Piece <paramref name="index"/>: the frame's bytes go through the pieces in order, planes one after the other.</summary>
    /// <exception cref="InvalidOperationException">There is no such piece.</exception>
    public GuestRange Target(int index) => Buffer is { } buffer
        ? buffer.Range(index)
        : throw new InvalidOperationException($"request {RequestId} has no target {index}; it has none");

    /// <summary>Whether a frame is the one it waits for.</summary>
    public bool Takes(in FrameHeader header) => ControlSet != 0 ? header.ControlSet == ControlSet : header.Sequence >= TargetFrame;

    /// <summary>Waiting to Claimed, for one caller only. Any thread.</summary>
    public bool TryClaim() =>
        Interlocked.CompareExchange(ref _state, (int)RequestState.Claimed, (int)RequestState.Waiting) == (int)RequestState.Waiting;

    /// <summary>
    /// Begins to write into the targets. False if the guest's queue has stopped: then write nothing, call no <see cref="EndWrite"/>, and
    /// end with <see cref="Fail(CameraStatus, ulong)"/>.
    /// </summary>
    public bool BeginWrite() => _chain?.Queue.TryBeginWrite() ?? false;

    /// <summary>Ends what <see cref="BeginWrite"/> began.</summary>
    public void EndWrite() => _chain?.Queue.EndWrite();

    internal ulong Tag => _tag;

    internal DescriptorChain Chain => _chain ?? throw new InvalidOperationException("a free request has no chain");

    /// <summary>Makes the object stand for a request.</summary>
    internal void Begin(DescriptorChain chain, in RequestHeader header, AttachedBuffer buffer, FrameLayout layout, long timeoutNanoseconds)
    {
        _chain = chain;
        _tag = header.Header.Tag;
        _layout = layout;
        RequestId = header.RequestId;
        Generation = header.Generation;
        TargetFrame = header.TargetFrame;
        IsStrict = (header.Flags & RequestFlags.Strict) != 0;
        Buffer = buffer;
        TimeoutNanoseconds = timeoutNanoseconds;
        Deadline = long.MaxValue;
        IsArmed = false;
        IsReady = IsPushed = IsReported = IsAbandoned = false;
        Asked = [];
        Set = null;
        ControlSet = 0;
        Volatile.Write(ref _state, (int)RequestState.Waiting);
    }

    /// <summary>Binds it to a set of controls.</summary>
    internal void Bind(ControlSet set, ImmutableArray<ControlEntry> asked)
    {
        Set = set;
        ControlSet = set.Id;
        Asked = asked;
    }

    /// <summary>For a request that is not bound: what it asked for in vain.</summary>
    internal void Note(ImmutableArray<ControlEntry> asked) => Asked = asked;

    // The rest belongs to the line, under its lock.
    internal FrameRequest? Next { get; set; }

    internal FrameRequest? Previous { get; set; }

    internal int Written { get; set; }

    /// <summary>Its result is written and waits for its turn.</summary>
    internal bool IsReady { get; set; }

    /// <summary>It went back to the driver.</summary>
    internal bool IsPushed { get; set; }

    /// <summary>The delivery side has let go of it.</summary>
    internal bool IsReported { get; set; }

    /// <summary>The session ended it while the fan-out may know it: not to be used again.</summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>An empty set whose frame was delivered, so that its id is free to be used again.</summary>
    internal ControlSet? SpareSet { get; set; }

    /// <summary>Makes it stand for nothing, ready to be used again.</summary>
    internal void Clear()
    {
        Forget();
        Volatile.Write(ref _state, (int)RequestState.Free);
    }

    /// <summary>Lets go of the guest's memory; stays done.</summary>
    internal void Forget()
    {
        _chain = null;
        Buffer = null;
        _layout = null;
        Asked = [];
        Set = null;
    }
}
