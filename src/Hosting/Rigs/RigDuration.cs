using System.Globalization;

namespace CameraFabric.Hosting.Rigs;

/// <summary>How durations are written in rigs.</summary>
internal static class RigDuration
{
    /// <summary>What would be right.</summary>
    public const string Right = "write a number with its unit: 10ms, 2s, 1min or 1h";

    private static readonly (string Unit, long Milliseconds)[] Units = [("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000)];

    /// <summary>A duration of up to a day, or null.</summary>
    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            var number = text[..^unit.Length].TrimEnd();
            return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * milliseconds <= 86_400_000
                ? TimeSpan.FromMilliseconds(count * milliseconds)
                : null;
        }

        return null;
    }
}
