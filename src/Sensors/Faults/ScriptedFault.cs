using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Faults;

/// <summary>One entry of a fault script. As text: <c>KIND@FRAME</c>, then <c>+COUNT</c> or <c>+DURATION</c>, then <c>xAMOUNT</c>.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Frame">The number of the camera's first frame that it happens to.</param>
/// <param name="Count">How often it happens, 1 to 1 000 000 000: to so many frames, or so many calls for what is no matter of a frame.</param>
/// <param name="Duration">How long it lasts, above 0; null: by count, and a hang or a silence without end.</param>
/// <param name="Amount">How much, in the kind's unit.</param>
public sealed partial record ScriptedFault(FaultKind Kind, ulong Frame, int Count, TimeSpan? Duration, int Amount)
{
    private const int LargestAmount = 1_000_000_000;

    private static readonly Dictionary<string, FaultKind> Kinds = Enum.GetValues<FaultKind>().ToDictionary(NameOf);

    /// <summary>As it is written in a script.</summary>
    public override string ToString()
    {
        var extent = Duration is { } duration ? $"+{duration.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms"
            : Count == 1 ? "" : $"+{Count}";
        return $"{NameOf(Kind)}@{Frame}{extent}{(DefaultAmount(Kind) == Amount ? "" : $"x{Amount}")}";
    }

    /// <summary>Reads one entry.</summary>
    /// <param name="text">The entry, such as <c>freeze@300+30</c>, <c>throw@500</c>, <c>hang@900+5s</c> or <c>jump-ahead@40x100</c>.</param>
    /// <param name="fault">What it says.</param>
    /// <param name="problem">What is wrong, if something is.</param>
    /// <param name="right">What would be right instead.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ScriptedFault? fault, [NotNullWhen(false)] out string? problem, out string right)
    {
        ArgumentNullException.ThrowIfNull(text);
        fault = null;
        right = "write KIND@FRAME, KIND@FRAME+COUNT or KIND@FRAME+DURATION, e.g. throw@500, freeze@300+30, hang@900+5s";
        problem = $"'{text}' is not a fault";
        var match = Form().Match(text);
        if (!match.Success) return false;
        var word = match.Groups["kind"].Value;
        if (!Kinds.TryGetValue(word, out var kind))
        {
            problem = $"there is no fault '{word}'";
            var meant = Spelling.Guess(word, Kinds.Keys) is { } guess ? $" (did you mean '{guess}'?)" : "";
            right = $"write one of: {string.Join(", ", Kinds.Keys)}{meant}";
            return false;
        }

        if (!ulong.TryParse(match.Groups["frame"].ValueSpan, out var frame) || frame is 0 or > long.MaxValue)
        {
            (problem, right) = ($"{match.Groups["frame"].Value} is not the number of a frame", "frames count from 1");
            return false;
        }

        var (count, duration, isPossible) = ReadExtent(match);
        if (!isPossible)
        {
            (problem, right) = ($"'+{match.Groups["count"].Value}{match.Groups["unit"].Value}' is not possible",
                "write +1 to +1000000000 frames, or a duration from +1ms to +24h");
            return false;
        }

        var amount = DefaultAmount(kind);
        if (match.Groups["amount"] is { Success: true } given)
        {
            var most = kind == FaultKind.Short ? 99 : amount == 0 ? 0 : LargestAmount;
            if (!int.TryParse(given.ValueSpan, out amount) || amount > most || (amount == 0 && kind != FaultKind.Short))
            {
                (problem, right) = ($"x{given.Value} is not possible", most == 0 ? $"{word} has no amount: leave it out"
                    : kind == FaultKind.Short ? "write x0 to x99, percent of the frame's bytes" : $"write x1 to x{LargestAmount}");
                return false;
            }
        }

        fault = new ScriptedFault(kind, frame, count, duration, amount);
        problem = null;
        return true;
    }

    private static (int Count, TimeSpan? Duration, bool IsPossible) ReadExtent(Match match)
    {
        if (!match.Groups["count"].Success) return (1, null, true);
        if (!int.TryParse(match.Groups["count"].ValueSpan, out var number) || number is 0 or > 1_000_000_000) return (1, null, false);
        var unit = match.Groups["unit"].Value;
        if (unit.Length == 0) return (number, null, true);
        var milliseconds = number * (unit switch { "h" => 3_600_000L, "min" => 60_000L, "s" => 1000L, _ => 1L });
        return milliseconds > 86_400_000 ? (1, null, false) : (1, TimeSpan.FromMilliseconds(milliseconds), true);
    }

    private static int DefaultAmount(FaultKind kind) => kind switch
    {
        FaultKind.JumpAhead or FaultKind.JumpBack or FaultKind.TimeAhead or FaultKind.TimeBehind => 10,
        FaultKind.Short => 50,
        FaultKind.Late => 2,
        _ => 0,
    };

    private static string NameOf(FaultKind kind) => Capital().Replace(kind.ToString(), "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"^(?<kind>[a-z-]+)@(?<frame>[0-9]+)(\+(?<count>[0-9]+)(?<unit>ms|s|min|h)?)?(x(?<amount>[0-9]+))?$")]
    private static partial Regex Form();
}
