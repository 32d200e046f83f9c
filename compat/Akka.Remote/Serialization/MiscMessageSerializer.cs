using Akka.Actor;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Writes Akka's own messages: to find, to end and to answer an actor.</summary>
/// <param name="system">The actors' system.</param>
internal sealed class MiscMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        Identify => "ID",
        ActorIdentity => "AID",
        PoisonPill => "P",
        Kill => "K",
        Status.Success => "OK",
        Status.Failure => "NOK",
        _ => throw new ArgumentException($"{o.GetType()} is none of Akka's own messages", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        switch (obj)
        {
            case Identify identify:
                WriteAny(writer, identify.MessageId);
                break;
            case ActorIdentity identity:
                WriteAny(writer, identity.MessageId);
                writer.Write(identity.Subject is { } subject ? Akka.Serialization.Serialization.SerializedActorPath(subject) : "");
                break;
            case Status.Success success:
                WriteAny(writer, success.Status);
                break;
            case Status.Failure failure:
                writer.Write(failure.Cause?.Message ?? "");
                break;
        }
        writer.Flush();
        return stream.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return manifest switch
        {
            "ID" => new Identify(ReadAny(reader)!),
            "AID" => new ActorIdentity(ReadAny(reader)!, ReadActor(reader)),
            "P" => PoisonPill.Instance,
            "K" => Kill.Instance,
            "OK" => new Status.Success(ReadAny(reader)!),
            "NOK" => new Status.Failure(new RemoteException(reader.ReadString())),
            _ => throw new ArgumentException($"'{manifest}' is the manifest of none of Akka's own messages", nameof(manifest)),
        };
    }

    private void WriteAny(BinaryWriter writer, object? value)
    {
        writer.Write(value is not null);
        if (value is null) return;
        var serializer = system.Serialization.FindSerializerFor(value);
        var bytes = serializer.ToBinary(value);
        writer.Write(serializer.Identifier);
        writer.Write(Akka.Serialization.Serialization.ManifestFor(serializer, value));
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private IActorRef? ReadActor(BinaryReader reader) =>
        reader.ReadString() is { Length: > 0 } path ? system.Provider.ResolveActorRef(path) : null;

    private object? ReadAny(BinaryReader reader)
    {
        if (!reader.ReadBoolean()) return null;
        var id = reader.ReadInt32();
        var manifest = reader.ReadString();
        return system.Serialization.Deserialize(reader.ReadBytes(reader.ReadInt32()), id, manifest);
    }
}

/// <summary>What went wrong in another system.</summary>
/// <param name="message">Its words.</param>
internal sealed class RemoteException(string message) : Exception(message);
