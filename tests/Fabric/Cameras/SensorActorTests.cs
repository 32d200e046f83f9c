using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Cameras;

public sealed class SensorActorTests : SensorActorTest
{
    [Fact]
    public void A_sensor_is_opened_once_and_captures_only_while_frames_are_wanted()
    {
        var sensor = Start();
        Assert.Same(_sensors.Profile, _camera.ExpectMsg<SensorReady>(Patience).Profile);
        Assert.Equal(0, _sensors.Running);

        sensor.Tell(Wanted);
        _sensors.Expose();
        _fanOut.ExpectMsg<Frame>(Patience).Return();
        _camera.ExpectMsg<SensorDelivers>(Patience);
        sensor.Tell(StopCapture.Message);
        AwaitCondition(() => _sensors.Running == 0, Patience, Glance);

        Close(sensor);
        Assert.Equal((1, 1), (_sensors.Opened, _sensors.Disposed));
        Assert.Empty(_sensors.Faults);
    }

    [Fact]
    public void A_sensor_that_fails_is_opened_anew_and_goes_on_with_the_next_number()
    {
        var sensor = Start();
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();
        Assert.Equal(1UL, TakeFrame());
        _sensors.Fail();

        _fanOut.FishForMessage<LoseSource>(_ => true, Patience);
        var trouble = _camera.FishForMessage<SensorTroubled>(_ => true, Patience);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();

        Assert.Contains("the cable is gone", trouble.Reason, StringComparison.Ordinal);
        Assert.Equal(3UL, TakeFrame());
        Close(sensor);
        Assert.Equal((2, 2), (_sensors.Opened, _sensors.Disposed));
        Assert.Empty(_sensors.Faults);
    }

    [Fact]
    public void A_sensor_that_fails_when_it_is_given_back_is_opened_anew_all_the_same()
    {
        _sensors.FailsToDispose = true;
        var sensor = Start();
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Fail();
        _camera.FishForMessage<SensorTroubled>(_ => true, Patience);

        _camera.FishForMessage<SensorReady>(_ => true, Patience);
        _sensors.Expose();

        TakeFrame();
        Close(sensor);
        Assert.Equal((2, 2), (_sensors.Opened, _sensors.Disposed));
    }

    [Fact]
    public void A_sensor_that_cannot_be_opened_is_tried_until_it_can()
    {
        _sensors.RefuseToOpen = 5;
        var sensor = Start();

        for (var i = 0; i < 5; i++) _camera.ExpectMsg<SensorTroubled>(Patience);
        _camera.ExpectMsg<SensorReady>(Patience);

        Assert.Equal(6, _sensors.Opened);
        Close(sensor);
        Assert.Equal(1, _sensors.Disposed);
    }

    [Fact]
    public void A_sensor_that_goes_quiet_is_restarted_after_three_periods()
    {
        var sensor = Start();
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();
        TakeFrame();
        _camera.ExpectMsg<SensorDelivers>(Patience);

        // 60 frames a second: three periods are 50 ms. Ticks see the time pass in small steps, so nothing looks like a busy machine.
        SensorTroubled? trouble = null;
        var passed = 0;
        for (; trouble is null && passed < 2000; passed++)
        {
            _clock.Advance(Millisecond);
            trouble = _camera.ReceiveOne(TimeSpan.FromMilliseconds(5)) as SensorTroubled;
        }

        Assert.NotNull(trouble);
        Assert.True(passed >= 49, $"lost after {passed} ms");
        _camera.ExpectMsg<SensorReady>(Patience);
        AwaitCondition(() => _sensors.Opened == 2, Patience, Glance);
        Close(sensor);
    }

    [Fact]
    public void A_sensor_that_does_not_come_back_is_left_behind_and_its_late_frame_refused()
    {
        using var hanging = new ManualResetEventSlim();
        _options = _options with { SensorStopTimeout = TimeSpan.FromSeconds(3) };
        var sensor = Start();
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();
        TakeFrame();
        _camera.ExpectMsg<SensorDelivers>(Patience);
        _sensors.Hang(hanging);
        SensorTroubled? trouble = null;
        while (trouble is null)
        {
            _clock.Advance(Millisecond);
            trouble = _camera.ReceiveOne(TimeSpan.FromMilliseconds(5)) as SensorTroubled;
        }

        Assert.Equal(SourceFault.Hung, _camera.ExpectMsg<SensorFaulty>(Patience).Fault);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();
        Assert.True(TakeFrame() > 2);
        hanging.Set();

        AwaitCondition(() => _meter.Lost[(int)FrameLoss.Late] == 1, Patience, Glance);
        Close(sensor);
        AwaitCondition(() => _sensors.Disposed == 2, Patience, Glance);
    }

