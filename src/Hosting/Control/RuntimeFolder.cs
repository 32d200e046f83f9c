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

    /// <summary>The control socket of the rig that is meant: the named one, or the only one that runs.</summary>
    /// <param name="rigOrFolder">A rig's name, a runtime folder, or null.</param>
    /// <exception cref="IOException">None runs, or several do; the message says which and what to do.</exception>
    public static string FindControlSocket(string? rigOrFolder)
    {
        if (rigOrFolder is not null)
        {
            var folder = Directory.Exists(rigOrFolder) ? rigOrFolder : For(rigOrFolder);
            var socket = Path.Combine(folder, ControlSocket);
            return File.Exists(socket) ? socket : throw new IOException($"no fabric runs as '{rigOrFolder}' (there is no {socket})");
        }

        var running = Directory.Exists(Root)
            ? Directory.GetDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, ControlSocket))).ToArray()
            : [];
        return running.Length switch
        {
            1 => Path.Combine(running[0], ControlSocket),
            0 => throw new IOException($"no fabric is running (looked in {Root}); start one with `run RIG`, or name its runtime folder with --rig"),
            _ => throw new IOException($"several fabrics are running ({string.Join(", ", running.Select(Path.GetFileName))}); choose one with --rig"),
        };
    }
}
