using CameraFabric.Hosting.GuestLinux;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary><c>camera-fabric guest-linux</c>, in a folder of its own.</summary>
internal static class LinuxTrial
{
    // Sockets have short paths, and frames go through the folder.
    public static DirectoryInfo Folder() => Directory.CreateTempSubdirectory("cf-linux-");

    /// <summary>Runs it, and returns what it found.</summary>
    public static async Task<GuestLinuxSummary> RunAsync(GuestWork what, int guests, double seconds = 0, string flavour = "plain")
    {
        var folder = Folder();
        try
        {
            await using var run = new GuestLinuxRun(folder.FullName, LinuxImage.Of(flavour), static _ => { });
            return await run.RunAsync(what, guests, TimeSpan.FromSeconds(seconds), CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What must hold and does not, but for what a slow machine decides.</summary>
    public static IEnumerable<string> Failures(GuestLinuxSummary summary) =>
        summary.Checks.Where(check => !check.Passed && check.Name != GuestLinuxSummary.NoGap).Select(check => check.ToString());
}
