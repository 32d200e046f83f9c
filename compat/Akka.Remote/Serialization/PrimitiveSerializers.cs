using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>Writes text and numbers that are messages themselves.</summary>
/// <param name="system">The actors' system.</param>
internal sealed class PrimitiveSerializers(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 17;

    public override string Manifest(object o) => o switch
    {
        string => "S",
        int => "I",
        long => "L",
        _ => throw new ArgumentException($"{o.GetType()} is neither text nor a number", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        if (obj is string text) return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[obj is int ? sizeof(int) : sizeof(long)];
        if (obj is int number) BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)obj);
        return bytes;
    }

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "S" => Encoding.UTF8.GetString(bytes),
        "I" => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        "L" => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => throw new ArgumentException($"'{manifest}' is the manifest of no text and no number", nameof(manifest)),
    };
}
