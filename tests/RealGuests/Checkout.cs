namespace CameraFabric.RealGuests.Tests;

/// <summary>The checkout that these tests were built in.</summary>
internal static class Checkout
{
    /// <summary>Where <c>eng/guest/prepare</c> and <c>eng/guest/qemu</c> put what they make; it need not be there.</summary>
    public static string Guests { get; } = Path.Combine(Root(), "artifacts", "guest");

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CameraFabric.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException($"no CameraFabric.slnx in {AppContext.BaseDirectory} or any folder above it");
    }
}
