using System.Diagnostics;

namespace CameraFabric.Bench.Cluster;

/// <summary>Waiting for other processes.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Looks again and again.</summary>
    /// <returns>Seconds from the call until it was so.</returns>
    public static double True(string what, TimeSpan pace, Func<bool> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"it does not happen that {what}");
            Wait.For(pace);
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
