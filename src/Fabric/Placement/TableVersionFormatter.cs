using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Placement;

/// <summary>A table's version as an array of three: term, author, number.</summary>
public sealed class TableVersionFormatter : IMessagePackFormatter<TableVersion>
{
    private const int Fields = 3;

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, TableVersion value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(value.Term);
        writer.Write(value.Author);
        writer.Write(value.Number);
    }

    /// <inheritdoc/>
    public TableVersion Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var fields = reader.ReadArrayHeader();
        if (fields < Fields) throw new MessagePackSerializationException($"a table's version has {Fields} fields, not {fields}");
        var version = new TableVersion(reader.ReadUInt64(), reader.ReadString(), reader.ReadUInt64());
        for (var i = Fields; i < fields; i++) reader.Skip();
        return version;
    }
}
