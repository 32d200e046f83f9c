namespace CameraFabric.RealGuests.Tests;

/// <summary>A program of the system that a real guest or a real front-end is made of: a VMM, a kernel, a builder.</summary>
internal static class RequiredProgram
{
    /// <summary>Where a program is on the PATH.</summary>
    /// <param name="name">Its name, e.g. <c>qemu-system-x86_64</c>.</param>
    /// <returns>Its path; null if there is none.</returns>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
