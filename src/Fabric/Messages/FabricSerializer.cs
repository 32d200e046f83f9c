using Akka.Actor;
using Akka.Serialization;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>
/// Writes the fabric's messages as MessagePack. Only types of this assembly that carry <see cref="IFabricMessage"/> are read: a peer
/// cannot have anything else made. What cannot be read becomes an <see cref="UnreadMessage"/>, so that whoever it was meant for can say who
/// sent it.
/// </summary>
/// <param name="system">The actors' system.</param>
public sealed class FabricSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly MessagePackSerializerOptions Options = MessagePackSerializerOptions.Standard.WithSecurity(
        MessagePackSecurity.UntrustedData);

    private static readonly Dictionary<string, Type> Types = typeof(IFabricMessage).Assembly.GetExportedTypes()
        .Where(static type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IFabricMessage)))
        .ToDictionary(static type => type.Name, StringComparer.Ordinal);

    /// <summary>The serializer's number in Akka's envelope; never changes.</summary>
    public override int Identifier => 4301;

    /// <summary>Every message type that it knows.</summary>
    public static IReadOnlyCollection<Type> MessageTypes => Types.Values;

    /// <summary>The message type of that name.</summary>
    /// <param name="name">What a peer wrote.</param>
    /// <exception cref="MessagePackSerializationException">There is none.</exception>
    internal static Type TypeOf(string? name) => name is not null && Types.TryGetValue(name, out var type)
        ? type
        : throw new MessagePackSerializationException($"'{name}' is no message of the fabric");

    /// <inheritdoc/>
    public override string Manifest(object o)
    {
        ArgumentNullException.ThrowIfNull(o);
        return o.GetType().Name;
    }

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return MessagePackSerializer.Serialize(obj.GetType(), obj, Options);
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return Read(bytes, manifest);
        }
        catch (MessagePackSerializationException error)
        {
            return new UnreadMessage(manifest ?? "", error.GetBaseException().Message);
        }
    }

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">What a peer wrote.</param>
    /// <param name="manifest">The message's type, by its name.</param>
    /// <exception cref="MessagePackSerializationException">That is no message of the fabric.</exception>
    internal static IFabricMessage Read(ReadOnlyMemory<byte> bytes, string? manifest)
    {
        var type = TypeOf(manifest);
        var message = MessagePackSerializer.Deserialize(type, bytes, Options) as IFabricMessage
            ?? throw new MessagePackSerializationException($"a {manifest} cannot be nil");
        RequiredFields.Check(message);
        return message;
    }
}
