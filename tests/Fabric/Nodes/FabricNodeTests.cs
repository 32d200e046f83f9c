using Akka.Event;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;

namespace CameraFabric.Fabric.Tests.Nodes;

public sealed class FabricNodeTests
{
    [Fact]
    public async Task Stopping_twice_gives_the_same_balance()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], []);

        Assert.Same(await fabric.Node.StopAsync(), await fabric.Node.StopAsync());
    }

    [Fact]
    public async Task A_node_can_be_stopped_before_its_cameras_have_opened()
    {
        using var opening = new ManualResetEventSlim();
        var sensors = new StepSensors();
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: context =>
            {
                opening.Wait();
                return sensors.Open(context);
            })],
            [RunningFabric.Guest("vision", "front")]);
        var stop = fabric.Node.StopAsync();
        opening.Set();

        await stop.WaitAsync(RunningFabric.Patience);
        Assert.Equal(sensors.Opened, sensors.Disposed);
    }

    [Fact]
    public async Task What_akka_logs_reaches_the_programs_log()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], []);
        ILoggingAdapter log = fabric.Node.System.Log;
        log.Warning("a word from the actors");

        await fabric.WaitAsync(_ => fabric.Loggers.Lines.Any(line => line.Contains("a word from the actors", StringComparison.Ordinal)),
            "it does not");
    }

    [Fact]
    public async Task A_status_names_the_packages_that_are_loaded()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], []);

        var status = await fabric.Node.StatusAsync();

        Assert.Contains("Akka 1.", status.PackageSet, StringComparison.Ordinal);
        Assert.Contains("MessagePack", status.PackageSet, StringComparison.Ordinal);
    }
}
