using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CameraFabric.Hosting.Rigs;

/// <summary>Where in a rig file something stands; both count from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column.</param>
public readonly record struct RigPosition(int Line, int Column);

/// <summary>A node of a YAML file that remembers where it stands.</summary>
internal abstract record YamlValue(RigPosition At);

internal sealed record YamlText(RigPosition At, string Text) : YamlValue(At);

internal sealed record YamlList(RigPosition At, IReadOnlyList<YamlValue> Items) : YamlValue(At);

internal sealed record YamlEntry(RigPosition At, string Key, YamlValue Value);

internal sealed record YamlMap(RigPosition At, IReadOnlyList<YamlEntry> Entries) : YamlValue(At);

/// <summary>
/// Reads YAML into a tree with positions. Keys that stand twice are kept: which of them is wrong is for the reader of the
/// rig to say, together with everything else, so nothing here stops at the first of them.
/// </summary>
internal static class YamlTree
{
    /// <exception cref="YamlException">The text is not YAML; the exception says where.</exception>
    public static YamlValue? Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            var root = Read(parser, depth: 0);
            parser.Consume<DocumentEnd>();
            return root;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The parser gives up on some texts without a place; what it read last is the nearest.
            var place = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "this text cannot be read from here on", error);
        }
    }

    private static YamlValue Read(IParser parser, int depth)
    {
        if (depth > 16) throw new YamlException(parser.Current!.Start, parser.Current.End, "nested more than 16 levels deep");
        if (parser.TryConsume<Scalar>(out var scalar)) return new YamlText(Position(scalar), scalar.Value);
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, depth + 1));
            return new YamlList(Position(sequence), items);
        }

        if (parser.TryConsume<MappingStart>(out var mapping))
        {
            var entries = new List<YamlEntry>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                entries.Add(new YamlEntry(Position(key), key.Value, Read(parser, depth + 1)));
            }

            return new YamlMap(Position(mapping), entries);
        }

        var other = parser.Current!;
        throw new YamlException(other.Start, other.End, "anchors and aliases are not used in rig files");
    }

    private static RigPosition Position(ParsingEvent at) => new((int)at.Start.Line, (int)at.Start.Column);
}
