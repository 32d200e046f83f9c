using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace CameraFabric.ActorContract.Tests.Remoting;

/// <summary>What <see cref="WireSerializer"/> carries.</summary>
public interface IWireMessage;

/// <summary>A number.</summary>
public sealed record Numbered(int Value) : IWireMessage;

/// <summary>An actor.</summary>
public sealed record Introduced(IActorRef Actor) : IWireMessage;

/// <summary>So many bytes.</summary>
public sealed record Bulk(byte[] Content) : IWireMessage;

/// <summary>Written with a manifest that no reader knows.</summary>
public sealed record FromTheFuture : IWireMessage;

/// <summary>Cannot be written.</summary>
public sealed record Unwritable : IWireMessage;

/// <summary>Asks for everything that came before, and for an answer.</summary>
public sealed record Sync : IWireMessage;

/// <summary>A serializer as the fabric's own: manifests, and actors as their serialized paths.</summary>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 4711;

    public override string Manifest(object o) => o switch
    {
        Numbered => "n",
        Introduced => "i",
        Bulk => "b",
        FromTheFuture => "f",
        Sync => "s",
        _ => "u",
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Numbered message => BitConverter.GetBytes(message.Value),
        Introduced message => Encoding.UTF8.GetBytes(Serialization.SerializedActorPath(message.Actor)),
        Bulk message => message.Content,
        FromTheFuture or Sync => [],
        _ => throw new InvalidOperationException($"{obj} cannot be written"),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "n" => new Numbered(BitConverter.ToInt32(bytes)),
        "i" => new Introduced(system.Provider.ResolveActorRef(Encoding.UTF8.GetString(bytes))),
        "b" => new Bulk(bytes),
        "s" => new Sync(),
        _ => throw new System.Runtime.Serialization.SerializationException($"no message has the manifest '{manifest}'"),
    };
}

/// <summary>Answers each message with itself.</summary>
public sealed class Echo : ReceiveActor
{
    public Echo() => ReceiveAny(message => Sender.Tell(message));
}

/// <summary>Tells another actor all it gets.</summary>
public sealed class Forwarder : ReceiveActor
{
    public Forwarder(IActorRef to) => ReceiveAny(to.Forward);
}
