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

    // Of the driver, in ms, where silence is what is tried: less than its 5 s, and far more than a device needs that answers.
    private const int SilenceMs = 1500;

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
            List<string> words = [$"cases={cases.Length}"];
            if (cases.Any(c => c.Vanishes)) words.Add("vanishes=1");
            if (cases.Any(c => c.Silent)) words.Add($"timeout={SilenceMs}");
            using var guest = LinuxGuest.Start(
                LinuxImage.Strictest, Path.Combine(folder.FullName, "guest"), group, [socket], "hostile", words);
            var ended = await guest.WaitAsync(Limit);
            foreach (var line in guest.Console) output.WriteLine(line);
            Assert.True(ended, $"the guest hangs; the last it said was: {guest.Console[^1]}");
            Assert.DoesNotContain(guest.Told, told => told.Split(' ')[0] is "FAIL" or "failed");
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
        var about = $"case {number}, {lie.Name}";
        if (lie.Probes is { } probes)
            Assert.True(probes == (words[3] != "none"), $"{about}: the driver {(probes ? "found no" : "took the")} camera");
        var frames = int.Parse(words[5], CultureInfo.InvariantCulture);
        if (lie.Frames is 0) Assert.True(frames == 0, $"{about}: {frames} frames that are none");
        else if (lie.Frames is { } least) Assert.True(frames >= least, $"{about}: {frames} frames of {least}");
    }
}
