using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Hosting.Rigs;

/// <summary>How a rig's messages put a guess at what was meant.</summary>
internal static class Suggestion
{
    /// <summary>" (did you mean 'x'?)" when one of the words is near, otherwise nothing.</summary>
    public static string For(string typed, IEnumerable<string> words) =>
        Spelling.Guess(typed, words) is { } guess ? $" (did you mean '{guess}'?)" : "";
}
