namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A folder for a test's sockets.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-qemu-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
