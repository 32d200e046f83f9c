using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Profiles;

/// <summary>Reads the controls of a profile: a name alone means the catalogue's control; an object changes it, or describes a
/// vendor's.</summary>
internal sealed class ControlReader(ProfileReader errors)
{
    private static readonly string[] _members =
    [
        "name", "id", "type", "unit", "scope", "direction", "delay", "trigger", "count", "minimum", "maximum", "step", "default", "menu",
        "description",
    ];

    private static readonly ControlInfo _nothing = new() { Id = 0, Name = "", Type = ControlType.Int32 };

    public ControlInfo Read(JsonTree tree)
    {
        if (tree.Kind == JsonTokenType.String)
        {
            if (ControlCatalogue.TryGet(tree.Text, out var known))
                return known;
            errors.Error(tree, $"the catalogue has no control '{tree.Text}'; "
                + "for a vendor's own, an object with name, id and type would be right."
                + ProfileProblem.Suggest(tree.Text, ControlCatalogue.All.Select(control => control.Name)));
            return _nothing;
        }
        if (!errors.Object(tree, "a control", _members))
            return _nothing;
        var name = errors.Text(tree, "name", null);
        var usual = ControlCatalogue.TryGet(name, out var found) && found.Name == name ? found : null;
        if (usual is null && (tree["id"] is null || tree["type"] is null))
        {
            errors.Error(tree["name"] ?? tree, $"the catalogue has no control '{name}'; a control of a vendor's own needs 'id' and 'type'."
                + ProfileProblem.Suggest(name, ControlCatalogue.All.Select(control => control.Name)));
            return _nothing;
        }
        usual ??= _nothing;
        var type = Choice(tree, "type", usual.Type);
        var (least, most) = Count(tree, usual);
        return new ControlInfo
        {
            Id = Id(tree, usual.Id),
            Name = name,
            Type = type,
            Description = errors.Text(tree, "description", usual.Description),
            Unit = errors.Text(tree, "unit", usual.Unit),
            Scope = Choice(tree, "scope", usual.Scope),
            Direction = Choice(tree, "direction", usual.Direction),
            DelayFrames = errors.Number(tree, "delay", usual.DelayFrames),
            IsTrigger = tree["trigger"] is { } trigger ? Truth(trigger) : usual.IsTrigger,
            MinimumCount = least,
            MaximumCount = most,
            Minimum = Amount(tree["minimum"], type, usual.Minimum),
            Maximum = Amount(tree["maximum"], type, usual.Maximum),
            Step = Amount(tree["step"], type, usual.Step),
            Default = Amount(tree["default"], type, usual.Default),
            Menu = Menu(tree["menu"], type, usual.Menu),
        };
    }

    private uint Id(JsonTree tree, uint otherwise)
    {
        if (tree["id"] is not { } value)
            return otherwise;
        if (value.Kind == JsonTokenType.String && value.Text.StartsWith("0x", StringComparison.Ordinal)
            && uint.TryParse(value.Text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id))
            return id;
        errors.Error(value, $"{value.KindText} is no control's id; a hexadecimal text such as \"0x80010001\" would be right.");
        return otherwise;
    }

    private T Choice<T>(JsonTree tree, string member, T otherwise) where T : struct, Enum
    {
        if (tree[member] is not { } value)
            return otherwise;
        // Enum.TryParse takes numbers and lists as well; only the plain names are meant.
        if (value.Kind == JsonTokenType.String && Enum.GetNames<T>().Contains(value.Text, StringComparer.OrdinalIgnoreCase))
            return Enum.Parse<T>(value.Text, ignoreCase: true);
        errors.Error(value, $"'{member}' is {value.KindText}; {string.Join(", ", Enum.GetNames<T>())} are possible.");
        return otherwise;
    }

    private bool Truth(JsonTree value) => value.Kind == JsonTokenType.True
        || (value.Kind != JsonTokenType.False && !errors.Is(value, JsonTokenType.True, "true or false"));

    private (int Least, int Most) Count(JsonTree tree, ControlInfo usual)
    {
        if (tree["count"] is not { } value)
            return (usual.MinimumCount, usual.MaximumCount);
        var numbers = value.Items.Select(
            item => int.TryParse(item.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        if (numbers.Length == 2 && numbers.All(number => number >= 0))
            return (numbers[0], numbers[1]);
        errors.Error(value, "'count' is the least and the most number of elements, such as [1, 4].");
        return (usual.MinimumCount, usual.MaximumCount);
    }

    private long Amount(JsonTree? value, ControlType type, long otherwise)
    {
        if (value is null)
            return otherwise;
        if (value.Kind == JsonTokenType.Number && type == ControlType.Fixed && ControlValue.TryParseFixed(value.Text, out var raw))
            return raw;
        if (value.Kind == JsonTokenType.Number && type != ControlType.Fixed
            && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        errors.Error(value, type == ControlType.Fixed
            ? $"{value.KindText} is no fixed-point number; -32768 to 32767.99998 is possible, such as 1.5."
            : $"{value.KindText} stands where a whole number would be right.");
        return otherwise;
    }

    private ImmutableArray<ControlMenuItem> Menu(JsonTree? value, ControlType type, ImmutableArray<ControlMenuItem> otherwise)
    {
        if (value is null || !errors.Is(value, JsonTokenType.StartObject, "an object such as { \"Off\": 0, \"On\": 1 }"))
            return otherwise;
        return [.. value.Members.Select(member => new ControlMenuItem(Amount(member.Value, type, 0), member.Name))];
    }
}
