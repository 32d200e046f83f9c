using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;

namespace CameraFabric.Fabric.Cameras;

/// <summary>A session as its camera knows it: of this node, or of a reader on another one. The camera's actor's alone.</summary>
internal sealed class CameraMember
{
    private SessionRole _role;

    /// <summary>A session of this node.</summary>
    /// <param name="entry">The session, as the fan-out knows it.</param>
    /// <param name="guest">The guest's name.</param>
    public CameraMember(FanOutSession entry, string guest)
    {
        Entry = entry;
        Id = entry.Id;
        Guest = guest;
    }

    /// <summary>A session of a reader.</summary>
    /// <param name="join">What the reader says of it.</param>
    /// <param name="reader">The reader.</param>
    public CameraMember(JoinRemote join, RemoteReader reader)
    {
        Reader = reader;
        Id = join.Session;
        Guest = join.Guest;
        _role = join.Role;
    }

    /// <summary>The session's number.</summary>
    public ulong Id { get; }

    /// <summary>The session, as this node's fan-out knows it; null for one of a reader.</summary>
    public FanOutSession? Entry { get; }

    /// <summary>Whose session it is; null for one of this node.</summary>
    public RemoteReader? Reader { get; }

    /// <summary>The guest's name.</summary>
    public string Guest { get; }

    /// <summary>What it is to the camera.</summary>
    public SessionRole Role => Entry?.Role ?? _role;

    /// <summary>The configuration that it has; 0 if it has none.</summary>
    public uint Generation { get; set; }

    /// <summary>Whether it streams.</summary>
    public bool IsStreaming { get; set; }

    /// <summary>Its role is another one from now on.</summary>
    public void Become(SessionRole role)
    {
        _role = role;
        if (Entry is null) return;
        Entry.Role = role;
        Entry.Meter.Become(role);
    }

    /// <summary>Tells the session.</summary>
    public void Tell(IFabricMessage message)
    {
        if (Reader is not null) Reader.Tell(new ToSession(Id, message));
        else Entry!.Session.Tell(message);
    }
}
