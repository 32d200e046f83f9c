using System.Diagnostics;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Hosting.GuestLinux;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>The driver comes and goes, and so does what it works with.</summary>
public sealed class LifecycleTests
{
    [LinuxFact]
    public async Task
        The_driver_is_loaded_and_unloaded_its_device_taken_away_its_program_killed_and_the_kernel_holds_what_it_held_before() =>
            await LivesAsync("plain");

    [LinuxFact("checked")]
    public async Task A_kernel_that_looks_for_mistakes_finds_none_in_it() => await LivesAsync("checked");

    [LinuxFact]
    public async Task A_fabric_that_is_killed_under_a_streaming_guest_ends_its_program_with_an_error_and_does_not_hang_the_guest()
    {
        await using var rig = await RunningRig.StartAsync(OneCamera);
        using var guest = Start(rig, "linux1", out var streams);
        await streams;

        await rig.Process.KillAsync();

        Assert.True(await guest.WaitAsync(Left), Said(guest));
        // v4l2-ctl says what the kernel told it, and ends with 0 all the same. While the node is still there, that is EIO.
        var said = Said(guest);
        string[] errors = ["failed: No such device", "failed: Input/output error"];
        Assert.True(errors.Any(error => said.Contains(error, StringComparison.Ordinal)), said);
        Assert.True(guest.Code is not null, Said(guest));
    }

    [LinuxFact]
    public async Task An_observer_streams_on_when_the_owners_machine_dies()
    {
        await using var rig = await RunningRig.StartAsync(OneCamera);
        using var owner = Start(rig, "linux1", out var owned);
        await owned;
        using var observer = Start(rig, "linux2", out var watched, frames: 60);
        await watched;

        await owner.KillAsync();

        Assert.True(await observer.WaitAsync(Left), Said(observer));
        Assert.True(observer.Code == 0, Said(observer));
        Assert.True((await rig.StopAsync()).Balanced);
    }

    private const string OneCamera = """
        cameras: { front: { sensor: synthetic, format: YUYV, size: 320x240, rate: 30 } }
        guests: { linux1: { cameras: { front: owner } }, linux2: { cameras: { front: observer } } }
        """;

    // For all that a test waits for together: with a fabric that does not stop it is still less than eng/test grants a test.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);
    private readonly Stopwatch _running = Stopwatch.StartNew();

    private TimeSpan Left => _running.Elapsed < Longest ? Longest - _running.Elapsed : TimeSpan.Zero;

    private static async Task LivesAsync(string flavour)
    {
        var summary = await LinuxTrial.RunAsync(GuestWork.Lifecycle, guests: 1, flavour: flavour);

        Assert.Empty(LinuxTrial.Failures(summary));
        Assert.Contains(summary.Checks, check => check.Name.Contains("unloaded and loaded 50 times", StringComparison.Ordinal));
        Assert.Contains(summary.Checks, check => check.Name.Contains("the kernel's log has no warning", StringComparison.Ordinal));
    }

    /// <summary>A guest that streams; <paramref name="streams"/> is done when it has ten frames.</summary>
    private LinuxGuest Start(RunningRig rig, string name, out Task streams, int frames = 100_000)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = 0;
        var guest = LinuxGuest.Start(
            LinuxImage.Of("plain"), Path.Combine(rig.Folder, name), name, [rig.Socket(name, "front")], GuestWork.Stream.Word(),
            [$"frames={frames}", "save=none"],
            line =>
            {
                if (line.Contains("dqbuf", StringComparison.Ordinal) && Interlocked.Increment(ref seen) == 10) enough.TrySetResult();
                if (line.StartsWith("guest: end", StringComparison.Ordinal)) enough.TrySetException(new InvalidOperationException(line));
            });
        streams = enough.Task.WaitAsync(Left);
        return guest;
    }

    private static string Said(LinuxGuest guest) => string.Join('\n', guest.Console.TakeLast(60));
}
