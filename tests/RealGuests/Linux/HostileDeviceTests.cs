using System.Globalization;
using CameraFabric.Hosting.GuestLinux;
using Xunit.Abstractions;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>
/// A Linux kernel with the driver against a device that lies. Whatever it says: programs end, the driver unloads, the kernel finds nothing
/// to complain about (with KASAN and lockdep, where that kernel was built), and the guest powers off by itself.
/// </summary>
public sealed class HostileDeviceTests(ITestOutputHelper output)
{
    // Generous: a guest that hangs is what is looked for, not one that is slow.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public static TheoryData<string> Groups => [.. HostileCases.Groups.Keys];

    [LinuxTheory]
    [MemberData(nameof(Groups))]
    public async Task A_guest_outlives_a_device_that_lies(string group)
    {
        var cases = HostileCases.Groups[group];
        var folder = Directory.CreateTempSubdirectory("cf-hostile-");
        try
        {
            var socket = Path.Combine(folder.FullName, "camera.socket");
            using var device = new HostileDevice(socket, cases);
            string[] words = [$"cases={cases.Length}", .. cases.Any(c => c.Vanishes) ? ["vanishes=1"] : Array.Empty<string>()];
            using var guest = LinuxGuest.Start(LinuxImage.Strictest, Path.Combine(folder.FullName, "guest"), group, [socket], "hostile", words);
            var ended = await guest.WaitAsync(Limit);
            foreach (var line in guest.Console) output.WriteLine(line);
            Assert.True(ended, $"the guest hangs; the last it said was: {guest.Console[^1]}");
            Assert.DoesNotContain(guest.Told, told => told.StartsWith("FAIL", StringComparison.Ordinal) || told.StartsWith("failed", StringComparison.Ordinal));
            Assert.Equal(0, guest.Code);
            for (var i = 0; i < cases.Length; i++) AssertOutcome(cases[i], i + 1, guest);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertOutcome(HostileCase lie, int number, LinuxGuest guest)
    {
        var words = Assert.Single(guest.Told, told => told.StartsWith($"case {number} camera=", StringComparison.Ordinal)).Split(' ', '=');
        if (lie.Probes is { } probes) Assert.True(probes == (words[3] != "none"), $"case {number}, {lie.Name}: the driver {(probes ? "found no" : "took the")} camera");
        var frames = int.Parse(words[5], CultureInfo.InvariantCulture);
        if (lie.Frames is { } least) Assert.True(frames >= least, $"case {number}, {lie.Name}: {frames} frames of {least}");
    }
}
