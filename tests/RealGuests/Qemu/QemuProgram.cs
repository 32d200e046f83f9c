namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>One QEMU that can be run.</summary>
/// <param name="Path">The program.</param>
/// <param name="First">Arguments before all others.</param>
internal sealed record QemuProgram(string Path, params string[] First)
{
    private const string Name = "qemu-system-x86_64";

    /// <summary>Why there is no QEMU of the machine's own; null if there is one.</summary>
    public static string? WhyNotInstalled { get; } = RequiredProgram.WhyMissing(Name, "qemu-system-x86");

    /// <summary>Why there is no QEMU with the generic vhost-user device; null if there is one.</summary>
    public static string? WhyNoNewer { get; } =
        FindNewer() is null ? "there is no QEMU 11.1 or newer in artifacts/guest: eng/guest/qemu gets one, or says why it cannot" : null;

    public static QemuProgram Installed => new(RequiredProgram.Find(Name)!);

    public static QemuProgram Newer => FindNewer()!;

    private static QemuProgram? FindNewer()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "CameraFabric.slnx"))) folder = folder.Parent;
        if (folder is null) return null;
        var guests = new DirectoryInfo(System.IO.Path.Combine(folder.FullName, "artifacts", "guest"));
        if (!guests.Exists) return null;
        var run = guests.EnumerateDirectories("qemu-*").Select(found => System.IO.Path.Combine(found.FullName, "qemu")).Where(File.Exists);
        return run.Order(StringComparer.Ordinal).LastOrDefault() is { } program ? new QemuProgram(program) : null;
    }
}
