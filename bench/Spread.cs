namespace CameraFabric.Bench;

/// <summary>What several rounds gave.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal sealed record Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        return new Spread(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }

    /// <summary><c>1.23 (1.10-1.40)</c></summary>
    public string ToText(string format)
    {
        return $"{Text(Median)} ({Text(Least)}-{Text(Most)})";

        string Text(double value) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
    }
}
