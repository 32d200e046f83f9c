namespace CameraFabric.House.Tests.Tree;

/// <summary>The checkout that these tests were built from.</summary>
public static class Repository
{
    private static readonly string[] SourceFolders = ["src", "tests", "bench", "fuzz", "compat"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a file or folder of the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>How the checkout calls a file: relative, with slashes.</summary>
    public static string NameOf(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Every C# file that people write, below the given folders or all that have code.</summary>
    public static IEnumerable<string> Sources(params string[] folders) =>
        Files("*.cs", folders).Where(f => !f.EndsWith(".Generated.cs", StringComparison.OrdinalIgnoreCase));

    /// <summary>Every project file.</summary>
    public static IEnumerable<string> Projects(params string[] folders) => Files("*.csproj", folders);

    /// <summary>Every folder that has code, without what builds leave behind.</summary>
    public static IEnumerable<string> Folders() => SourceFolders.Select(f => PathOf(f)).Where(Directory.Exists).SelectMany(Below);

    private static IEnumerable<string> Files(string pattern, string[] folders) =>
        (folders.Length == 0 ? SourceFolders : folders)
            .Select(f => PathOf(f))
            .Where(Directory.Exists)
            .SelectMany(Below)
            .SelectMany(f => Directory.EnumerateFiles(f, pattern))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateDirectories(folder)
            .Where(f => Path.GetFileName(f) is not ("bin" or "obj" or "artifacts" or ".git" or ".vs"))
            .SelectMany(Below)
            .Prepend(folder);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CameraFabric.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No CameraFabric.slnx in {AppContext.BaseDirectory} or any folder above it.");
    }
}
