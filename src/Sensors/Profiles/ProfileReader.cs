using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Profiles;

/// <summary>Reads a profile's text and gathers everything that is wrong with it, each with its place.</summary>
internal sealed class ProfileReader
{
    private static readonly string[] _profileMembers =
        ["version", "name", "model", "id", "syncGroup", "pipelineDepth", "timeBase", "formats", "controls", "vendors", "calibration"];
    private static readonly string[] _formatMembers = ["format", "sizes"];
    private static readonly string[] _sizeMembers = ["size", "from", "to", "step", "interval", "shortest", "longest"];
    private static readonly string[] _vendorMembers = ["index", "id", "name"];

    private readonly string _source;
    private readonly List<(int Line, int Column, string Text)> _errors = [];

    private ProfileReader(string source) => _source = source;

    /// <exception cref="FormatException">One line for each error: source(line,column): what, and what would be right.</exception>
    public static CameraProfile Read(ReadOnlySpan<byte> json, string source)
    {
        var tree = JsonTree.Parse(json, source);
        var reader = new ProfileReader(source);
        var profile = reader.Profile(tree);
        // What could not be read has a value by default; complaints about that would only confuse.
        if (reader._errors.Count == 0)
            foreach (var problem in new ProfileValidator(profile).Run())
                reader.Error(Resolve(tree, problem.Path), $"{problem.Path}: {problem.Text}");
        reader.ThrowIfAny();
        return profile;
    }

    public void Error(JsonTree at, string text) => _errors.Add((at.Line, at.Column, text));

    public bool Object(JsonTree tree, string what, IReadOnlyCollection<string> members)
    {
        if (!Is(tree, JsonTokenType.StartObject, $"an object for {what}"))
            return false;
        var seen = new HashSet<string>();
        foreach (var (name, value) in tree.Members)
        {
            if (!members.Contains(name))
                Error(value, $"'{name}' is not known for {what}; {string.Join(", ", members)} are.{ProfileProblem.Suggest(name, members)}");
            if (!seen.Add(name))
                Error(value, $"'{name}' is there twice.");
        }
        return true;
    }

    public string Text(JsonTree parent, string member, string? otherwise)
    {
        if (parent[member] is { } value)
            return Is(value, JsonTokenType.String, $"a text for '{member}'") ? value.Text : "";
        if (otherwise is null)
            Error(parent, $"'{member}' is missing.");
        return otherwise ?? "";
    }

    public int Number(JsonTree parent, string member, int otherwise)
    {
        if (parent[member] is not { } value)
            return otherwise;
        if (int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && value.Kind == JsonTokenType.Number)
            return number;
        Error(value, $"'{member}' is {value.KindText}; a whole number would be right.");
        return otherwise;
    }

    public bool Is(JsonTree tree, JsonTokenType kind, string wanted)
    {
        if (tree.Kind == kind)
            return true;
        Error(tree, $"{tree.KindText} stands where {wanted} would be right.");
        return false;
    }

    private CameraProfile Profile(JsonTree tree)
    {
        var empty = new CameraProfile { Name = "", Formats = [] };
        if (!Object(tree, "a camera profile", _profileMembers))
            return empty;
        if (Number(tree, "version", ProfileWriter.Version) != ProfileWriter.Version)
            Error(tree["version"]!, $"version {tree["version"]!.Text} is not known; {ProfileWriter.Version} would be right.");
        var controls = new ControlReader(this);
        return new CameraProfile
        {
            Name = Text(tree, "name", null),
            Model = Text(tree, "model", ""),
            Id = Identity(tree, "id"),
            SyncGroup = Identity(tree, "syncGroup"),
            PipelineDepth = Number(tree, "pipelineDepth", 0),
            TimeBase = Text(tree, "timeBase", empty.TimeBase),
            Formats = List(tree, "formats", true, Format),
            Controls = List(tree, "controls", false, controls.Read),
            Vendors = List(tree, "vendors", false, Vendor),
            Calibration = tree["calibration"] is null ? null : Text(tree, "calibration", null),
        };
    }

    private FormatOffer Format(JsonTree tree)
    {
        var offer = new FormatOffer { Format = default, Sizes = [] };
        if (!Object(tree, "a format", _formatMembers))
            return offer;
        var name = Text(tree, "format", null);
        var code = PixelFormats.TryGet(name, out var format) ? format.FourCC : default;
        if (code == default && !FourCC.TryParse(name, out code) && tree["format"] is { Kind: JsonTokenType.String } value)
            Error(value, $"'{name}' is no pixel format; a name or code such as NV12, YUYV, RAW12P or 'Z16 ' would be right."
                + ProfileProblem.Suggest(name, PixelFormats.All.Select(known => known.Name)));
        return offer with { Format = code, Sizes = List(tree, "sizes", true, Size) };
    }

