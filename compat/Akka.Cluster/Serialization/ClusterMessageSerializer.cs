using System.Collections.Immutable;
using Akka.Actor;
using Akka.Serialization;

namespace Akka.Cluster.Serialization;

/// <summary>Writes what nodes tell each other.</summary>
/// <param name="system">The actors' system.</param>
internal sealed class ClusterMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 5;

    public override string Manifest(object o) => o.GetType().Name;

    public override byte[] ToBinary(object obj)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        switch (obj)
        {
            case InitJoin:
                break;
            case InitJoinAck ack:
                writer.Write(ack.Address.ToString());
                break;
            case InitJoinNack nack:
                writer.Write(nack.Address.ToString());
                break;
            case Join join:
                Write(writer, join.Node);
                Write(writer, join.Roles, static (w, role) => w.Write(role));
                break;
            case Welcome welcome:
                Write(writer, welcome.From);
                Write(writer, welcome.Gossip);
                break;
            case GossipEnvelope envelope:
                Write(writer, envelope.From);
                Write(writer, envelope.To);
                Write(writer, envelope.Gossip);
                break;
            case Heartbeat heartbeat:
                Write(writer, heartbeat.From);
                break;
            case HeartbeatRsp answer:
                Write(writer, answer.From);
                break;
            case Farewell farewell:
                Write(writer, farewell.Node);
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} is no message of the cluster", nameof(obj));
        }
        writer.Flush();
        return stream.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return manifest switch
        {
            nameof(InitJoin) => new InitJoin(),
            nameof(InitJoinAck) => new InitJoinAck(Address.Parse(reader.ReadString())),
            nameof(InitJoinNack) => new InitJoinNack(Address.Parse(reader.ReadString())),
            nameof(Join) => new Join(ReadNode(reader), [.. ReadMany(reader, static r => r.ReadString())]),
            nameof(Welcome) => new Welcome(ReadNode(reader), ReadGossip(reader)),
            nameof(GossipEnvelope) => new GossipEnvelope(ReadNode(reader), ReadNode(reader), ReadGossip(reader)),
            nameof(Heartbeat) => new Heartbeat(ReadNode(reader)),
            nameof(HeartbeatRsp) => new HeartbeatRsp(ReadNode(reader)),
            nameof(Farewell) => new Farewell(ReadNode(reader)),
            _ => throw new ArgumentException($"'{manifest}' is the manifest of no message of the cluster", nameof(manifest)),
        };
    }

    private static void Write(BinaryWriter writer, UniqueAddress node)
    {
        writer.Write(node.Address.ToString());
        writer.Write(node.Uid);
    }

    private static UniqueAddress ReadNode(BinaryReader reader) => new(Address.Parse(reader.ReadString()), reader.ReadInt32());

    private static void Write<T>(BinaryWriter writer, IReadOnlyCollection<T> many, Action<BinaryWriter, T> one)
    {
        writer.Write(many.Count);
        foreach (var item in many) one(writer, item);
    }

    private static IEnumerable<T> ReadMany<T>(BinaryReader reader, Func<BinaryReader, T> one)
    {
        for (var left = reader.ReadInt32(); left > 0; left--) yield return one(reader);
    }

    private static void Write(BinaryWriter writer, Gossip gossip)
    {
        Write(writer, gossip.Members, static (w, m) =>
        {
            Write(w, m.Key);
            w.Write((byte)m.Value.Status);
            w.Write(m.Value.UpNumber);
            Write(w, m.Value.Roles, static (v, role) => v.Write(role));
        });
        Write(writer, gossip.Removed, static (w, r) =>
        {
            Write(w, r.Key);
            w.Write((byte)r.Value);
        });
        Write(writer, gossip.Observations, static (w, o) =>
        {
            Write(w, o.Key);
            w.Write(o.Value.Version);
            Write(w, o.Value.Unreachable, Write);
        });
        Write(writer, gossip.Seen, Write);
    }

    private static Gossip ReadGossip(BinaryReader reader)
    {
        var members = ReadMany(reader, static r =>
        {
            var node = ReadNode(r);
            var status = (MemberStatus)r.ReadByte();
            var number = r.ReadInt32();
            return new Member(node, [.. ReadMany(r, static s => s.ReadString())], status, number);
        }).ToImmutableDictionary(static m => m.UniqueAddress);
        var removed = ReadMany(reader, static r => KeyValuePair.Create(ReadNode(r), (MemberStatus)r.ReadByte())).ToImmutableDictionary();
        var observations = ReadMany(reader, static r =>
        {
            var node = ReadNode(r);
            var version = r.ReadInt64();
            return KeyValuePair.Create(node, new Observation(version, [.. ReadMany(r, ReadNode)]));
        }).ToImmutableDictionary();
        return new Gossip(members, removed, observations, [.. ReadMany(reader, ReadNode)]);
    }
}
