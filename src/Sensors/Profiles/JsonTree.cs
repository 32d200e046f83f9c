using System.Text;
using System.Text.Json;

namespace CameraFabric.Sensors.Profiles;

/// <summary>A JSON value that knows where in its text it stands, so that an error can say so.</summary>
internal sealed class JsonTree
{
    private static readonly JsonReaderOptions _options =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 };

    private JsonTree(JsonTokenType kind, int line, int column, string text)
    {
        Kind = kind;
        Line = line;
        Column = column;
        Text = text;
    }

    /// <summary>The token that the value begins with.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>From 1.</summary>
    public int Line { get; }

    /// <summary>From 1, in characters.</summary>
    public int Column { get; }

    /// <summary>A string's text, or a number as it is written.</summary>
    public string Text { get; }

    /// <summary>An object's members, in order.</summary>
    public List<(string Name, JsonTree Value)> Members { get; } = [];

    /// <summary>An array's items.</summary>
    public List<JsonTree> Items { get; } = [];

    /// <summary>The member of that name, or null.</summary>
    public JsonTree? this[string name]
    {
        get
        {
            foreach (var member in Members)
                if (member.Name == name)
                    return member.Value;
            return null;
        }
    }

    /// <summary>For messages: what kind of value this is.</summary>
    public string KindText => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"the text \"{Text}\"",
        JsonTokenType.Number => Text,
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="FormatException">It is no JSON; the message begins with "source(line,column): ".</exception>
    public static JsonTree Parse(ReadOnlySpan<byte> json, string source)
    {
        if (json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            json = json[3..];
        var reader = new Utf8JsonReader(json, _options);
        var place = new Place();
        try
        {
            reader.Read();
            var tree = Read(ref reader, json, ref place);
            // Anything after the value is found by reading on.
            reader.Read();
            return tree;
        }
        catch (JsonException error)
        {
            var reason = error.Message;
            var end = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new FormatException($"{source}({(error.LineNumber ?? 0) + 1},{(error.BytePositionInLine ?? 0) + 1}): "
                + $"this is no JSON: {(end < 0 ? reason : reason[..end])}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"{source}({place.Line},{place.Column(json)}): this text is no valid Unicode.", error);
        }
    }

    private static JsonTree Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Place place)
    {
        place.MoveTo(reader.TokenStartIndex, json);
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => "",
        };
        var tree = new JsonTree(reader.TokenType, place.Line, place.Column(json), text);
        if (tree.Kind == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                place.MoveTo(reader.TokenStartIndex, json);
                var name = reader.GetString()!;
                reader.Read();
                tree.Members.Add((name, Read(ref reader, json, ref place)));
            }
        }
        else if (tree.Kind == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                tree.Items.Add(Read(ref reader, json, ref place));
        }
        return tree;
    }

    // Goes through the text once, from token to token.
    private struct Place
    {
        private int _at;
        private int _lineStart;
        private int _lines;

        public readonly int Line => _lines + 1;

        public readonly int Column(ReadOnlySpan<byte> json) => Encoding.UTF8.GetCharCount(json[_lineStart.._at]) + 1;

        public void MoveTo(long index, ReadOnlySpan<byte> json)
        {
            for (; _at < index; _at++)
            {
                if (json[_at] != (byte)'\n')
                    continue;
                _lines++;
                _lineStart = _at + 1;
            }
        }
    }
}
