using System.Globalization;
using System.Reflection;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Hosting.Rigs;

/// <summary>
/// Reads the <c>options:</c> of a rig: every property of <see cref="FabricOptions"/> under its own name, so that a new option is in
/// the rig the day it is in the record. Ranges are for <see cref="FabricOptionsValidator"/>.
/// </summary>
internal static class RigOptionsReader
{
    private static readonly Dictionary<string, PropertyInfo> Known = typeof(FabricOptions)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .ToDictionary(property => RigWords.Of(property.Name));

    /// <summary>The names of all options.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    public static FabricOptions Read(RigSection? section)
    {
        var options = new FabricOptions();
        if (section is null) return options;
        foreach (var (name, property) in Known)
        {
            if (Parse(section, name, property.PropertyType) is { } value) property.SetValue(options, value);
        }

        section.RefuseUnknown();
        return options;
    }

    private static object? Parse(RigSection section, string name, Type type)
    {
        if (section.Text(name) is not { } text) return null;
        var (value, right) = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => ParseChoice(text, type),
            TypeCode.Int32 => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small) ? (object)small : null, "write a whole number"),
            TypeCode.Int64 => (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large : null, "write a whole number"),
            TypeCode.Boolean => (text switch { "true" => true, "false" => (object)false, _ => null }, "write true or false"),
            _ => (RigDuration.Parse(text), RigDuration.Right),
        };
        if (value is null) section.Fail(name, $"'{text}' is not possible", right);
        return value;
    }

    private static (object?, string) ParseChoice(string text, Type type)
    {
        var names = Enum.GetNames(type);
        var words = names.Select(RigWords.Of).ToArray();
        var found = Array.IndexOf(words, text);
        return (found < 0 ? null : Enum.Parse(type, names[found]), $"write one of: {string.Join(", ", words)}{Suggestion.For(text, words)}");
    }
}
