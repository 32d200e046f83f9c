using System.Globalization;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>What /proc says of processes.</summary>
internal static class Processes
{
    /// <summary>A process's children whose command line has these words.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent, string words) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && Read(id, "status").Contains($"\nPPid:\t{parent}\n", StringComparison.Ordinal))
            .Where(id => Read(id, "cmdline").Replace('\0', ' ').Contains(words, StringComparison.Ordinal)),
    ];

    /// <summary>Whether a process is there and not only its entry, which its parent has not read yet.</summary>
    public static bool Runs(int process) => Read(process, "status") is { Length: > 0 } status && !status.Contains("\nState:\tZ", StringComparison.Ordinal);

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
