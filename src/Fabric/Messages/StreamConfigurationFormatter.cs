using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>A stream's configuration as an array of five: format, width, height, interval's numerator and denominator.</summary>
public sealed class StreamConfigurationFormatter : IMessagePackFormatter<StreamConfiguration>
{
    private const int Fields = 5;

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, StreamConfiguration value, MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteArrayHeader(Fields);
        writer.Write(value.Format.Value);
        writer.Write(value.Width);
        writer.Write(value.Height);
        writer.Write(value.Interval.Numerator);
        writer.Write(value.Interval.Denominator);
    }

    /// <inheritdoc/>
    public StreamConfiguration Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var fields = reader.ReadArrayHeader();
        if (fields < Fields) throw new MessagePackSerializationException($"a stream configuration has {Fields} fields, not {fields}");
        var configuration = new StreamConfiguration(
            new FourCC(reader.ReadUInt32()), reader.ReadInt32(), reader.ReadInt32(),
            new FrameInterval(reader.ReadUInt32(), reader.ReadUInt32()));
        for (var i = Fields; i < fields; i++) reader.Skip();
        return configuration;
    }
}
