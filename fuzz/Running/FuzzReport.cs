using System.Globalization;
using System.Text.Json;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Running;

/// <summary>What a run has done so far, all workers together.</summary>
internal sealed record FuzzReport(
    double Seconds, ulong Executions, IReadOnlyList<FuzzReport.Row> Targets, ulong Signatures, ulong Corpus, ulong Findings)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>One line of everything.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Executions} executions in {Seconds:F0} s ({Executions / Seconds:F0}/s): "
        + $"{string.Join(", ", Targets.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Name} {t.Executions}")))}; "
        + $"{Signatures} signatures, {Corpus} inputs kept, {Findings} findings");

    /// <summary>A line for each target, then <see cref="Line"/>.</summary>
    public string Text => string.Join("\n", Targets.Select(t => string.Create(CultureInfo.InvariantCulture,
        $"{t.Name,-10} {t.Executions,12} executions, {t.PerSecond,8:F0} a second of one worker")).Append(Line));

    public string Json => JsonSerializer.Serialize(
        new { Seconds, Executions, PerSecond = Executions / Seconds, Targets, Signatures, Corpus, Findings }, Format);

    public static FuzzReport Of(IReadOnlyList<Seat> seats, TimeSpan time, int crashes)
    {
        var rows = new List<Row>();
        foreach (var (index, (name, _, _)) in FuzzTargets.All.Index())
        {
            var executions = seats.Aggregate(0ul, (sum, seat) => sum + seat.Journal.ExecutionsOf(index));
            var seconds = seats.Sum(seat => seat.Journal.SecondsOf(index));
            if (executions > 0) rows.Add(new Row(name, executions, executions / seconds));
        }

        // Workers learn the same things: what the most learned of them saw, not the sum.
        return new FuzzReport(
            time.TotalSeconds, rows.Aggregate(0ul, (sum, row) => sum + row.Executions), rows, seats.Max(seat =>
                seat.Journal.SignatureCount),
            seats.Max(seat => seat.Journal.CorpusCount),
            seats.Aggregate((ulong)crashes, (sum, seat) => sum + seat.Journal.FindingCount));
    }

    /// <summary>One target: its executions, and how many a worker makes in a second that it spends there.</summary>
    internal sealed record Row(string Name, ulong Executions, double PerSecond);
}
