using System.Text;
using CameraFabric.Sensors.Profiles;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Messages;

/// <summary>A camera's profile as the bytes of the file that it would be saved in.</summary>
public sealed class CameraProfileFormatter : IMessagePackFormatter<CameraProfile>
{
    /// <summary>Bytes that a profile may have to fit into a message; beside it there is room for a configuration and names.</summary>
    public const int MaximumBytes = FabricSerializer.MaximumBytes - (64 << 10);

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, CameraProfile value, MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.Write(Encoding.UTF8.GetBytes(value.ToJson()));
    }

    /// <inheritdoc/>
    public CameraProfile Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.ReadBytes() is not { } json) throw new MessagePackSerializationException("a camera's profile cannot be nil");
        if (json.Length > MaximumBytes)
        {
            throw new MessagePackSerializationException(
                $"a camera's profile of {json.Length} bytes; between nodes it has at most {MaximumBytes}");
        }

        var bytes = new byte[json.Length];
        var length = 0;
        foreach (var piece in json)
        {
            piece.Span.CopyTo(bytes.AsSpan(length));
            length += piece.Length;
        }

        try
        {
            return CameraProfile.Parse(bytes, "profile");
        }
        catch (FormatException error)
        {
            throw new MessagePackSerializationException($"a camera's profile: {error.Message}", error);
        }
    }
}
