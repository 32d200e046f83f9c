using System.Collections.Immutable;
using MessagePack;
using MessagePack.Formatters;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// Assignments as two arrays: the homes (name, address, number), each once; and the cameras (id, place of the home among them or -1, epoch,
/// releasing, loss).
/// </summary>
public sealed class AssignmentsFormatter : IMessagePackFormatter<ImmutableArray<Assignment>>
{
    /// <summary>Assignments in one message at most.</summary>
    public const int MaximumCount = 500;

    private const int HomeFields = 3;
    private const int CameraFields = 5;

    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, ImmutableArray<Assignment> value, MessagePackSerializerOptions options)
    {
        var homes = value.Select(static assignment => assignment.Home).OfType<NodeIncarnation>().Distinct().ToArray();
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(homes.Length);
        foreach (var home in homes)
        {
            writer.WriteArrayHeader(HomeFields);
            writer.Write(home.Node);
            writer.Write(home.Address);
            writer.Write(home.Uid);
        }

        writer.WriteArrayHeader(value.Length);
        foreach (var assignment in value)
        {
            writer.WriteArrayHeader(CameraFields);
            writer.Write(assignment.Camera);
            writer.Write(assignment.Home is { } home ? Array.IndexOf(homes, home) : -1);
            writer.Write(assignment.Epoch);
            writer.Write(assignment.Releasing);
            writer.Write((int)assignment.Loss);
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<Assignment> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var parts = Header(ref reader, 2, int.MaxValue, "assignments");
        var homes = new NodeIncarnation[Header(ref reader, 0, MaximumCount, "the homes of assignments")];
        for (var i = 0; i < homes.Length; i++)
        {
            var fields = Header(ref reader, HomeFields, int.MaxValue, "a home");
            homes[i] = new NodeIncarnation(Text(ref reader), Text(ref reader), reader.ReadInt32());
            for (var j = HomeFields; j < fields; j++) reader.Skip();
        }

        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        for (var count = Header(ref reader, 0, MaximumCount, "assignments"); count > 0; count--)
        {
            var fields = Header(ref reader, CameraFields, int.MaxValue, "an assignment");
            var (camera, home) = (Text(ref reader), reader.ReadInt32());
            if (home < -1 || home >= homes.Length)
                throw new MessagePackSerializationException($"there is no home {home} among {homes.Length}");
            var (run, epoch, releasing) = (home < 0 ? null : homes[home], reader.ReadUInt32(), reader.ReadBoolean());
            assignments.Add(new Assignment(camera, run, epoch, releasing, (HomeLoss)reader.ReadInt32()));
            for (var j = CameraFields; j < fields; j++) reader.Skip();
        }

        for (var i = 2; i < parts; i++) reader.Skip();
        return assignments.ToImmutable();
    }

    private static int Header(ref MessagePackReader reader, int least, int most, string what)
    {
        var count = reader.ReadArrayHeader();
        return count >= least && count <= most
            ? count
            : throw new MessagePackSerializationException($"{what}: {count} is not from {least} to {most}");
    }

    private static string Text(ref MessagePackReader reader) =>
        reader.ReadString() ?? throw new MessagePackSerializationException("a name is missing");
}
