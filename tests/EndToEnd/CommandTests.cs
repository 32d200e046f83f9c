using System.Net.Sockets;
using System.Text.Json;

namespace CameraFabric.EndToEnd.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Validate_names_all_ten_mistakes_with_line_and_column()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            rig: Ten Mistakes
            runtime: /tmp/ten
            cameras:
              front: { sensor: syntetic, format: NV12, size: 640x360, rate: 30 }
              rear: { sensor: synthetic, format: NV21, size: 640x360, rate: 30 }
              left: { sensor: synthetic, format: NV12, size: 640by360, rate: 30 }
              right: { sensor: synthetic, format: NV12, size: 640x360, rate: fast }
              cabin: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, slots: 1000 }
              drive: { sensor: replay, file: no-such-file.y4m }
            guests:
              cluster:
                cameras: { front: master, rere: observer }
                colour: blue
            """);

        using var validate = await FabricProcess.RunAsync("validate", file);

        File.Delete(file);
        Assert.Equal(2, validate.ExitCode);
        var lines = validate.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^\S+:\d+:\d+: \S+: .+; .+$")));
        Assert.Equal("10 mistakes", lines[^1]);
    }

    [Fact]
    public async Task Cameras_and_snapshot_look_at_a_running_fabric()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: RAW12P, size: 320x240, rate: 30 } }
            guests: { viewer: { cameras: { front: observer } } }
            """);
        var png = Path.Combine(rig.Folder, "front.png");

        using var cameras = await FabricProcess.RunAsync("cameras", "--rig", rig.Folder, "--json");
        using var snapshot = await FabricProcess.RunAsync("snapshot", "front", "--rig", rig.Folder, "--output", png);
        using var wrong = await FabricProcess.RunAsync("snapshot", "rear", "--rig", rig.Folder);

        using var status = JsonDocument.Parse(cameras.Output);
        Assert.Equal("front", status.RootElement.GetProperty("cameras")[0].GetProperty("id").GetString());
        Assert.True(snapshot.ExitCode == 0, snapshot.Errors);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(png))[..4]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("rear", wrong.Errors);
    }

    [Theory]
    [InlineData("guest", "--frames", "many")]
    [InlineData("guest", "--socket", "nowhere.sock", "--seconds", "1e300")]
    [InlineData("run", "rig.yaml", "--seconds", "-3")]
    [InlineData("demo", "--seconds", "NaN")]
    [InlineData("watch", "--interval", "0")]
    [InlineData("frobnicate")]
    public async Task A_wrong_option_is_told_in_a_line_or_two_and_ends_with_2(params string[] arguments)
    {
        using var run = await FabricProcess.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.InRange((run.Output + run.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 5);
    }

    [Fact]
    public async Task Watching_ends_well_when_the_fabric_ends()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
            guests: { viewer: { cameras: { front: observer } } }
            """);
        using var watch = FabricProcess.Start("watch", "--rig", rig.Folder, "--json", "--interval", "0.1");
        await watch.SaysAsync("\"front\"");

        await rig.StopAsync();

        Assert.Equal(0, await watch.EndAsync());
        Assert.Contains("the fabric has ended", watch.Errors);
    }

    [Fact]
    public async Task A_guest_held_in_quarantine_is_shown_with_its_reason_and_let_in_again_by_release()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
            guests: { viewer: { cameras: { front: observer }, quarantine: operator } }
            """);
        using (var socket = Connect(rig.Socket("viewer", "front")))
        {
            await socket.SendAsync(Enumerable.Repeat((byte)0xee, 12).ToArray());
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
        }

        using var watch = FabricProcess.Start("watch", "--rig", rig.Folder, "--json", "--interval", "0.1");
        await watch.SaysAsync("\"isHeld\":true");
        using var cameras = await FabricProcess.RunAsync("cameras", "--rig", rig.Folder);
        Assert.Contains("`camera-fabric release viewer/front` ends it", cameras.Output);
        Assert.Contains("violation 1", cameras.Output);

        using var wrong = await FabricProcess.RunAsync("release", "veiwer", "--rig", rig.Folder);
        using var release = await FabricProcess.RunAsync("release", "viewer/front", "--rig", rig.Folder);
        using var again = await FabricProcess.RunAsync("release", "viewer", "--rig", rig.Folder);
        using var guest = rig.StartGuest("viewer", "front", "--frames", "5");

        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("there is no guest 'veiwer'; there are viewer", wrong.Errors);
        Assert.Equal("released: viewer/front\n", release.Output);
        Assert.Equal("viewer was not in quarantine\n", again.Output);
        Assert.True((await RunningRig.ReportAsync(guest)).Good, guest.Errors);
    }

    /// <summary>Connects as soon as the fabric listens: the socket's file is there a moment earlier.</summary>
    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.True(SpinWait.SpinUntil(IsConnected, TimeSpan.FromSeconds(30)), "nobody listens");
        return socket;

        bool IsConnected()
        {
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task An_observer_that_wants_to_set_exposure_is_told_that_nobody_listens()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
            guests: { viewer: { cameras: { front: observer } } }
            """);

        using var guest = rig.StartGuest("viewer", "front", "--frames", "5", "--reconnect", "--exposure", "alternate 2ms,20ms");

        Assert.Equal(1, await guest.EndAsync());
        Assert.Contains("took no exposure time", guest.Errors);
    }

    [Fact]
    public async Task A_demo_that_is_stopped_half_way_does_not_claim_success()
    {
        using var demo = FabricProcess.Start("demo", "--seconds", "600", "--log", "Information");
        await demo.SaysAsync("front-end has connected");

        demo.Terminate();

        Assert.Equal(130, await demo.EndAsync());
    }

    [Fact]
    public async Task A_second_fabric_in_the_same_folder_is_refused_and_the_first_goes_on()
    {
        await using var rig = await RunningRig.StartAsync("""
            cameras: { front: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
            guests: { viewer: { cameras: { front: observer } } }
            """);

        using var second = await FabricProcess.RunAsync("run", Path.Combine(rig.Folder, "rig.yaml"));
        using var guest = rig.StartGuest("viewer", "front", "--frames", "10");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("runs here already", second.Errors);
        Assert.True((await RunningRig.ReportAsync(guest)).Good);
    }
}
