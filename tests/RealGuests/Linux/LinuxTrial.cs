using CameraFabric.Hosting.GuestLinux;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary><c>camera-fabric guest-linux</c>, in a folder of its own.</summary>
internal static class LinuxTrial
{
    // Below the time that eng/test grants a test: a trial that hangs says so itself, and its guests are ended.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Runs it, and returns what it found.</summary>
    /// <exception cref="TimeoutException">It did not come to its end.</exception>
    public static async Task<GuestLinuxSummary> RunAsync(GuestWork what, int guests, double seconds = 0, string flavour = "plain")
    {
        using var folder = new TemporaryFolder();
        using var late = new CancellationTokenSource(Longest);
        await using var run = new GuestLinuxRun(folder.Path, LinuxImage.Of(flavour), static _ => { });
        try
        {
            return await run.RunAsync(what, guests, TimeSpan.FromSeconds(seconds), late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{guests} guests with {what.Word()} did not end within {Longest.TotalMinutes:F0} minutes");
        }
    }

    /// <summary>
    /// What must hold and does not, but for the times between frames: a slow machine decides those. Frames that are lost without being
    /// counted, told of twice or lost for a reason that is not the machine's are failures here too.
    /// </summary>
    public static IEnumerable<string> Failures(GuestLinuxSummary summary) =>
        summary.Checks.Where(check => !check.Passed && check.Name != GuestLinuxSummary.NoGap).Select(check => check.ToString());
}
