using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// One request of virtio-camera, from the ring to its result: holds the chain until its end and answers in it.
/// </summary>
public sealed partial class ChainRequest : FrameRequest
{
    private readonly RequestLine _line;
    private readonly SessionCounters _counters;
    private DescriptorChain? _chain;
    private ulong _tag;
    private FrameLayout? _layout;
    private LeaseLedger? _leases;
    private int _reservation; // the mapping that a place is reserved in; 0 for none
    private bool _hasNoPlace; // the mapping had gone when the frame was to be kept

    internal ChainRequest(RequestLine line, SessionCounters counters, ulong session)
        : base(session)
    {
        _line = line;
        _counters = counters;
    }

    /// <summary>The driver's id.</summary>
    public ulong RequestId { get; private set; }

    /// <summary>Whether it rather fails than be answered otherwise than asked.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>The generation of the session's configuration.</summary>
    public uint Generation { get; private set; }

    /// <summary>When it is given up, nanoseconds of the frame clock.</summary>
    public long Deadline { get; internal set; }

    /// <inheritdoc/>
    public override int TargetCount => Buffer?.RangeCount ?? 0;

    /// <summary>Bytes of all targets together: those of the largest frame.</summary>
    public int TargetBytes => _layout?.TotalBytes ?? 0;

    /// <inheritdoc/>
    public override bool KeepsFrame => _leases is not null;

    /// <inheritdoc/>
    public override bool GaveFrame => !_hasNoPlace;

    internal AttachedBuffer? Buffer { get; private set; }

    /// <summary>What a result without a frame names as the buffer.</summary>
    internal uint BufferId => Buffer?.BufferId ?? CameraWire.NoSlot;

    /// <summary>What the driver asked for, item by item, with the flags that were clear from the start.</summary>
    internal ImmutableArray<ControlEntry> Asked { get; private set; }

    /// <summary>The set to submit when the request is armed.</summary>
    internal ControlSet? Set { get; private set; }

    internal long TimeoutNanoseconds { get; private set; }

    internal bool IsArmed { get; set; }

    /// <inheritdoc/>
    public override GuestRange Target(int index) => Buffer is { } buffer
        ? buffer.Range(index)
        : throw new InvalidOperationException($"request {RequestId} has no target {index}; it has none");

    /// <inheritdoc/>
    public override LeaseAnswer TryReserve(Frame frame)
    {
        if (_leases is not { } leases) return LeaseAnswer.Reserved;
        var answer = leases.TryReserve(frame, out var life);
        Volatile.Write(ref _reservation, life);
        return answer;
    }

    /// <inheritdoc/>
    public override void CancelReservation()
    {
        // The session may end the request at the same time: whoever takes the reservation gives it up.
        if (Interlocked.Exchange(ref _reservation, 0) is not 0 and var life) _leases?.Cancel(life);
    }

    /// <inheritdoc/>
    public override bool BeginWrite() => _chain?.Queue.TryBeginWrite() ?? false;

    /// <inheritdoc/>
    public override void EndWrite() => _chain?.Queue.EndWrite();

    internal ulong Tag => _tag;

    internal DescriptorChain Chain => _chain ?? throw new InvalidOperationException("a free request has no chain");

    /// <inheritdoc/>
    public override string ToString() => $"request {RequestId} of session {Session}";

    /// <summary>Makes the object stand for a request: for one with a buffer, or for one that keeps its frame.</summary>
    internal void Begin(
        DescriptorChain chain, in RequestHeader header, AttachedBuffer? buffer, LeaseLedger? leases, FrameLayout layout,
        long timeoutNanoseconds)
    {
        _leases = leases;
        _reservation = 0;
        _hasNoPlace = false;
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
        BeginWaiting();
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
    internal ChainRequest? Next { get; set; }

    internal ChainRequest? Previous { get; set; }

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
        BecomeFree();
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
