using System.Globalization;

namespace CameraFabric.Platform.Tests;

/// <summary>What this process has open, as the kernel tells it.</summary>
internal static class OpenDescriptors
{
    private const int CloseOnExec = 0x80000;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A name that no other test uses, so that what leaks can be told from what others have open at the same time.</summary>
    public static string UniqueName() => $"test-{Guid.NewGuid():N}";

    /// <summary>How many descriptors of this process refer to the memory file of that name.</summary>
    public static int CountOf(string name) => new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
        .Count(entry => TargetOf(entry)?.Contains(name, StringComparison.Ordinal) == true);

    public static bool IsCloseOnExec(FileDescriptor descriptor)
    {
        var line = File.ReadLines($"/proc/self/fdinfo/{descriptor.Number}")
            .Single(each => each.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt64(line[6..].Trim(), 8) & CloseOnExec) != 0;
    }

    public static string TargetOf(FileDescriptor descriptor) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor.Number}")).LinkTarget ?? "";

    // Another test may close what was just listed.
    private static string? TargetOf(FileSystemInfo entry)
    {
        try
        {
            return entry.LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