    [Fact]
    public void Control_sets_reach_the_frame_that_carries_them()
    {
        var sensor = Start();
        _camera.ExpectMsg<SensorReady>(Patience);
        sensor.Tell(Wanted);
        sensor.Tell(new SubmitControls(new ControlSet
        {
            Id = 77, Context = 1, Controls = [new ControlEntry(ControlCatalogue.ExposureTime.Id, ControlValue.From(4_000_000L))],
        }));
        ulong set = 0;
        using var patience = new CancellationTokenSource(Patience);
        while (set == 0)
        {
            Assert.False(patience.IsCancellationRequested, "no frame carries the set");
            _sensors.Expose();
            var frame = _fanOut.ExpectMsg<Frame>(Patience);
            set = frame.Header.ControlSet;
            if (set != 0) Assert.Equal(4_000_000, frame.Applied[0].Value.AsInt64());
            frame.Return();
        }

        Assert.Equal(77UL, set);
        Close(sensor);
    }

    [Fact]
    public void Another_configuration_brings_frames_of_another_size_and_the_old_frames_stay_readable()
    {
        var sensor = Start();
        _camera.ExpectMsg<SensorReady>(Patience);
        sensor.Tell(Wanted);
        _sensors.Expose();
        var old = _fanOut.ExpectMsg<Frame>(Patience);

        sensor.Tell(new StartCapture(RequestBench.Stream with { Width = 32, Height = 16 }, 2));
        Frame? next = null;
        while (next is null)
        {
            _sensors.Expose();
            var frame = _fanOut.FishForMessage<Frame>(_ => true, Patience);
            if (frame.Header.ConfigurationGeneration == 2) next = frame;
            else frame.Return();
        }

        Assert.Equal((1u, 2u), (old.Header.ConfigurationGeneration, next.Header.ConfigurationGeneration));
        Assert.Equal(RequestBench.FrameBytes, old.Pixels.Length);
        Assert.Equal(32 * 16 * 3 / 2, next.Pixels.Length);
        old.Return();
        next.Return();
        Close(sensor);
    }

    [Fact]
    public async Task An_actor_that_ends_while_its_capture_starts_leaves_no_thread_behind()
    {
        var clock = new HeldClock(_clock);
        var sensor = Start(clock: clock);
        _camera.ExpectMsg<SensorReady>(Patience);

        // It has done with what made it say so: the next one who asks for the time is the capture that starts, not the actor itself.
        await Sys.ActorSelection(sensor.Path / "sensor").ResolveOne(Patience);
        clock.Hold();
        sensor.Tell(Wanted);
        Assert.True(clock.WaitForAsked(Patience));

        // A defect: the actor is restarted while the capture thread is about to start.
        sensor.Tell(new SubmitControls(null!));
        AwaitCondition(() => _memory!.Incarnation == 2, Patience, Glance);
        clock.Release();

        _camera.ExpectMsg<SensorReady>(Patience);
        AwaitCondition(() => _sensors.Configured == 2, Patience, Glance);
        _sensors.Expose();
        TakeFrame();
        Close(sensor);
        Assert.Equal((2, 2, 0), (_sensors.Opened, _sensors.Disposed, _sensors.Running));
        Assert.Empty(_sensors.Faults);
    }

    [Fact]
    public void A_sensor_that_fails_once_is_opened_again_at_once()
    {
        // Whoever waits before the first attempt waits longer than this test does.
        _options = _options with { RestartDelay = TimeSpan.FromMinutes(1), RestartDelayMaximum = TimeSpan.FromMinutes(1) };
        var sensor = Start();
        sensor.Tell(Wanted);
        _camera.ExpectMsg<SensorReady>(Patience);
        _sensors.Expose();
        TakeFrame();
        var before = _clock.Now;

        _sensors.Fail();
        _sensors.Expose();

        Assert.Equal(3UL, TakeFrame());
        Assert.Equal(before, _clock.Now);
        Close(sensor);
    }
}
