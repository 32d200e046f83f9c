using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Placement;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Readers;

/// <summary>What a camera's reader has to know after its restart. One actor at a time uses it; what threads use says so.</summary>
/// <param name="settings">What the reader has to know anyway.</param>
internal sealed class ReaderMemory(ReaderSettings settings)
{
    /// <summary>What the fan-out's actor has to know.</summary>
    public FanOutState FanOut { get; } = new(
        settings.Camera.Id, settings.Meter, settings.Clock, settings.Options, settings.Loggers.CreateLogger("CameraFabric.Delivery"),
        settings.Fence);

    /// <summary>Where frames come in. Thread-safe.</summary>
    public FrameIntake Intake { get; } = new(settings.Meter, settings.Clock, new FrameWatchdog(
        settings.Camera.WatchdogPeriods, settings.Options.WatchdogFloor.Ticks * TimeSpan.NanosecondsPerTick));

    /// <summary>Where links put frames. Thread-safe.</summary>
    public PoolShelf Pools { get; } = new(settings.Camera.Id, settings.Camera.Slots, isLent: false);

    /// <summary>When a link is tried again.</summary>
    public RestartBackoff Backoff { get; } = new(
        settings.Options.RestartDelay, settings.Options.RestartDelayMaximum, settings.Options.RestartForgiven);

    /// <summary>Numbers attempts to attach, links and timers.</summary>
    public ulong LastNumber { get; set; }

    /// <summary>Where the camera is at home, as far as it is known.</summary>
    public Assignment? Assignment { get; set; }

    /// <summary>The sessions, by their numbers: they go on after a restart as after a move of the home.</summary>
    public Dictionary<ulong, ReaderMember> Members { get; } = [];

    /// <summary>Who waits for a description.</summary>
    public List<IActorRef> Curious { get; } = [];

    /// <summary>What the camera is, as guests know it; null until a home has said so.</summary>
    public CameraProfile? Profile { get; set; }

    /// <summary>What was in force when that was last known.</summary>
    public StreamConfiguration Configuration { get; set; } = settings.Camera.Stream;

    /// <summary>Whether a link has ever stood.</summary>
    public bool HasBeenLinked { get; set; }

    /// <summary>How many on this node want frames without being a session.</summary>
    public int Holds { get; set; }

    /// <summary>Who waits for the reader's end; null as long as it is wanted.</summary>
    public IActorRef? Stopper { get; set; }
}
