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

    public void Dispose() => _folder.Delete(recursive: true);
}
