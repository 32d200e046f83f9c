using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CameraFabric.Sensors.Controls;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>Control values as an array of arrays of four: id, flags, type, bytes (little-endian elements).</summary>
public sealed class ControlEntriesFormatter : IMessagePackFormatter<ImmutableArray<ControlEntry>>
{
    private const int Fields = 4;

    // More than any profile has; what is larger is not from a fabric.
    private const int MaximumEntries = 4096;

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, ImmutableArray<ControlEntry> value, MessagePackSerializerOptions options)
    {
        if (value.IsDefault)
        {
            writer.WriteArrayHeader(0);
            return;
        }

        writer.WriteArrayHeader(value.Length);
        foreach (ref readonly var entry in value.AsSpan())
        {
            writer.WriteArrayHeader(Fields);
            writer.Write(entry.Id);
            writer.Write(entry.Flags);
            writer.Write((byte)entry.Value.Type);
            var control = entry.Value;
            writer.WriteBinHeader(control.ByteCount);
            control.Bytes.CopyTo(writer.GetSpan(Math.Max(1, control.ByteCount)));
            writer.Advance(control.ByteCount);
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<ControlEntry> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var count = reader.ReadArrayHeader();
        if (count > MaximumEntries)
        {
            throw new MessagePackSerializationException($"{count} control values; at most {MaximumEntries} make sense");
        }
        var entries = new ControlEntry[count];
        Span<byte> bytes = stackalloc byte[ControlValue.MaximumBytes];
        for (var i = 0; i < count; i++)
        {
            var fields = reader.ReadArrayHeader();
            if (fields < Fields) throw new MessagePackSerializationException($"a control value has {Fields} fields, not {fields}");
            var id = reader.ReadUInt32();
            var flags = reader.ReadUInt32();
            var type = (ControlType)reader.ReadByte();
            var length = 0;
            if (reader.ReadBytes() is { } data)
            {
                if (data.Length > ControlValue.MaximumBytes)
                {
                    throw new MessagePackSerializationException(
                        $"a control value has {data.Length} bytes; at most {ControlValue.MaximumBytes} are possible");
                }
                foreach (var piece in data)
                {
                    piece.Span.CopyTo(bytes[length..]);
                    length += piece.Length;
                }
            }

            if (!ControlValue.TryFromArray(type, bytes[..length], out var value))
            {
                throw new MessagePackSerializationException($"control 0x{id:x}: {length} bytes are no value of type {type}");
            }

            entries[i] = new ControlEntry(id, flags, value);
            for (var field = Fields; field < fields; field++) reader.Skip();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(entries);
    }
}
