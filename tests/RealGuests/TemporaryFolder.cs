namespace CameraFabric.RealGuests.Tests;

/// <summary>A folder for a test's sockets and files, with a path that is short enough for sockets; gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-guest-");

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
