using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Faults;

namespace CameraFabric.Fabric.Tests.Cameras;

/// <summary>Each kind of fault: how it is named and counted, who is told, and how it is got over. The sensor's frames are 1, 2, 3 ...</summary>
public sealed class SensorFaultTests : SensorActorTest
{
    private const int InARow = 8;

    [Theory]
    [InlineData("repeat@3", SourceFault.Repeated, 2)]
    [InlineData("jump-back@3x2", SourceFault.Backward, 1)]
    [InlineData("jump-ahead@3x100000", SourceFault.Leapt, 100_003)]
    [InlineData("time-zero@3", SourceFault.Mistimed, 3)]
    [InlineData("time-ahead@3", SourceFault.Mistimed, 3)]
    [InlineData("time-behind@3", SourceFault.Mistimed, 3)]
    [InlineData("short@3", SourceFault.Short, 3)]
    public void A_faulty_frame_is_lost_told_and_counted_and_the_sensor_goes_on(string script, SourceFault fault, ulong number)
    {
        var sensor = Capture(script);
        Expose(1, 2);

        _sensors.Expose();
        var missed = _fanOut.ExpectMsg<FrameMissed>(Patience);
        Assert.Equal(FrameDropReason.Faulty, missed.Reason);

        // A number that does not count is nobody's: then the last frame that had one is named.
        Assert.Equal(fault is SourceFault.Mistimed or SourceFault.Short ? number : 2, missed.Sequence);
        Assert.Equal(new SensorFaulty(fault, number), _camera.FishForMessage<SensorFaulty>(_ => true, Patience));
        Expose(4, 5, 6);

        Close(sensor);
        var report = _meter.Report(0);
        Assert.Equal(new ReasonCount(fault.ToString(), 1), Assert.Single(report.Faults));
        Assert.Equal(1, report.Lost.Single(count => count.Reason == fault.ToString()).Count);
        Assert.Equal(0, report.Restarts);
        Assert.Contains($"frame {number}", report.LastFault, StringComparison.Ordinal);
        Balance(fannedOut: 5);
    }

    [Fact]
    public void Faults_are_told_at_most_so_often_and_all_counted()
    {
        var sensor = Capture("short@2+7");
        Expose(1);
        _camera.ExpectMsg<SensorDelivers>(Patience);

        _sensors.Expose(7);
        Expose(9);

        Assert.Equal(new SensorFaulty(SourceFault.Short, 2), _camera.ExpectMsg<SensorFaulty>(Patience));
        sensor.Tell(CloseSensor.Message, _camera.Ref);
        _camera.ExpectMsg<SensorClosed>(Patience);
        Assert.Equal(7, _meter.Faults[(int)SourceFault.Short]);
    }

    [Fact]
    public void A_sensor_that_brings_nothing_but_faulty_frames_is_restarted_and_goes_on()
    {
        var sensor = Capture($"short@2+{InARow}");
        Expose(1);

        _sensors.Expose(InARow);

        var trouble = _camera.FishForMessage<SensorTroubled>(_ => true, Patience);
        Assert.Equal(SourceFault.Short, trouble.Fault);
        Assert.Contains("bytes are missing", trouble.Reason, StringComparison.Ordinal);
        _fanOut.FishForMessage<LoseSource>(_ => true, Patience);
        _sensors.Expose();
        Assert.Equal(2UL + InARow, TakeFrame());
        Close(sensor);
        Assert.Equal((2, InARow), (_sensors.Opened, _meter.Faults[(int)SourceFault.Short]));
        Balance(fannedOut: 2);
    }

    [Fact]
    public void A_frozen_picture_is_told_while_its_frames_go_on_and_then_the_sensor_is_restarted()
    {
        var sensor = Capture(new FaultScript(), frozenAfter: 3);
        Expose(1, 2, 3);
        Assert.Equal(0, _meter.Faults.Total);

        Expose(4);
        Assert.Equal(new SensorFaulty(SourceFault.Frozen, 4), _camera.FishForMessage<SensorFaulty>(_ => true, Patience));
        Expose(5, 6, 7);

        Assert.Equal(SourceFault.Frozen, _camera.FishForMessage<SensorTroubled>(_ => true, Patience).Fault);
        Assert.Equal(4, _meter.Faults[(int)SourceFault.Frozen]);
        Expose(8);
        Close(sensor);
        Balance(fannedOut: 8);
    }

    [Theory]
    [InlineData(1, "throw@3")]
    [InlineData(2, "throw@3+2")]
    [InlineData(2, "throw@3", "throw-open@3")]
    [InlineData(2, "throw@3", "throw-configure@3")]
    [InlineData(2, "throw@3", "throw-start@3")]
    [InlineData(1, "throw@3", "throw-dispose@3")]
    public void Wherever_a_sensor_throws_it_is_tried_until_it_works_and_goes_on_with_the_next_number(int failures, params string[] script)
    {
        var sensor = Capture(FaultScript.Parse(script));
        Expose(1, 2);

        Assert.Equal(SourceFault.Failed, _camera.FishForMessage<SensorTroubled>(_ => true, Patience).Fault);

        Expose(3);
        Close(sensor);
        Assert.Equal(failures, _meter.Faults[(int)SourceFault.Failed]);
        Balance(fannedOut: 3);
    }

    [Theory]
    [InlineData("silent@3", false)]
    [InlineData("hang@3", true)]
    public void A_sensor_that_does_not_even_stop_is_called_hung_and_one_that_does_silent(string script, bool hangs)
    {
        if (hangs) _options = _options with { SensorStopTimeout = TimeSpan.FromSeconds(3) };
        var faults = FaultScript.Parse(script);
        var sensor = Capture(faults);
        Expose(1, 2);
        _camera.FishForMessage<SensorDelivers>(_ => true, Patience);
        Assert.True(_clock.WaitForWaiter(1, Patience));

        SensorTroubled? trouble = null;
        while (trouble is null)
        {
            _clock.Advance(Millisecond);
            trouble = _camera.ReceiveOne(TimeSpan.FromMilliseconds(5)) as SensorTroubled;
        }

        Assert.Equal(SourceFault.Silent, trouble.Fault);
        if (hangs) Assert.Equal(SourceFault.Hung, _camera.FishForMessage<SensorFaulty>(_ => true, Patience).Fault);
        _camera.FishForMessage<SensorReady>(_ => true, Patience);
        _sensors.Expose();
        Assert.True(TakeFrame() >= 3);
        Assert.Equal((1, hangs ? 1 : 0), (_meter.Faults[(int)SourceFault.Silent], _meter.Faults[(int)SourceFault.Hung]));
        faults.Release();
        Close(sensor);
    }

    private IActorRef Capture(string script) => Capture(FaultScript.Parse(script));

    private IActorRef Capture(FaultScript script, int frozenAfter = 0)
    {
        var sensor = Start(script.Around(_sensors.Open), frozenAfter);
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        return sensor;
    }

    private void Expose(params ulong[] numbers)
    {
        foreach (var number in numbers)
        {
            _sensors.Expose();
            Assert.Equal(number, TakeFrame());
        }
    }

    private void Balance(long fannedOut) => Assert.Equal(_meter.Captured, fannedOut + _meter.Lost.Total);
}
