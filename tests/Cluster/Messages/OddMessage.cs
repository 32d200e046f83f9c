using Akka.Actor;
using Akka.Serialization;
using CameraFabric.Fabric.Messages;

namespace CameraFabric.Cluster.Tests.Messages;

/// <summary>A message as it is on the wire, whatever a fabric makes of it.</summary>
/// <param name="Manifest">The type's name.</param>
/// <param name="Bytes">The rest.</param>
internal sealed record OddMessage(string Manifest, byte[] Bytes);

/// <summary>In place of the fabric's own serializer, under its number: writes what the test says, and leaves what comes as it came.</summary>
/// <param name="system">The peer's actors.</param>
public sealed class OddSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly FabricSerializer _genuine = new(system);

    public override int Identifier => _genuine.Identifier;

    public override string Manifest(object o) => ((OddMessage)o).Manifest;

    public override byte[] ToBinary(object obj) => ((OddMessage)obj).Bytes;

    public override object FromBinary(byte[] bytes, string manifest) => new OddMessage(manifest, bytes);
}
