using CameraFabric.Sensors.Profiles;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>A stream's configuration, or nil for none.</summary>
public sealed class OptionalConfigurationFormatter : IMessagePackFormatter<StreamConfiguration?>
{
    private static readonly StreamConfigurationFormatter Inner = new();

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, StreamConfiguration? value, MessagePackSerializerOptions options)
    {
        if (value is null) writer.WriteNil();
        else Inner.Serialize(ref writer, value, options);
    }

    /// <inheritdoc/>
    public StreamConfiguration? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        reader.TryReadNil() ? null : Inner.Deserialize(ref reader, options);
}
