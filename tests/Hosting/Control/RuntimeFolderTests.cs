using CameraFabric.Hosting.Control;

namespace CameraFabric.Hosting.Tests.Control;

public sealed class RuntimeFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("runtime-folder-");

    [Fact]
    public void A_folder_is_made_for_its_user_alone()
    {
        var folder = Path.Combine(_folder.FullName, "rig");

        RuntimeFolder.Make(folder);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_folder_that_others_may_change_is_refused(UnixFileMode theirs)
    {
        File.SetUnixFileMode(_folder.FullName, File.GetUnixFileMode(_folder.FullName) | theirs);

        var error = Assert.Throws<IOException>(() => RuntimeFolder.Make(_folder.FullName));

        Assert.Contains("chmod go-w", error.Message);
    }

    [Fact]
    public void A_rig_of_several_nodes_is_found_with_all_their_sockets_and_one_node_with_its_own()
    {
        foreach (var node in (string[])["rear-soc", "front-soc", "never-started"]) Directory.CreateDirectory(Path.Combine(_folder.FullName, node));
        string[] sockets = [Path.Combine(_folder.FullName, "front-soc", "fabric.sock"), Path.Combine(_folder.FullName, "rear-soc", "fabric.sock")];
        foreach (var socket in sockets) File.WriteAllText(socket, "");

        Assert.Equal(sockets, RuntimeFolder.FindControlSockets(_folder.FullName));
        Assert.Equal([sockets[1]], RuntimeFolder.FindControlSockets(Path.Combine(_folder.FullName, "rear-soc")));
    }

    [Fact]
    public void Where_nothing_runs_the_place_is_told() =>
        Assert.Contains(_folder.FullName, Assert.Throws<IOException>(() => RuntimeFolder.FindControlSockets(_folder.FullName)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);
}
