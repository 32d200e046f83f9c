using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>The fabric is killed and started again under a guest that keeps its rings and does nothing (docs/recovery.md).</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void Requests_that_were_held_are_cancelled_and_the_stream_goes_on_as_it_was()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream(buffers: 3);
        var generation = rig.Session.Generation;
        var held = new[] { rig.Request(1, 0), rig.Request(2, 1) };
        rig.Crash();
        rig.PumpAll();
        Assert.All(held, request => Assert.Equal(CameraStatus.Cancelled, request.Status));
        Assert.Equal([1ul, 2ul], held.Select(request => request.Result.RequestId));
        rig.AnswerAll();
        Assert.Equal(["Configure", "Start"], rig.Host.Asks);
        Assert.Equal((SessionState.Streaming, generation, 3), (rig.Session.State, rig.Session.Generation, rig.Session.AttachedBuffers));
        var next = rig.Request(3, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(77, set: rig.Host.Last!.ControlSet));
        Assert.Equal((CameraStatus.Ok, 77ul), (next.Status, next.Result.FrameNumber));
    }

    [Fact]
    public void The_first_frame_after_it_and_only_that_one_is_a_discontinuity()
    {
        using var rig = new SessionRig(SessionRole.Observer).Keeping();
        rig.Stream();
        rig.Request(1, 0);
        rig.Crash(SessionRole.Observer);
        rig.PumpAll();
        rig.AnswerAll();
        var (first, second) = (rig.Request(2, 0), rig.Request(3, 1));
        rig.Deliver(rig.Host.Armed[0], rig.Capture(1));
        rig.Deliver(rig.Host.Armed[1], rig.Capture(2));
        Assert.Equal((ResultFlags.Discontinuity, 0u), (first.Result.Flags, first.Result.DroppedBefore));
        Assert.Equal(ResultFlags.None, second.Result.Flags);
    }

    [Fact]
    public void Requests_and_commands_that_come_meanwhile_wait_until_all_is_as_before()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        rig.Request(1, 0);
        rig.Crash();
        rig.PumpAll();
        Assert.True(rig.Session.IsRestoring);
        var generation = rig.Left()!.Session.Generation;
        var early = rig.Send(CameraWire.RequestQueue, rig.RequestOf(2, generation), (int)rig.Config.MaximumResultBytes);
        var command = rig.Command(CameraCommand.ClockSample);
        Assert.False(early.IsAnswered || command.IsAnswered);
        rig.AnswerAll();
        Assert.Equal(2ul, Assert.Single(rig.Host.Armed).RequestId);
        Assert.Equal(CameraStatus.Ok, command.Status);
    }

    [Fact]
    public void A_camera_that_does_not_answer_in_time_makes_the_guest_begin_anew()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var generation = rig.Session.Generation;
        rig.Request(1, 0);
        rig.Crash();
        rig.PumpAll();
        var early = rig.Send(CameraWire.RequestQueue, rig.RequestOf(2, generation), (int)rig.Config.MaximumResultBytes);
        rig.Clock.Advance(rig.Options.RestoreTimeout.Ticks * 100);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Stale, early.Status);
        Assert.Equal((SessionState.Idle, 0), (rig.Session.State, rig.Session.AttachedBuffers));
        // A configuration that comes now is another one, by its number too.
        Assert.NotEqual(generation, rig.Configure());
    }

    [Fact]
    public void Another_camera_in_its_place_is_told_and_nothing_is_restored()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var (generation, capabilities) = (rig.Session.Generation, rig.Config.CapabilityGeneration);
        rig.Crash(profile: rig.Profile with { Model = "another" });
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        Assert.Equal((CameraEventType.Source, (uint)SourceEvent.Changed), (told.Event.Type, told.Event.Code));
        Assert.Empty(rig.Host.Asks);
        Assert.NotEqual(capabilities, rig.Config.CapabilityGeneration);
        var stale = rig.Send(CameraWire.RequestQueue, rig.RequestOf(1, generation), (int)rig.Config.MaximumResultBytes);
        Assert.Equal(CameraStatus.Stale, stale.Status);
    }

    [Fact]
    public void Events_go_on_with_their_numbers_and_say_that_some_may_be_missing()
    {
        using var rig = new SessionRig().Keeping();
        var before = rig.Send(CameraWire.EventQueue, [], 64);
        var waiting = rig.Send(CameraWire.EventQueue, [], 64);
        rig.Stream();
        Assert.Equal((1ul, 0u), (before.Event.Sequence, before.Event.Lost));
        rig.Crash();
        rig.PumpAll();
        rig.AnswerAll();
        Assert.Equal((2ul, 1u), (waiting.Event.Sequence, waiting.Event.Lost));
        Assert.Equal((CameraEventType.Stream, (uint)StreamEvent.Started), (waiting.Event.Type, waiting.Event.Code));
    }

    [Fact]
    public void Controls_that_were_set_are_set_again_before_the_first_frame()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        var packet = SessionRig.Packet((ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.25)));
        rig.Command(CameraCommand.SetControls, new ControlsCommand(0, (uint)packet.Length), packet);
        rig.AnswerAll();
        rig.Crash();
        rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll();
        Assert.Equal(["Configure", "SetGlobalControls", "Start"], rig.Host.Asks);
        Assert.Equal((SessionState.Streaming, 1), (rig.Session.State, rig.Session.AttachedBuffers / 4));
    }

    [Fact]
    public void An_ownership_that_was_acquired_is_acquired_again_if_it_is_free()
    {
        using var rig = Acquired();
        rig.Crash(SessionRole.Observer);
        rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll();
        Assert.Equal("AcquireOwner", rig.Host.Asks[0]);
        Assert.False(rig.Host.Force);
        Assert.Equal(SessionRole.Owner, rig.Session.Role);
        // The guest thinks so already: nobody tells it.
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        Assert.Equal(CameraEventType.Stream, told.Event.Type);
        Assert.Equal(0, rig.Session.QueuedEvents);
    }

    [Fact]
    public void A_former_owner_that_does_not_get_it_back_is_told_and_streams_as_an_observer()
    {
        using var rig = Acquired();
        rig.Crash(SessionRole.Observer);
        rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll(ownership: CameraStatus.Busy);
        Assert.True(rig.Session.IsRestoring); // another may give it back in a moment
        rig.Clock.Advance(rig.Options.RestoreTimeout.Ticks * 100 / 2);
        rig.Session.OnTick();
        rig.AnswerAll(ownership: CameraStatus.Busy);
        Assert.Equal((SessionRole.Observer, SessionState.Streaming), (rig.Session.Role, rig.Session.State));
        rig.Send(CameraWire.EventQueue, [], 64);
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        Assert.Equal((CameraEventType.Owner, (uint)OwnerEvent.Lost), (told.Event.Type, told.Event.Code));
    }

    [Fact]
    public void Who_had_given_the_ownership_up_gives_it_up_again()
    {
        using var rig = new SessionRig().Keeping();
        rig.Command(CameraCommand.ReleaseOwner, new OwnerCommand(0, 0));
        rig.AnswerAll();
        rig.Crash(SessionRole.Owner);
        rig.Command(CameraCommand.ClockSample);
        rig.AnswerAll();
        Assert.Equal((SessionRole.Observer, 0), (rig.Session.Role, rig.Session.QueuedEvents));
    }

    [Fact]
    public void An_observer_waits_for_the_owner_to_bring_the_camera_back_into_its_configuration()
    {
        using var rig = new SessionRig(SessionRole.Observer).Keeping();
        rig.Stream();
        var configuration = rig.Session.Configuration!;
        rig.Crash(SessionRole.Observer);
        rig.Command(CameraCommand.ClockSample);
        var other = configuration with { Interval = new(1, 10) };
        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Ok, other);
        Assert.True(rig.Session.IsRestoring);
        rig.Session.OnCameraConfiguration(configuration);
        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Ok, configuration);
        rig.Session.OnStarted(rig.Host.Ticket, CameraStatus.Ok);
        Assert.Equal(SessionState.Streaming, rig.Session.State);
    }

    [Fact]
    public void What_does_not_fit_is_not_restored_and_the_guest_is_told()
    {
        using var rig = new SessionRig().Keeping(savedBytes: 2048);
        rig.Configure();
        var place = rig.Allocate(SessionRig.FrameBytes);
        var pieces = Enumerable.Range(0, SessionRig.FrameBytes / 32).Select(i => (place + i * 32, 32, 0)).ToArray();
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, pieces).Status);
        rig.Crash();
        var told = rig.Send(CameraWire.EventQueue, [], 64);
        Assert.Equal((CameraEventType.Source, (uint)SourceEvent.Changed), (told.Event.Type, told.Event.Code));
        Assert.Equal((SessionState.Idle, 0), (rig.Session.State, rig.Session.AttachedBuffers));
    }

    [Fact]
    public void What_the_limits_refuse_today_is_not_restored()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        rig.Crash(change: options => options with { MaximumBuffers = 3 });
        rig.Command(CameraCommand.ClockSample);
        Assert.DoesNotContain("Configure", rig.Host.Asks);
        Assert.Equal((SessionState.Idle, 0), (rig.Session.State, rig.Session.AttachedBuffers));
    }

    [Fact]
    public void Of_a_guest_that_broke_the_device_stays_kept_what_it_was_told_and_nothing_is_told_after()
    {
        using var rig = new SessionRig().Keeping();
        rig.Stream();
        rig.Send(CameraWire.ControlQueue, rig.Message(CameraCommand.ClockSample, []), 8);
        Assert.Equal(SessionState.Broken, rig.Session.State);
        Assert.Equal((SavedSession.Streaming, 4u), (rig.Left()!.Session.State, rig.Left()!.Session.BufferCount));
    }

    private static SessionRig Acquired()
    {
        var rig = new SessionRig(SessionRole.Observer).Keeping();
        rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        rig.AnswerAll();
        rig.Stream();
        return rig;
    }
}
