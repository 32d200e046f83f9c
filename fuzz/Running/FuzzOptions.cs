using System.Globalization;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Running;

/// <summary>What the command line says.</summary>
internal sealed record FuzzOptions
{
    public const string Usage =
        """
        usage: ./fabric fuzz [--minutes N] [--seed S] [--target chains|messages|commands|all] [--workers N] [--save FOLDER]
                             [--findings FOLDER] [--json]
               ./fabric fuzz --replay FILE
          --minutes N        how long, default 1; parts of a minute are allowed
          --seed S           default 1; worker W runs with S + W
          --target T         what to fire at, default all
          --workers N        processes, 1 to 64; default: one for each processor
          --save FOLDER      writes inputs that showed something new
          --findings FOLDER  where inputs go that offended an oracle; default artifacts/fuzz
          --replay FILE      runs one input; the target is the name of its folder, or --target
        """;

    public double Minutes { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    public string Target { get; init; } = "all";

    public int Workers { get; init; } = Environment.ProcessorCount;

    public string? Save { get; init; }

    public string Findings { get; init; } = "artifacts/fuzz";

    public bool Json { get; init; }

    public string? Replay { get; init; }

    public bool Help { get; init; }

    /// <summary>For a child process alone: its journal.</summary>
    public string? Journal { get; init; }

    /// <summary>Reads the command line; null and what is wrong, if something is.</summary>
    public static FuzzOptions? Parse(ReadOnlySpan<string> words, out string error)
    {
        var options = new FuzzOptions();
        error = "";
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word is "--help" or "-h") return options with { Help = true };
            if (word == "--json")
            {
                options = options with { Json = true };
                continue;
            }

            var value = i + 1 < words.Length ? words[++i] : "";
            var number = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
            var read = word switch
            {
                "--minutes" when number is > 0 and < 1e5 => options with { Minutes = number },
                "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
                "--target" when value == "all" || FuzzTargets.All.Any(target => target.Name == value) => options with { Target = value },
                "--workers" when number is >= 1 and <= 64 => options with { Workers = (int)number },
                "--save" when value.Length > 0 => options with { Save = value },
                "--findings" when value.Length > 0 => options with { Findings = value },
                "--replay" when value.Length > 0 => options with { Replay = value },
                "--journal" when value.Length > 0 => options with { Journal = value },
                _ => null,
            };
            if (read is null)
            {
                error = $"fuzz: '{word} {value}' is not understood";
                return null;
            }

            options = read;
        }

        return options;
    }
}
