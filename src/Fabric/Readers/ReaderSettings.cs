using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>What a camera's reader has to know.</summary>
/// <param name="Camera">The camera.</param>
/// <param name="Node">This node's name.</param>
/// <param name="Machine">The machine that it runs on.</param>
/// <param name="Meter">Where frames are counted that come here, and its end of links.</param>
/// <param name="Options">The node's options.</param>
/// <param name="Links">Limits of links.</param>
/// <param name="Clock">The frame clock.</param>
/// <param name="Time">Measures the time limits of greetings.</param>
/// <param name="Fence">The node's right to deliver frames.</param>
/// <param name="Loggers">Where it logs.</param>
internal sealed record ReaderSettings(
    CameraRig Camera,
    string Node,
    string Machine,
    CameraMeter Meter,
    FabricOptions Options,
    LinkOptions Links,
    FrameClock Clock,
    TimeProvider Time,
    NodeFence Fence,
    ILoggerFactory Loggers)
{
    /// <summary>Finds a home's actor: at the same place in every node's tree.</summary>
    public Func<IActorContext, Assignment, ICanTell> Locate { get; init; } = static (context, assignment) =>
        context.ActorSelection($"{assignment.Home!.Address}/user/fabric/cameras/{assignment.Camera}");
}
