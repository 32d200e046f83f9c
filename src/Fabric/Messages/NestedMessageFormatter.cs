using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>A message within a message, as an array of two: its type's name, and itself.</summary>
public sealed class NestedMessageFormatter : IMessagePackFormatter<IFabricMessage>
{
    private const int Fields = 2;

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, IFabricMessage value, MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteArrayHeader(Fields);
        writer.Write(value.GetType().Name);
        MessagePackSerializer.Serialize(value.GetType(), ref writer, value, options);
    }

    /// <inheritdoc/>
    public IFabricMessage Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        options.Security.DepthStep(ref reader);
        var fields = reader.ReadArrayHeader();
        if (fields < Fields) throw new MessagePackSerializationException($"a message within a message has {Fields} fields, not {fields}");
        var type = FabricSerializer.TypeOf(reader.ReadString());
        var message = MessagePackSerializer.Deserialize(type, ref reader, options) as IFabricMessage
            ?? throw new MessagePackSerializationException($"a {type.Name} within a message cannot be nil");
        RequiredFields.Check(message);
        for (var i = Fields; i < fields; i++) reader.Skip();
        reader.Depth--;
        return message;
    }
}
