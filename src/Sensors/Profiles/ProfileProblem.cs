namespace CameraFabric.Sensors.Profiles;

/// <summary>Something wrong in a profile.</summary>
/// <param name="Path">Where, in the words of the profile's file: formats[0].sizes[1].step.</param>
/// <param name="Text">What, and what would be right.</param>
internal readonly record struct ProfileProblem(string Path, string Text)
{
    public override string ToString() => $"{Path}: {Text}";

    /// <summary>The known word that was probably meant, as " Did you mean ...?", or nothing.</summary>
    public static string Suggest(string word, IEnumerable<string> known) =>
        Spelling.Guess(word, known) is { } guess ? $" Did you mean '{guess}'?" : "";
}
