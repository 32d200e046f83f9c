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

    /// <summary>Why a test that needs a program is left out.</summary>
    /// <param name="name">The program.</param>
    /// <param name="package">Debian's package that has it.</param>
    /// <returns>The reason; null if the program is there.</returns>
    public static string? WhyMissing(string name, string package) =>
        Find(name) is null ? $"there is no {name} on the PATH (Debian's package {package} has it)" : null;
}
