using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// Everything that is counted about one guest's device, over all its connections. The rule: each frame that is offered ends as delivered
/// or as
/// dropped for one reason, and until then it is under way. Thread-safe; counting allocates nothing.
/// </summary>
/// <param name="guest">The guest's name.</param>
/// <param name="camera">The camera's id.</param>
/// <param name="socketPath">Where its device listens.</param>
public sealed class GuestMeter(string guest, string camera, string socketPath)
{
    /// <summary>A streaming guest that had no request for so many frames, one after the other, is shown as stalled.</summary>
    public const int StallFrames = 30;

    private static readonly QuarantineLimits Lenient =
        new(QuarantineRule.Reconnect, int.MaxValue, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
    private long _offered;
    private long _delivered;
    private long _underWay;
    private long _otherGuest;
    private long _waiting;
    private long _bytes;
    private long _connections;
    private long _refused;
    private long _delayed;
    private long _missedInRow;
    private volatile GuestPhase _phase = new(GuestState.Waiting, "");
    private volatile string _role = "";

    /// <summary>The guest's name.</summary>
    public string Guest { get; } = guest;

    /// <summary>The camera's id.</summary>
    public string Camera { get; } = camera;

    /// <summary>What it has done wrong, and when it is let in again.</summary>
    public QuarantineLedger Quarantine { get; init; } = new(Lenient, FrameClock.System);

    /// <summary>Frames dropped, by <see cref="FrameDropReason"/>.</summary>
    public Tally Dropped { get; } = Tally.Of<FrameDropReason>();

    /// <summary>What the guest's sessions have counted, over all connections.</summary>
    public SessionTally Requests { get; } = new();

    /// <summary>Control sets, by <see cref="ControlSetOutcome"/>.</summary>
    public Tally ControlSets { get; } = Tally.Of<ControlSetOutcome>();

    /// <summary>From complete in the slot to used in the ring, in nanoseconds.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Frames offered.</summary>
    public long Offered => Interlocked.Read(ref _offered);

    /// <summary>Frames delivered.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Frames offered and not decided.</summary>
    public long UnderWay => Interlocked.Read(ref _underWay);

    /// <summary>Requests that the fan-out was told of and that are not completed.</summary>
    public long RequestsWaiting => Interlocked.Read(ref _waiting);

    /// <summary>What the device is doing.</summary>
    public GuestState State => _phase.State;

    /// <summary>A frame is meant for this guest and goes on its way.</summary>
    /// <param name="frames">How many.</param>
    public void CountOffered(int frames = 1)
    {
        Interlocked.Add(ref _underWay, frames);
        Interlocked.Add(ref _offered, frames);
    }

    /// <summary>A frame under way is in the guest's memory.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="latency">From complete in the slot to used in the ring, in nanoseconds.</param>
    public void CountDelivered(long bytes, long latency)
    {
        Interlocked.Increment(ref _delivered);
        Interlocked.Decrement(ref _underWay);
        Interlocked.Add(ref _bytes, bytes);
        Volatile.Write(ref _missedInRow, 0);
        Latency.Record(latency);
    }

    /// <summary>A frame under way does not arrive.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="frames">How many.</param>
    public void CountDropped(FrameDropReason reason, int frames = 1)
    {
        Dropped.Add((int)reason, frames);
        if (reason == FrameDropReason.NoRequest) Interlocked.Add(ref _missedInRow, frames);
        Interlocked.Add(ref _underWay, -frames);
    }

    /// <summary>A frame was exposed for another guest.</summary>
    public void CountOtherGuest() => Interlocked.Increment(ref _otherGuest);

    /// <summary>The fan-out was told of a request.</summary>
    public void CountArmed() => Interlocked.Increment(ref _waiting);

    /// <summary>A request that the fan-out was told of is completed.</summary>
    public void CountDisarmed() => Interlocked.Decrement(ref _waiting);

    /// <summary>A front-end has connected.</summary>
    public void CountConnection() => Interlocked.Increment(ref _connections);

    /// <summary>A connection was refused.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    /// <summary>A connection had to wait before it was served.</summary>
    public void CountDelayed() => Interlocked.Increment(ref _delayed);

    /// <summary>Says what the device is doing.</summary>
    /// <param name="state">What.</param>
    /// <param name="reason">Why, if there is something to say.</param>
    public void Enter(GuestState state, string reason = "")
    {
        _phase = new GuestPhase(state, reason);
        Interlocked.Exchange(ref _missedInRow, 0);
    }

    /// <summary>As what kind of device the guest sees the camera.</summary>
    public GuestFace Face { get; init; }

    /// <summary>Says what the guest is to the camera.</summary>
    /// <param name="role">The role.</param>
    public void Become(SessionRole role) => _role = role.ToString();

    /// <summary>The device as it is now.</summary>
    public GuestStatusReport Report()
    {
        var phase = _phase;
        var missed = Interlocked.Read(ref _missedInRow);
        return new GuestStatusReport
        {
            Guest = Guest,
            Camera = Camera,
            Role = _role,
            Face = Face.ToString(),
            State = phase.State == GuestState.Streaming && missed >= StallFrames ? GuestState.Stalled : phase.State,
            Reason = phase.Reason,
            SocketPath = socketPath,
            Connections = Interlocked.Read(ref _connections),
            Refused = Interlocked.Read(ref _refused),
            Delayed = Interlocked.Read(ref _delayed),
            Violations = Quarantine.Count,
            LastViolations = Quarantine.Report(),
            IsHeld = Quarantine.IsHeld,
            PauseSeconds = Quarantine.Pause.TotalSeconds,
            MissedInRow = missed,
            Commands = Requests.Commands,
            Events = Requests.Events,
            EventsJoined = Requests.EventsLost,
            Dropped = Dropped.Report(),
            Delivered = Delivered,
            UnderWay = UnderWay,
            Offered = Offered,
            OtherGuest = Interlocked.Read(ref _otherGuest),
            Requests = Requests.Report(),
            RequestsWaiting = RequestsWaiting,
            ControlSets = ControlSets.Report(),
            Bytes = Interlocked.Read(ref _bytes),
            LatencyP50 = Latency.Percentile(0.5) / 1e3,
            LatencyP99 = Latency.Percentile(0.99) / 1e3,
            LatencyMax = Latency.Maximum / 1e3,
        };
    }

    private sealed record GuestPhase(GuestState State, string Reason);
}
