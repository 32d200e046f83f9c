using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;

namespace CameraFabric.Fabric.Tests.Nodes;

/// <summary>A node with more cameras than anybody looks at.</summary>
public sealed class FleetTests
{
    private const int Many = 65;

    [Fact]
    public async Task Many_cameras_are_ready_in_one_line()
    {
        await using var fabric = RunningFabric.Start([.. Cameras(Many)], []);

        await fabric.WaitAsync(_ => fabric.Loggers.Lines.Any(line => line.Contains("65 cameras: all are ready", StringComparison.Ordinal)), "nobody says so");

        Assert.DoesNotContain(fabric.Loggers.Lines, line => line.Contains("ready,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Few_cameras_say_each_that_they_are_ready()
    {
        await using var fabric = RunningFabric.Start([.. Cameras(2)], []);

        await fabric.WaitAsync(_ => fabric.Loggers.Lines.Count(line => line.Contains("ready,", StringComparison.Ordinal)) == 2, "they do not");

        Assert.DoesNotContain(fabric.Loggers.Lines, line => line.Contains("all are ready", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cameras_that_nobody_reads_hold_no_frames_and_are_given_back_at_the_end()
    {
        var sensors = new StepSensors();
        await using var fabric = RunningFabric.Start([.. Cameras(Many, sensors)], []);
        await fabric.WaitAsync(status => status.Cameras.All(static camera => camera.State == CameraState.Idle), "they are not ready");

        var status = await fabric.Node.StatusAsync();
        await fabric.Node.StopAsync();

        Assert.All(status.Cameras, static camera => Assert.Equal((0, 0L), (camera.Slots, camera.Captured)));
        Assert.Equal((Many, Many), (sensors.Opened, sensors.Disposed));
    }

    [Fact]
    public void A_wrong_name_is_not_answered_with_thousands()
    {
        var rig = new Rig
        {
            Name = "fleet", RuntimeDirectory = "/run/fleet", Cameras = [.. Cameras(1000)], Guests = [RunningFabric.Guest("vision", "c1000")],
        };

        var fault = Assert.Single(RigValidator.Validate(rig));

        Assert.Contains("c23 and 976 more (did you mean 'c100'?)", fault.Right, StringComparison.Ordinal);
    }

    private static IEnumerable<CameraRig> Cameras(int count, StepSensors? sensors = null) =>
        Enumerable.Range(0, count).Select(camera => sensors is null ? RunningFabric.Camera($"c{camera}") : RunningFabric.Camera($"c{camera}", sensor: sensors.Open));
}
