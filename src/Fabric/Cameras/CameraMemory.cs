using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// What a camera's actor has to know after its restart: numbers go on, memory and threads stay known, and who waits for the camera's end is
/// answered. One
/// actor at a time uses it.
/// </summary>
/// <param name="rig">The camera.</param>
/// <param name="meter">Where it is counted.</param>
/// <param name="options">The node's options.</param>
/// <param name="clock">The frame clock.</param>
/// <param name="loggers">The node's loggers.</param>
/// <param name="seat">What it has to know of its node; null for a node that is alone.</param>
internal sealed class CameraMemory(
    CameraRig rig, CameraMeter meter, FabricOptions options, FrameClock clock, ILoggerFactory loggers, HomeSeat? seat = null)
{
    /// <summary>What the sensor's actor has to know.</summary>
    public SensorMemory Sensor { get; } = new(rig, options, seat?.HeldSlots ?? 0) { Epoch = seat?.Epoch ?? 0 };

    /// <summary>What it has to know of its node.</summary>
    public HomeSeat Seat { get; } = seat ?? HomeSeat.Alone;

    /// <summary>What the fan-out's actor has to know.</summary>
    public FanOutState FanOut { get; } = new(rig.Id, meter, clock, options, loggers.CreateLogger("CameraFabric.Delivery"), seat?.Fence);

    /// <summary>The number of the configuration in force.</summary>
    public uint Generation { get; set; } = 1;

    /// <summary>Whether the node has so many cameras that the single one says little when all is well: <see cref="CamerasActor"/> speaks for all.</summary>
    public bool IsOneOfMany { get; init; }

    /// <summary>Who waits for the camera's end; null as long as it is wanted.</summary>
    public IActorRef? Stopper { get; set; }
}
