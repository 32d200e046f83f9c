using Akka.Actor;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;

namespace CameraFabric.Fabric.Cameras;

/// <summary>A camera's reader on another node, or beside it, as its home knows it. The camera's actor's alone.</summary>
/// <param name="reader">The reader's actor.</param>
/// <param name="attach">How it introduced itself.</param>
internal sealed class RemoteReader(IActorRef reader, AttachReader attach)
{
    /// <summary>The reader's actor.</summary>
    public IActorRef Ref { get; } = reader;

    /// <summary>Its node.</summary>
    public string Node { get; } = attach.Node;

    /// <summary>Its number for its attempt.</summary>
    public ulong Attachment { get; } = attach.Attachment;

    /// <summary>Whether it has been told that it is attached.</summary>
    public bool IsAttached { get; set; }

    /// <summary>How many on its node want frames without being a session.</summary>
    public int Holds { get; set; }

    /// <summary>The reader's number for its newest link.</summary>
    public ulong Link { get; set; }

    /// <summary>The actor of that link; null if there is none, or if frames need none.</summary>
    public IActorRef? LinkActor { get; set; }

    /// <summary>Where its frames go; null as long as no link stands.</summary>
    public IFrameTap? Tap { get; set; }

    /// <summary>Whether the fan-out tells that tap.</summary>
    public bool IsTapped { get; set; }

    /// <summary>Messages that it was told since it was attached.</summary>
    public long Told { get; private set; }

    /// <summary>Messages that it has sent since it was attached.</summary>
    public long Heard { get; set; }

    /// <summary>Tells it.</summary>
    public void Tell(IFabricMessage message)
    {
        Told++;
        Ref.Tell(message);
    }
}
