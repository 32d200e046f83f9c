using System.Globalization;

namespace CameraFabric.Bench;

/// <summary>What to measure, and how long.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        usage: ./fabric bench [--only copy|memory|latency|zero-copy|links|cluster|allocation|restart|many|fleet|fleet-cluster] [--seconds S] [--json]
          --only      one part; the default is all of them, in less than seven minutes
          --seconds   measuring time of each row, default: copy 2.5, memory 3, latency 16, zero-copy 16, links 5, allocation 5, many 4, fleet 8
          --json      everything as JSON, at the end
        """;

    /// <summary>The parts, in the order in which they run.</summary>
    public static readonly string[] Parts = ["many", "fleet", "fleet-cluster", "copy", "memory", "latency", "zero-copy", "links", "cluster", "allocation", "restart"];

    /// <summary>The one part to run; null for all.</summary>
    public string? Only { get; private init; }

    /// <summary>Measuring time of each row; null for each part's own.</summary>
    public double? Seconds { get; private init; }

    public bool Json { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <returns>Null if it is wrong, or help is asked for; then <paramref name="complaint"/> says which.</returns>
    public static BenchOptions? TryRead(string[] words, out string complaint)
    {
        var options = new BenchOptions();
        complaint = "";
        for (var i = 0; i < words.Length; i++)
        {
            var next = i + 1 < words.Length ? words[i + 1] : "";
            switch (words[i])
            {
                case "--json":
                    options = options with { Json = true };
                    break;
                case "--only" when Parts.Contains(next):
                    options = options with { Only = next };
                    i++;
                    break;
                case "--seconds" when double.TryParse(next, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600:
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--help" or "-h":
                    return null;
                default:
                    complaint = $"bench: '{string.Join(' ', words[i..])}' is not understood";
                    return null;
            }
        }

        return options;
    }

    public bool Wants(string part) => Only is null || Only == part;

    /// <summary>Measuring time of a row.</summary>
    public TimeSpan Time(double usual) => TimeSpan.FromSeconds(Seconds ?? usual);
}