    private FrameSizeOffer Size(JsonTree tree)
    {
        var one = new FrameInterval(1, 1);
        var offer = FrameSizeOffer.Of(1, 1, one, one);
        if (!Object(tree, "a size", _sizeMembers))
            return offer;
        var (single, least, most) = (tree["size"], tree["from"], tree["to"]);
        if (single is null ? least is null || most is null : (least ?? most ?? tree["step"]) is not null)
            Error(tree, "either 'size', or 'from' and 'to' (and perhaps 'step') would be right.");
        var (each, shortest, longest) = (tree["interval"], tree["shortest"], tree["longest"]);
        if (each is null ? shortest is null || longest is null : (shortest ?? longest) is not null)
            Error(tree, "either 'interval', or 'shortest' and 'longest' would be right.");
        var (minimumWidth, minimumHeight) = Pair(single ?? least);
        var (maximumWidth, maximumHeight) = Pair(single ?? most);
        var (stepWidth, stepHeight) = Pair(tree["step"]);
        return new FrameSizeOffer
        {
            MinimumWidth = minimumWidth, MinimumHeight = minimumHeight, MaximumWidth = maximumWidth, MaximumHeight = maximumHeight,
            StepWidth = stepWidth, StepHeight = stepHeight, ShortestInterval = Interval(each ?? shortest),
            LongestInterval = Interval(each ?? longest),
        };
    }

    private (int Width, int Height) Pair(JsonTree? tree)
    {
        if (tree is null)
            return (1, 1);
        var parts = tree.Text.Split('x');
        if (tree.Kind == JsonTokenType.String && parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height))
            return (width, height);
        Error(tree, $"{tree.KindText} is no size; width and height such as \"1920x1080\" would be right.");
        return (1, 1);
    }

    private FrameInterval Interval(JsonTree? tree)
    {
        if (tree is null)
            return new FrameInterval(1, 1);
        if (tree.Kind == JsonTokenType.String && FrameInterval.TryParseSeconds(tree.Text, out var interval))
            return interval;
        Error(tree, $"{tree.KindText} is no frame interval; seconds as a fraction such as \"1/30\" would be right.");
        return new FrameInterval(1, 1);
    }

    private VendorNamespace Vendor(JsonTree tree)
    {
        if (!Object(tree, "a vendor", _vendorMembers))
            return new VendorNamespace(0, default, "");
        var index = Number(tree, "index", -1);
        if (index is < 0 or > 0x7FFF)
            Error(tree["index"] ?? tree, "'index' of a vendor is a number from 0 to 32767.");
        return new VendorNamespace((ushort)index, Identity(tree, "id"), Text(tree, "name", null));
    }

    private Guid Identity(JsonTree parent, string member)
    {
        if (parent[member] is not { } value)
            return Guid.Empty;
        if (value.Kind == JsonTokenType.String && Guid.TryParseExact(value.Text, "D", out var id))
            return id;
        Error(value, $"{value.KindText} is no identity; a UUID such as \"6f9619ff-8b86-4011-b42d-00cf4fc964ff\" would be right.");
        return Guid.Empty;
    }

    private ImmutableArray<T> List<T>(JsonTree parent, string member, bool required, Func<JsonTree, T> read)
    {
        if (parent[member] is not { } list)
        {
            if (required)
                Error(parent, $"'{member}' is missing; a list would be right.");
            return [];
        }
        return Is(list, JsonTokenType.StartArray, $"a list for '{member}'") ? [.. list.Items.Select(read)] : [];
    }

    // The deepest part of the path that the text has: what is left out there stands for a default, and its parent is the place to add it.
    private static JsonTree Resolve(JsonTree tree, string path)
    {
        foreach (var part in path.Replace("[", ".[").Split('.'))
        {
            var next = part.StartsWith('[')
                ? tree.Items.ElementAtOrDefault(int.Parse(part[1..^1], CultureInfo.InvariantCulture))
                : tree[part] ?? (part is "from" or "to" ? tree["size"] : part is "shortest" or "longest" ? tree["interval"] : null);
            if (next is null)
                break;
            tree = next;
        }
        return tree;
    }

    private void ThrowIfAny()
    {
        if (_errors.Count > 0)
            throw new FormatException(string.Join('\n', _errors.Distinct().Order()
                .Select(error => $"{_source}({error.Line},{error.Column}): {error.Text}")));
    }
}
