using System.Collections.Immutable;
using System.Globalization;

namespace CameraFabric.Guest.Program;

/// <summary>Which exposure time a guest asks for with each request: <c>alternate 2ms,20ms</c> or <c>sweep 1ms,30ms[,steps]</c>.</summary>
/// <remarks>
/// Immutable. Times need their unit (ns, us, ms, s): a bare number would be read as microseconds by one and nanoseconds by another.
/// </remarks>
public sealed class ExposureScript
{
    private const int MaximumValues = 1024;
    private const int DefaultSteps = 30;

    private readonly ImmutableArray<long> _values;

    private ExposureScript(string text, ImmutableArray<long> values)
    {
        Text = text;
        _values = values;
    }

    /// <summary>The script as it was written.</summary>
    public string Text { get; }

    /// <summary>The exposure times, in nanoseconds, in the order they are asked for; then from the start again.</summary>
    public IReadOnlyList<long> Values => _values;

    /// <summary>The exposure time for the <paramref name="ordinal"/>-th request (from 0), in nanoseconds.</summary>
    public long ValueFor(ulong ordinal) => _values[(int)(ordinal % (ulong)_values.Length)];

    /// <summary>Takes turns between the given times.</summary>
    public static ExposureScript Alternate(params ReadOnlySpan<long> nanoseconds)
    {
        if (nanoseconds.Length == 0) throw new ArgumentException("needs at least one exposure time", nameof(nanoseconds));
        return new ExposureScript("alternate " + string.Join(',', nanoseconds.ToArray().Select(n => $"{n}ns")), [.. nanoseconds]);
    }

    /// <summary>Reads a script.</summary>
    /// <param name="text">The script, e.g. <c>alternate 2ms,20ms</c>.</param>
    /// <param name="script">The script, when it could be read.</param>
    /// <param name="error">What was wrong and what would be right, when not.</param>
    public static bool TryParse(string text, out ExposureScript? script, out string error)
    {
        script = null;
        var words = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length != 2 || words[0] is not ("alternate" or "sweep"))
        {
            error = $"exposure script \"{text}\": write 'alternate A,B' or 'sweep A,B[,steps]' with times such as 500us or 20ms";
            return false;
        }

        var parts = words[1].Split(',', StringSplitOptions.TrimEntries);
        var sweep = words[0] == "sweep";
        var steps = DefaultSteps;
        if (sweep && parts.Length == 3)
        {
            if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out steps) || steps is < 2 or > MaximumValues)
            {
                error = $"exposure script \"{text}\": steps '{parts[2]}' needs a number from 2 to {MaximumValues}";
                return false;
            }

            parts = parts[..2];
        }

        if (sweep ? parts.Length != 2 : parts.Length is < 1 or > MaximumValues)
        {
            error = sweep ? $"exposure script \"{text}\": a sweep goes from one time to another: 'sweep A,B[,steps]'"
                          : $"exposure script \"{text}\": alternate takes 1 to {MaximumValues} times";
            return false;
        }

        var times = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (TryParseTime(parts[i], out times[i])) continue;
            error = $"exposure script \"{text}\": '{parts[i]}' is not a time; write a positive number with its unit: 500us, 2.5ms, 1s";
            return false;
        }

        script = new ExposureScript(text, sweep ? Sweep(times[0], times[1], steps) : [.. times]);
        error = "";
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static ImmutableArray<long> Sweep(long from, long to, int steps)
    {
        // There and back again, so that no step is larger than the others.
        var up = Enumerable.Range(0, steps).Select(i => from + (long)((Int128)(to - from) * i / (steps - 1))).ToArray();
        return [.. up, .. up.Reverse().Skip(1).Take(steps - 2)];
    }

    private static bool TryParseTime(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var digits = text.TrimEnd("abcdefghijklmnopqrstuvwxyz".ToCharArray());
        decimal? unit = text[digits.Length..] switch { "ns" => 1m, "us" => 1_000m, "ms" => 1_000_000m, "s" => 1_000_000_000m, _ => null };
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (unit is null || !decimal.TryParse(digits, Style, CultureInfo.InvariantCulture, out var number)) return false;
        if (number <= 0 || number > long.MaxValue / unit.Value) return false;
        nanoseconds = (long)(number * unit.Value);
        return nanoseconds > 0;
    }
}
