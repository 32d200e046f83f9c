using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Faults;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>A camera's fault over the whole way to the guests: its own guest is told, guests of other cameras get every frame.</summary>
public sealed class SensorFaultIsolationTests
{
    private const int Frames = 40;

    [Theory]
    [InlineData("repeat@3", SourceFault.Repeated)]
    [InlineData("jump-back@3x2", SourceFault.Backward)]
    [InlineData("jump-ahead@3x100000", SourceFault.Leapt)]
    [InlineData("time-ahead@3", SourceFault.Mistimed)]
    [InlineData("short@3", SourceFault.Short)]
    public async Task A_faulty_frame_is_told_to_its_own_guest_and_costs_no_other_a_frame(string script, SourceFault fault)
    {
        var (bad, left, right) = (new StepSensors(), new StepSensors(), new StepSensors());
        await using var fabric = Start(FaultScript.Parse(script).Around(bad.Open), left, right);
        using var victim = await ConnectAsync(fabric, "victim", "bad");
        using var one = await ConnectAsync(fabric, "one", "left");
        using var two = await ConnectAsync(fabric, "two", "right");

        victim.Submit();
        Assert.Equal(CameraStatus.Ok, victim.Next(bad).Status);
        bad.Expose(3);
        var told = victim.NextEvents(
            (CameraEventType.Source, (uint)SourceEvent.Fault), (CameraEventType.FrameDrop, (uint)DropReason.Source))[0];
        await Task.WhenAll(ExpectEveryFrameAsync(fabric, "one", one, left), ExpectEveryFrameAsync(fabric, "two", two, right));

        Assert.Equal((uint)fault, told.Argument);
        var status = await fabric.StopAsync();
        Assert.Equal(1, status.Cameras[0].Faults.Single(count => count.Reason == fault.ToString()).Count);
        Assert.All(status.Cameras.Skip(1), camera => Assert.Empty(camera.Faults));
        Assert.Equal([0L, 0, 0], status.Cameras.Select(static camera => camera.Restarts));
    }

    [Theory]
    [InlineData("throw@3", SourceFault.Failed)]
    [InlineData("hang@3", SourceFault.Silent)]
    [InlineData("silent@3", SourceFault.Silent)]
    public async Task A_sensor_that_is_lost_costs_no_other_guest_a_frame_and_comes_back(string script, SourceFault fault)
    {
        var (bad, left, right) = (new StepSensors(), new StepSensors(), new StepSensors());
        var faults = FaultScript.Parse(script);
        await using var fabric = Start(faults.Around(bad.Open), left, right, RunningFabric.Patient with
        {
            // Only who waits for a silence waits for it to be noticed: a busy machine looks silent as well.
            WatchdogFloor = fault == SourceFault.Silent ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10),
            SensorStopTimeout = TimeSpan.FromSeconds(2),
        });
        using var victim = await ConnectAsync(fabric, "victim", "bad");
        using var one = await ConnectAsync(fabric, "one", "left");
        using var two = await ConnectAsync(fabric, "two", "right");

        bad.Expose(3);
        var (lost, _) = victim.NextEvent(CameraEventType.Source, (uint)SourceEvent.Lost);
        await Task.WhenAll(ExpectEveryFrameAsync(fabric, "one", one, left), ExpectEveryFrameAsync(fabric, "two", two, right));
        bad.Expose(3);
        victim.NextEvent(CameraEventType.Source, (uint)SourceEvent.Back);

        Assert.Equal((uint)fault, lost.Argument);
        faults.Release();
        await fabric.WaitAsync(_ => bad.Disposed == bad.Opened - 1, "the bad sensors are not given back");
        await fabric.StopAsync();
    }

    private static RunningFabric Start(SensorFactory bad, StepSensors left, StepSensors right, FabricOptions? options = null) =>
        RunningFabric.Start(
            [
                options is null ? Patient("bad", bad) : RunningFabric.Camera("bad", sensor: bad),
                Patient("left", left.Open),
                Patient("right", right.Open),
            ],
            [RunningFabric.Guest("victim", "bad"), RunningFabric.Guest("one", "left"), RunningFabric.Guest("two", "right")],
            options);

    // Its frames come when the test says so, however long that takes: 1000 periods are 16 s, and the first frame has a minute.
    private static CameraRig Patient(string id, SensorFactory sensor) =>
        RunningFabric.Camera(id, sensor: sensor) with { WatchdogPeriods = 1000 };

    private static async Task<TestDriver> ConnectAsync(RunningFabric fabric, string guest, string camera)
    {
        var driver = await TestDriver.ConnectAsync(fabric, guest, camera);
        driver.Configure();
        driver.Start();
        return driver;
    }

    // One request, one frame, one after the other: a frame that is missing would show in the numbers.
    private static async Task ExpectEveryFrameAsync(RunningFabric fabric, string name, TestDriver guest, StepSensors sensors)
    {
        for (var frame = 1UL; frame <= Frames; frame++)
        {
            guest.Submit();
            await fabric.WaitAsync(
                now => now.Guests.Single(other => other.Guest == name).RequestsWaiting == 1, "the request does not arrive");
            sensors.Expose();
            var ended = guest.Next();
            Assert.Equal((CameraStatus.Ok, frame), (ended.Status, ended.Frame));
        }
    }
}
