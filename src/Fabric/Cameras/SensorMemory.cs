using Akka.Actor;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// What a sensor's actor has to know after its restart. One actor at a time uses it; the capture thread touches only what says so.
/// </summary>
/// <param name="rig">The camera.</param>
/// <param name="options">The node's options.</param>
/// <param name="held">Frames that readers of other nodes may hold in the camera's memory; 0: nobody else sees it.</param>
internal sealed class SensorMemory(CameraRig rig, FabricOptions options, int held = 0)
{
    private readonly Lock _lock = new();
    private ulong _nextSequence = 1;
    private bool _hasReaders;

    /// <summary>When the next attempt comes.</summary>
    public RestartBackoff Backoff { get; } = new(options.RestartDelay, options.RestartDelayMaximum, options.RestartForgiven);

    /// <summary>Says when frames have stopped coming. Thread-safe.</summary>
    public FrameWatchdog Watchdog { get; } = new(rig.WatchdogPeriods, options.WatchdogFloor.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>Bounds how often faults are told. Thread-safe.</summary>
    public FaultPace FaultPace { get; } = new(options.FaultEventInterval.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>The camera's frame pools. Thread-safe.</summary>
    public PoolShelf Pools { get; } = new(rig.Id, rig.Slots + rig.LentSlots + held, rig.LentSlots + held > 0);

    /// <summary>The epoch of the camera's placement, for its frames' headers; 0 where nothing is placed.</summary>
    public uint Epoch { get; init; }

    /// <summary>Whether somebody elsewhere watches for silence, too, and has to know of frames that take longer. Any thread.</summary>
    public bool HasReaders
    {
        get => Volatile.Read(ref _hasReaders);
        set => Volatile.Write(ref _hasReaders, value);
    }

    /// <summary>How long to wait before the sensor is opened.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Counts incarnations, so that what an earlier one has begun is not taken for this one's.</summary>
    public int Incarnation { get; set; }

    /// <summary>What is wanted of the sensor; null: no frames.</summary>
    public StartCapture? Wanted { get; set; }

    /// <summary>What the last sensor said of itself.</summary>
    public CameraProfile? Profile { get; private set; }

    /// <summary>Which control set hits which frame. Kept as long as the controls are the same, so that what was set stays set.</summary>
    public ControlSchedule? Schedule { get; private set; }

    /// <summary>
    /// The number of the next sensor's first frame. To be asked when the sensor before has ended: it may expose frames until then.
    /// </summary>
    public ulong NextSequence => Math.Max(_nextSequence, Schedule?.NextEdge ?? 1);

    /// <summary>The last frame that was exposed, as far as it is known; 0 if none was.</summary>
    public ulong LastSequence => NextSequence - 1;

    /// <summary>Ends when the sensor before has been given back; the next one is not opened earlier.</summary>
    public Task<bool> Closing { get; set; } = Task.FromResult(true);

    /// <summary>Who waits for the sensor's end, for good; null as long as it is wanted.</summary>
    public IActorRef? Closer { get; set; }

    /// <summary>A sensor has been opened.</summary>
    /// <param name="profile">What it says of itself.</param>
    public void Opened(CameraProfile profile)
    {
        if (Profile is null || !Profile.Controls.AsSpan().SequenceEqual(profile.Controls.AsSpan())) ForgetSchedule();
        Profile = profile;
    }

    /// <summary>The schedule, made now if there is none: a camera that nobody uses does without. Only once a sensor has been opened.</summary>
    public ControlSchedule EnsureSchedule() => Schedule ??= new ControlSchedule(Profile!.Controls, rig.Interleaved);

    /// <summary>A frame with this number was exposed. Any thread.</summary>
    /// <param name="sequence">Its number.</param>
    public void Exposed(ulong sequence)
    {
        lock (_lock) _nextSequence = Math.Max(_nextSequence, sequence + 1);
    }

    /// <summary>Something that does not answer still has the pool and the schedule in its hands: nobody else uses them any more.</summary>
    public void Abandon()
    {
        Pools.Retire();
        ForgetSchedule();
    }

    // The numbers of frames go on all the same.
    private void ForgetSchedule()
    {
        Exposed(LastSequence);
        Schedule = null;
    }
}
