namespace CameraFabric.EndToEnd.Tests;

public sealed class FaultTests
{
    private const string TwoGuests = """
        cameras: { front: { sensor: synthetic, format: NV12, size: 640x360, rate: 60 } }
        guests: { victim: { cameras: { front: owner } }, witness: { cameras: { front: observer } } }
        """;

    [Fact]
    public async Task A_guest_killed_with_SIGKILL_hurts_nobody_and_leaves_no_lease()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using var victim = rig.StartGuest("victim", "front", "--progress", "--in-flight", "8");
        using var witness = rig.StartGuest("witness", "front", "--frames", "240");
        await victim.SaysAsync("\"final\"");

        await victim.KillAsync();
        var report = await RunningRig.ReportAsync(witness);

        Assert.True(report.Good, witness.Output + witness.Errors);
        Assert.Equal(1, report.Connections);
        var status = await rig.StopAsync();
        Assert.True(status.Balanced);
        Assert.All(status.Cameras, camera => Assert.Equal(0, camera.LeakedSlots));
    }

    [Fact]
    public async Task A_killed_guest_comes_back_and_streams_again()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using (var first = rig.StartGuest("victim", "front", "--progress"))
        {
            await first.SaysAsync("\"final\"");
            await first.KillAsync();
        }

        using var second = rig.StartGuest("victim", "front", "--frames", "30", "--reconnect");
        var report = await RunningRig.ReportAsync(second);

        Assert.True(report.Good, second.Output + second.Errors);
        Assert.Equal(2, (await rig.StopAsync()).Guests.Single(guest => guest.Guest == "victim").Connections);
    }

    [Fact]
    public async Task SIGTERM_under_streaming_guests_stops_cleanly_and_accounts_for_everything()
    {
        await using var rig = await RunningRig.StartAsync(TwoGuests);
        using var guest = rig.StartGuest("victim", "front", "--progress");
        using var other = rig.StartGuest("witness", "front", "--progress");
        await guest.SaysAsync("\"final\"");
        await other.SaysAsync("\"final\"");

        var status = await rig.StopAsync();

        Assert.True(status.Balanced);
        Assert.All(status.Guests, report => Assert.Equal((0, 0), (report.UnderWay, report.RequestsWaiting)));
        Assert.NotEqual(0, await guest.EndAsync());
        Assert.NotEqual(0, await other.EndAsync());
    }
}
