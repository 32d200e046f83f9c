using System.Globalization;
using System.Text;

namespace CameraFabric.Fuzz.Inputs;

/// <summary>
/// An input as text: one step a line, <c>name field=number ... bytes=hex</c>; what is left out is 0; from <c>#</c> on a line is a comment.
/// </summary>
internal static class ScriptText
{
    /// <summary>Reads steps.</summary>
    /// <exception cref="FormatException">A line is wrong; the message names it.</exception>
    public static Step[] Read(string text)
    {
        var steps = new List<Step>();
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0) steps.Add(ReadStep(words, index + 1));
        }

        return [.. steps];
    }

    /// <summary>Writes steps; numbers of 0 are left out.</summary>
    public static string Write(ReadOnlySpan<Step> steps)
    {
        var text = new StringBuilder();
        foreach (ref readonly var step in steps)
        {
            text.Append(StepNames.NameOf(step.Kind));
            var fields = StepNames.FieldsOf(step.Kind);
            for (var i = 0; i < fields.Length; i++)
            {
                if (step[i] != 0) text.Append(CultureInfo.InvariantCulture, $" {fields[i]}={Number(step[i])}");
            }

            if (step.Bytes.Length > 0) text.Append(" bytes=").Append(Convert.ToHexStringLower(step.Bytes));
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Number(ulong value) => value < 10000 ? $"{value}" : $"0x{value:x}";

    private static Step ReadStep(string[] words, int line)
    {
        if (!StepNames.TryKind(words[0], out var kind)) throw new FormatException($"line {line}: there is no step '{words[0]}'");
        var fields = StepNames.FieldsOf(kind);
        var step = new Step(kind, []);
        foreach (var word in words.AsSpan(1))
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (word, "") : (word[..at], word[(at + 1)..]);
            if (name == "bytes")
            {
                step = step.With(Convert.FromHexString(value));
                continue;
            }

            var field = Array.IndexOf(fields, name);
            if (field < 0)
            {
                throw new FormatException($"line {line}: '{words[0]}' has no '{name}', only {string.Join(", ", fields)} and bytes");
            }

            step = step.With(field, ReadNumber(value, line));
        }

        return step;
    }

    private static ulong ReadNumber(string text, int line)
    {
        var isHexadecimal = text.StartsWith("0x", StringComparison.Ordinal);
        return ulong.TryParse(isHexadecimal ? text.AsSpan(2) : text, isHexadecimal ? NumberStyles.HexNumber : NumberStyles.None,
            CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"line {line}: '{text}' is not a number");
    }
}
