namespace CameraFabric.Hosting.Control;

/// <summary>Where running fabrics keep their sockets: one folder a rig, private to the user.</summary>
public static class RuntimeFolder
{
    /// <summary>The name of the socket on which a fabric answers <c>cameras</c>, <c>watch</c> and <c>snapshot</c>.</summary>
    public const string ControlSocket = "fabric.sock";

    /// <summary>The folder of all rigs: <c>$XDG_RUNTIME_DIR/camera-fabric</c>, or one in the temporary folder.</summary>
    public static string Root =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "camera-fabric")
            : Path.Combine(Path.GetTempPath(), $"camera-fabric-{Environment.UserName}");

    /// <summary>The folder of one rig, unless the rig names another.</summary>
    /// <param name="rig">The rig's name.</param>
    public static string For(string rig) => Path.Combine(Root, rig);

    /// <summary>Makes a rig's folder with mode 0700. One that exists already is taken as it is, unless others may change it.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be made, or others may write in it and so put sockets of their own in the place of the rig's.</exception>
    public static void Make(string folder)
    {
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Theirs = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

        // The folder of all rigs first: .NET gives the mode only to the last folder of a path.
        if (Path.GetDirectoryName(folder) == Root) Make(Root);
        Directory.CreateDirectory(folder, Mine);
        if ((File.GetUnixFileMode(folder) & Theirs) != 0)
            throw new IOException($"others may write in the runtime folder {folder}, and so take the place of its sockets: `chmod go-w {folder}`, or name another as `runtime:`");
    }

    /// <summary>The control sockets of the rig that is meant, one for each of its nodes: the named one, or the only one that runs.</summary>
    /// <param name="rigOrFolder">A rig's name, <c>RIG/NODE</c> for one node alone, a runtime folder, or null.</param>
    /// <exception cref="IOException">None runs, or several do; the message says which and what to do.</exception>
    public static IReadOnlyList<string> FindControlSockets(string? rigOrFolder)
    {
        if (rigOrFolder is not null)
        {
            var folder = Directory.Exists(rigOrFolder) ? rigOrFolder : For(rigOrFolder);
            return SocketsIn(folder) is { Count: > 0 } sockets ? sockets
                : throw new IOException($"no fabric runs as '{rigOrFolder}' (there is no {ControlSocket} in {folder}, nor in a node's folder there)");
        }

        var running = Directory.Exists(Root)
            ? Directory.GetDirectories(Root).Select(static folder => (Folder: folder, Sockets: SocketsIn(folder))).Where(static rig => rig.Sockets.Count > 0).ToArray()
            : [];
        return running.Length switch
        {
            1 => running[0].Sockets,
            0 => throw new IOException($"no fabric is running (looked in {Root}); start one with `run RIG`, or name its runtime folder with --rig"),
            _ => throw new IOException($"several fabrics are running ({string.Join(", ", running.Select(static rig => Path.GetFileName(rig.Folder)))}); choose one with --rig"),
        };
    }

    private static IReadOnlyList<string> SocketsIn(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var own = Path.Combine(folder, ControlSocket);
        return File.Exists(own) ? [own]
            : [.. Directory.GetDirectories(folder).Select(static node => Path.Combine(node, ControlSocket)).Where(File.Exists).Order(StringComparer.Ordinal)];
    }
}
