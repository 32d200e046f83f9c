using System.Globalization;

namespace CameraFabric.Hosting.Rigs;

/// <summary>
/// One mapping of a rig file while it is read: hands out typed values, notes every mistake with its place, and at the end
/// names the keys that nobody asked for. A value that is wrong reads as its default, so that reading goes on.
/// </summary>
internal sealed class RigSection
{
    private readonly Dictionary<string, YamlEntry> _entries = [];
    private readonly HashSet<string> _known = [];
    private readonly RigNotes _notes;
    private readonly RigPosition _at;

    public RigSection(YamlValue value, string path, RigNotes notes)
    {
        _notes = notes;
        _at = value.At;
        Path = path;
        if (value is YamlMap map)
        {
            foreach (var entry in map.Entries)
            {
                if (_entries.TryAdd(entry.Key, entry))
                {
                    notes.Place(Below(entry.Key), entry.Value is YamlText ? entry.Value.At : entry.At);
                    continue;
                }

                Fail(entry.At, Below(entry.Key), "stands twice", $"keep one of them (the first is in line {_entries[entry.Key].At.Line})");
            }
        }
        else if (value is not YamlText { Text: "" })
        {
            Fail(value.At, path.Length > 0 ? path : "the file", "is not a mapping", "write `key: value` lines below it");
        }
    }

    /// <summary>Where this section stands in the rig, e.g. <c>cameras.front</c>.</summary>
    public string Path { get; }

    public IEnumerable<YamlEntry> Entries => _entries.Values;

    public bool Has(string key) => _entries.ContainsKey(key);

    public RigPosition PositionOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Value.At : _at;

    /// <summary>Says where something stands that is found wrong later.</summary>
    public void Place(string key, RigPosition at) => _notes.Place(Below(key), at);

    public void Fail(string key, string message, string right) => Fail(PositionOf(key), Below(key), message, right);

    public void Fail(RigPosition at, string path, string message, string right) => _notes.Add(at, path, message, right);

    public YamlValue? Value(string key)
    {
        _known.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry.Value : null;
    }

    public RigSection? Section(string key) => Value(key) is { } value ? new RigSection(value, Below(key), _notes) : null;

    public string? Text(string key, bool required = false, string right = "")
    {
        switch (Value(key))
        {
            case YamlText { Text.Length: > 0 } text: return text.Text;
            case null when required: Fail(_at, Below(key), "is missing", right); return null;
            case null: return null;
            default: Fail(key, "is not a text", right.Length > 0 ? right : "write one value after the colon"); return null;
        }
    }

    /// <summary>A list of texts, each with its place; one text alone is a list of one.</summary>
    public IReadOnlyList<YamlText> Texts(string key, string right)
    {
        switch (Value(key))
        {
            case null: return [];
            case YamlText { Text.Length: > 0 } text: return [text];
            case YamlList list when list.Items.All(static item => item is YamlText): return [.. list.Items.Cast<YamlText>()];
            default: Fail(key, "is not a list of texts", right); return [];
        }
    }

    public T Choice<T>(string key, T otherwise, IReadOnlyDictionary<string, T> choices, bool required = false)
    {
        var right = $"write one of: {string.Join(", ", choices.Keys)}";
        if (Text(key, required, right) is not { } text) return otherwise;
        if (choices.TryGetValue(text, out var chosen)) return chosen;
        Fail(key, $"'{text}' is not known", right + Suggestion.For(text, choices.Keys));
        return otherwise;
    }

    /// <summary>A whole number. Its range is for <see cref="Fabric.Rigs.RigValidator"/>.</summary>
    public int Number(string key, int otherwise) => Number(key) ?? otherwise;

    /// <summary>A whole number that may be left out.</summary>
    public int? Number(string key)
    {
        if (Text(key, right: "write a whole number") is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        Fail(key, $"'{text}' is not possible", "write a whole number");
        return null;
    }

    /// <summary>A duration. Its range is for <see cref="Fabric.Rigs.RigValidator"/>.</summary>
    public TimeSpan Duration(string key, TimeSpan otherwise)
    {
        if (Text(key, right: RigDuration.Right) is not { } text) return otherwise;
        if (RigDuration.Parse(text) is { } duration) return duration;
        Fail(key, $"'{text}' is not possible", RigDuration.Right);
        return otherwise;
    }

    public bool Flag(string key, bool otherwise) =>
        Choice(key, otherwise, new Dictionary<string, bool> { ["true"] = true, ["false"] = false });

    /// <summary>Names every key that nobody asked for; call it last.</summary>
    public void RefuseUnknown()
    {
        foreach (var entry in _entries.Values.Where(entry => !_known.Contains(entry.Key)))
            Fail(entry.At, Below(entry.Key), "is not a key of this section",
                $"the keys are: {string.Join(", ", _known.Order())}{Suggestion.For(entry.Key, _known)}");
    }

    private string Below(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}
