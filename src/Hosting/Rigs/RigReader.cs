using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;
using YamlDotNet.Core;

namespace CameraFabric.Hosting.Rigs;

/// <summary>
/// Reads a rig: one YAML file that names the cameras, the guests, and who sees and owns what.
/// Every mistake is found in one reading, each with its line, its column and what would be right.
/// </summary>
public sealed class RigReader
{
    private readonly RigNotes _notes = new();
    private readonly string _folder;

    private RigReader(string folder) => _folder = folder;

    /// <summary>Reads a rig file.</summary>
    /// <param name="file">The path; files that the rig names are taken relative to its folder.</param>
    /// <exception cref="RigFileException">The rig has mistakes; all of them are named.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Rig Read(string file) =>
        Parse(ReadText(file), file, Path.GetDirectoryName(Path.GetFullPath(file))!);

    /// <summary>Reads a rig from text.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="file">The name used in messages.</param>
    /// <param name="folder">The folder that relative paths in the rig start from.</param>
    /// <exception cref="RigFileException">The rig has mistakes; all of them are named.</exception>
    public static Rig Parse(string text, string file, string folder)
    {
        var reader = new RigReader(folder);
        var rig = reader.ReadRoot(text);
        if (rig is not null)
        {
            foreach (var fault in RigValidator.Validate(rig)) reader._notes.Add(fault);
        }

        return reader._notes.Errors is { Count: > 0 } errors ? throw new RigFileException(file, errors) : rig!;
    }

    private static string ReadText(string file) =>
        Directory.Exists(file) ? throw new IOException($"{file} is a folder: name a rig file in it") : File.ReadAllText(file);

    private Rig? ReadRoot(string text)
    {
        YamlValue? tree;
        try
        {
            tree = YamlTree.Parse(text);
        }
        catch (YamlException error)
        {
            _notes.Add(new RigPosition((int)error.Start.Line, (int)error.Start.Column), "the file", $"is not YAML ({error.Message})", "mend this place first; what follows it could not be read");
            return null;
        }

        if (tree is null)
        {
            _notes.Add(new RigPosition(1, 1), "the file", "is empty", "start with `rig: NAME`, `cameras:` and `guests:`");
            return null;
        }

        var root = new RigSection(tree, "", _notes);
        var name = root.Text("rig", required: true, right: "give the rig a name: `rig: NAME`") ?? "";
        var cameras = new RigCameraReader(_folder);
        var fleet = new RigFleetReader(_notes, cameras).Read(root.Section("fleet"));
        var rig = new Rig
        {
            Name = name,
            RuntimeDirectory = root.Text("runtime") is { } folder ? Path.GetFullPath(folder, _folder) : Control.RuntimeFolder.For(name),
            Options = RigOptionsReader.Read(root.Section("options")),
            Nodes = Each(root, "nodes", RigNodeReader.Read),
            Cluster = root.Section("cluster") is { } cluster ? RigNodeReader.ReadCluster(cluster, _folder) : new ClusterRig(),
            Cameras = [.. Each(root, "cameras", cameras.Read), .. fleet.Cameras],
            Guests = [.. Each(root, "guests", RigGuestReader.Read), .. fleet.Guests],
        };
        root.RefuseUnknown();
        return rig;
    }

    private static ImmutableArray<T> Each<T>(RigSection root, string key, Func<string, RigSection, T> read) =>
        root.Section(key) is { } section ? [.. section.Entries.Select(entry => read(entry.Key, section.Section(entry.Key)!))] : [];
}
