using CameraFabric.Sensors.Controls;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>A control set as an array of five: id, context, target frame, strictness, values.</summary>
public sealed class ControlSetFormatter : IMessagePackFormatter<ControlSet>
{
    private const int Fields = 5;
    private static readonly ControlEntriesFormatter Entries = new();

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, ControlSet value, MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteArrayHeader(Fields);
        writer.Write(value.Id);
        writer.Write(value.Context);
        writer.Write(value.TargetFrame);
        writer.Write(value.Strict);
        Entries.Serialize(ref writer, value.Controls, options);
    }

    /// <inheritdoc/>
    public ControlSet Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var fields = reader.ReadArrayHeader();
        if (fields < Fields) throw new MessagePackSerializationException($"a control set has {Fields} fields, not {fields}");
        var set = new ControlSet
        {
            Id = reader.ReadUInt64(),
            Context = reader.ReadUInt64(),
            TargetFrame = reader.ReadUInt64(),
            Strict = reader.ReadBoolean(),
            Controls = Entries.Deserialize(ref reader, options),
        };
        for (var i = Fields; i < fields; i++) reader.Skip();
        return set;
    }
}
