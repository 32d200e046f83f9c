using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Placement;

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

    /// <summary>Who waits for the reader's end; null as long as it is wanted.</summary>
    public IActorRef? Stopper { get; set; }
}
