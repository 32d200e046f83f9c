namespace CameraFabric.Sensors.Profiles;

/// <summary>Guesses which known word a mistyped one was meant to be, for messages about files that people write.</summary>
public static class Spelling
{
    /// <summary>The known word that was probably meant, or null when none is near.</summary>
    /// <param name="word">What was written; upper and lower case do not count.</param>
    /// <param name="known">What could have been written.</param>
    public static string? Guess(string word, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        var best = known.Select(candidate => (candidate, distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .DefaultIfEmpty((candidate: "", distance: int.MaxValue)).MinBy(pair => pair.distance);
        return best.distance <= Math.Max(2, word.Length / 3) && best.distance < word.Length ? best.candidate : null;
    }

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
