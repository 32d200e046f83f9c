using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>One QEMU that can be run.</summary>
/// <param name="Path">The program.</param>
/// <param name="First">Arguments before all others.</param>
internal sealed partial record QemuProgram(string Path, params string[] First)
{
    private const string Name = "qemu-system-x86_64";
    private static readonly Lazy<Version> Known = new(ReadVersion);

    /// <summary>Why there is no QEMU of the machine's own; null if there is one.</summary>
    public static string? WhyNotInstalled { get; } = RequiredProgram.WhyMissing(Name, "qemu-system-x86");

    /// <summary>Why there is no QEMU with the generic vhost-user device; null if there is one.</summary>
    public static string? WhyNoNewer { get; } =
        FindNewer() is null ? "there is no QEMU 11.1 or newer in artifacts/guest: eng/guest/qemu gets one, or says why it cannot" : null;

    public static QemuProgram Installed => new(RequiredProgram.Find(Name)!);

    public static QemuProgram Newer => FindNewer()!;

    /// <summary>The version of the machine's own QEMU, e.g. 7.2.22; 0.0 where there is none.</summary>
    public static Version InstalledVersion => Known.Value;

    private static Version ReadVersion()
    {
        if (WhyNotInstalled is not null) return new Version(0, 0);
        using var qemu = Process.Start(new ProcessStartInfo(Installed.Path, "--version") { RedirectStandardOutput = true })!;
        var said = qemu.StandardOutput.ReadToEnd();
        qemu.WaitForExit();
        return VersionIn(said);
    }

    // Text would put 11.10 before 11.2.
    private static QemuProgram? FindNewer()
    {
        var guests = new DirectoryInfo(Checkout.Guests);
        if (!guests.Exists) return null;
        var run = guests.EnumerateDirectories("qemu-*").OrderBy(static found => VersionIn(found.Name))
            .Select(found => System.IO.Path.Combine(found.FullName, "qemu")).LastOrDefault(File.Exists);
        return run is null ? null : new QemuProgram(run);
    }

    private static Version VersionIn(string text) =>
        Numbers().Match(text) is { Success: true } match ? Version.Parse(match.ValueSpan) : new Version(0, 0);

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
