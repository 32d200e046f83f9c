using Akka.Actor;
using CameraFabric.Fabric.FanOut;

namespace CameraFabric.Fabric.Cameras;

/// <summary>A session as its camera knows it. The camera's actor's alone.</summary>
/// <param name="entry">The session, as the fan-out knows it.</param>
/// <param name="guest">The guest's name.</param>
internal sealed class CameraMember(FanOutSession entry, string guest)
{
    /// <summary>The session, as the fan-out knows it.</summary>
    public FanOutSession Entry { get; } = entry;

    /// <summary>The guest's name.</summary>
    public string Guest { get; } = guest;

    /// <summary>Whom to tell.</summary>
    public IActorRef Ref => Entry.Session;

    /// <summary>The configuration that it has; 0 if it has none.</summary>
    public uint Generation { get; set; }

    /// <summary>Whether it streams.</summary>
    public bool IsStreaming { get; set; }
}
