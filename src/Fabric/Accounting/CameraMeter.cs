using CameraFabric.Device.Camera.Wire;
using System.Collections.Concurrent;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// Everything that is counted about one camera. Written by its threads and actors, read by anybody at any time; counting allocates
/// nothing.
/// </summary>
/// <param name="id">The camera's id.</param>
/// <param name="sensorKind">What kind of sensor it is.</param>
public sealed class CameraMeter(string id, string sensorKind)
{
    private long _captured;
    private long _fannedOut;
    private long _restarts;
    private int _leaked;
    private int _sessions;
    private int _streaming;
    private volatile CameraPhase _phase = new(CameraState.Opening, "");
    private volatile string _configuration = "";
    private volatile string _owner = "";
    private volatile string _lastFault = "";
    private volatile bool _perFrame;
    private readonly ConcurrentDictionary<string, LinkMeter> _links = new(StringComparer.Ordinal);
    private uint _epoch;
    private volatile Func<(int Free, int Slots)>? _pool;

    /// <summary>The camera's id.</summary>
    public string Id { get; } = id;

    /// <summary>Frames exposed and not handed to the fan-out, by <see cref="FrameLoss"/>.</summary>
    public Tally Lost { get; } = Tally.Of<FrameLoss>();

    /// <summary>What was wrong with the sensor and its frames, by <see cref="SourceFault"/>.</summary>
    public Tally Faults { get; } = Tally.Of<SourceFault>();

    /// <summary>The epoch of the camera's placement; 0 where nothing is placed.</summary>
    public uint Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Volatile.Write(ref _epoch, value);
    }

    /// <summary>How fast frames come.</summary>
    public RateMeter Rate { get; } = new();

    /// <summary>What the camera is doing.</summary>
    public CameraState State => _phase.State;

    /// <summary>Frames that the sensor exposed.</summary>
    public long Captured => Interlocked.Read(ref _captured);

    /// <summary>Frames that the fan-out has seen.</summary>
    public long FannedOut => Interlocked.Read(ref _fannedOut);

    /// <summary>The sensor has exposed frames.</summary>
    /// <param name="frames">How many.</param>
    public void CountCaptured(int frames = 1) => Interlocked.Add(ref _captured, frames);

    /// <summary>The fan-out has seen a frame.</summary>
    public void CountFannedOut() => Interlocked.Increment(ref _fannedOut);

    /// <summary>The sensor has been started anew.</summary>
    public void CountRestart() => Interlocked.Increment(ref _restarts);

    /// <summary>Slots were still leased when a pool had to go.</summary>
    /// <param name="slots">How many.</param>
    public void CountLeaked(int slots) => Interlocked.Add(ref _leaked, slots);

    /// <summary>Says what was wrong last.</summary>
    /// <param name="fault">What, and when, for people.</param>
    public void DescribeFault(string fault) => _lastFault = fault;

    /// <summary>Says what the camera is doing.</summary>
    /// <param name="state">What.</param>
    /// <param name="reason">Why, when it is lost or restarting.</param>
    public void Enter(CameraState state, string reason = "") => _phase = new CameraPhase(state, reason);

    /// <summary>Says how the camera is configured.</summary>
    /// <param name="configuration">Format, size and rate, for people.</param>
    /// <param name="perFrame">Whether it takes settings frame by frame.</param>
    public void Describe(string configuration, bool perFrame)
    {
        _configuration = configuration;
        _perFrame = perFrame;
    }

    /// <summary>Says who is there.</summary>
    /// <param name="sessions">Sessions joined.</param>
    /// <param name="streaming">Sessions that stream.</param>
    /// <param name="owner">The owning guest's name, or nothing.</param>
    public void Attend(int sessions, int streaming, string owner)
    {
        Volatile.Write(ref _sessions, sessions);
        Volatile.Write(ref _streaming, streaming);
        _owner = owner;
    }

    /// <summary>Whether the camera has ever been here: in a cluster, most are elsewhere.</summary>
    public bool IsUsed => _pool is not null;

    /// <summary>Where to look for free slots.</summary>
    /// <param name="pool">Asks the current pool; null when there is none.</param>
    public void Watch(Func<(int Free, int Slots)>? pool) => _pool = pool;

    /// <summary>Where this node's end of the links with another one is counted.</summary>
    /// <param name="node">The other node.</param>
    public LinkMeter LinkTo(string node) => _links.GetOrAdd(node, static _ => new LinkMeter());

    /// <summary>The camera as it is now.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public CameraStatusReport Report(long now)
    {
        var phase = _phase;
        var (free, slots) = _pool?.Invoke() ?? (0, 0);

        // What comes later on a frame's way is read first, so that a frame under way makes "captured" the larger one.
        var lost = Lost.Report();
        var fannedOut = FannedOut;
        return new CameraStatusReport
        {
            Id = Id,
            SensorKind = sensorKind,
            PerFrame = _perFrame,
            Configuration = _configuration,
            State = phase.State,
            Reason = phase.Reason,
            Lost = lost,
            FannedOut = fannedOut,
            Captured = Captured,
            Restarts = Interlocked.Read(ref _restarts),
            FramesPerSecond = phase.State == CameraState.Streaming ? Rate.PerSecond(now) : 0,
            FreeSlots = free,
            Slots = slots,
            LeakedSlots = Volatile.Read(ref _leaked),
            Sessions = Volatile.Read(ref _sessions),
            Streaming = Volatile.Read(ref _streaming),
            Owner = _owner,
            Faults = Faults.Report(),
            LastFault = _lastFault,
            Epoch = Epoch,
            Links = [.. _links.OrderBy(static link => link.Key, StringComparer.Ordinal).Select(link => link.Value.Report(link.Key, now))],
        };
    }

    private sealed record CameraPhase(CameraState State, string Reason);
}
