using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>START, STOP and FLUSH.</summary>
public sealed class StreamingTests
{
    [Fact]
    public void Requests_queued_before_start_wait_for_it_and_their_time_begins_with_it()
    {
        using var rig = new SessionRig();
        rig.Configure();
        rig.Attach(0);
        rig.Attach(1);
        var first = rig.Request(1, 0, timeout: 50_000_000);
        var second = rig.Request(2, 1, timeout: 50_000_000);
        Assert.Empty(rig.Host.Armed);
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.False(first.IsAnswered || second.IsAnswered);
        rig.Start();
        Assert.Equal([1ul, 2ul], rig.Host.Armed.Select(request => request.RequestId));
        Assert.Equal(rig.Clock.Now + 50_000_000, rig.Host.Armed[0].Deadline);
    }

    [Fact]
    public void Start_carries_controls_of_every_scope_that_are_in_force_from_the_first_frame()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        var packet = SessionRig.Packet(
            (ControlCatalogue.ExposureTime.Id, ControlValue.From(5_000_000L)),
                (ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5)),
            (ControlCatalogue.TestPatternMode.Id, ControlValue.From(1)));
        var sent = rig.Command(CameraCommand.Start, new StartCommand(generation, 0, (uint)packet.Length, 0), packet);
        Assert.Equal(3, rig.Host.Controls.Length);
        rig.Session.OnStarted(rig.Host.Ticket, CameraStatus.Ok);
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    [Fact]
    public void Controls_of_start_are_taken_all_or_not_at_all()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        var right = (ControlCatalogue.AnalogueGain.Id, ControlValue.FromFixed(2));
        Refused(CameraStatus.Unsupported, SessionRig.Packet(right, (0x7fffu, ControlValue.From(1))));
        Refused(CameraStatus.Unsupported, SessionRig.Packet(right, (ControlCatalogue.SensorTemperature.Id, ControlValue.FromFixed(1))));
        Refused(CameraStatus.Invalid, SessionRig.Packet(right, (ControlCatalogue.ExposureTime.Id, ControlValue.From(long.MaxValue))));
        Refused(CameraStatus.Invalid, SessionRig.Packet(right, (ControlCatalogue.ExposureTime.Id, ControlValue.From(1))));
        Refused(CameraStatus.Invalid, [1, 2, 3]);
        Assert.DoesNotContain("Start", rig.Host.Asks);

        void Refused(CameraStatus status, byte[] packet) =>
            Assert.Equal(status, rig.Command(CameraCommand.Start, new StartCommand(generation, 0, (uint)packet.Length, 0), packet).Status);
    }

    [Fact]
    public void An_observer_cannot_start_with_controls()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var generation = rig.Configure();
        var packet = SessionRig.Packet((ControlCatalogue.AnalogueGain.Id, ControlValue.FromFixed(2)));
        Assert.Equal(CameraStatus.NotOwner,
            rig.Command(CameraCommand.Start, new StartCommand(generation, 0, (uint)packet.Length, 0), packet).Status);
    }

    [Fact]
    public void Start_while_streaming_is_busy_and_without_a_source_there_is_none()
    {
        using var rig = new SessionRig();
        rig.Stream();
        Assert.Equal(CameraStatus.Busy, rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0)).Status);
        using var other = new SessionRig();
        other.Configure();
        other.Session.OnSource(SourceEvent.Lost);
        Assert.Equal(CameraStatus.NoSource, other.Command(CameraCommand.Start, new StartCommand(other.Session.Generation, 0, 0, 0)).Status);
    }

    [Fact]
    public void A_start_that_timed_out_is_undone()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var sent = rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0));
        var ticket = rig.Host.Ticket;
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, sent.Status);
        Assert.Equal("Stop", rig.Host.Asks[^1]);
        rig.Session.OnStarted(ticket, CameraStatus.Ok);
        Assert.Equal(SessionState.Configured, rig.Session.State);
    }

    [Fact]
    public void Stop_is_answered_when_every_request_is_back()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var delivering = rig.Request(1, 0);
        var waiting = rig.Request(2, 1);
        var claimed = rig.Host.Armed[0];
        Assert.True(claimed.TryClaim()); // the delivery thread has it
        var stop = rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal(CameraStatus.Cancelled, waiting.Status);
        Assert.Contains(rig.Host.Armed[1].ControlSet, rig.Host.Cancelled);
        rig.Session.OnStopped(rig.Host.Ticket);
        Assert.False(stop.IsAnswered);
        Assert.False(delivering.IsAnswered);
        SessionRig.DeliverClaimed(claimed, rig.Capture(1, claimed.ControlSet));
        rig.Session.OnRequestCompleted(claimed);
        Assert.Equal(CameraStatus.Ok, delivering.Status);
        Assert.Equal(CameraStatus.Ok, stop.Status);
        Assert.Equal(SessionState.Configured, rig.Session.State);
        Assert.Equal(4, rig.Session.AttachedBuffers);
    }

    [Fact]
    public void While_stopping_requests_are_cancelled()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal(CameraStatus.Cancelled, rig.Request(1, 0).Status);
    }

    [Fact]
    public void Stop_without_a_stream_ends_the_queued_requests()
    {
        using var rig = new SessionRig();
        rig.Configure();
        rig.Attach(0);
        var queued = rig.Request(1, 0);
        var stop = rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal(CameraStatus.Ok, stop.Status);
        Assert.Equal(CameraStatus.Cancelled, queued.Status);
        Assert.DoesNotContain("Stop", rig.Host.Asks);
    }

    [Fact]
    public void A_stop_that_the_camera_does_not_answer_still_ends_the_stream()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var stop = rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, stop.Status);
        Assert.Equal(SessionState.Configured, rig.Session.State);
    }

    [Fact]
    public void After_stop_the_stream_can_start_again()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Start();
        var sent = rig.Request(1, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(9, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    [Fact]
    public void Flush_ends_what_is_held_and_nothing_that_comes_later()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var delivering = rig.Request(1, 0);
        var waiting = rig.Request(2, 1);
        var claimed = rig.Host.Armed[0];
        Assert.True(claimed.TryClaim());
        var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        Assert.Equal(CameraStatus.Cancelled, waiting.Status);
        var later = rig.Request(3, 2);
        Assert.False(flush.IsAnswered);
        SessionRig.DeliverClaimed(claimed, rig.Capture(1, claimed.ControlSet));
        rig.Session.OnRequestCompleted(claimed);
        Assert.Equal(CameraStatus.Ok, delivering.Status);
        Assert.Equal(CameraStatus.Ok, flush.Status);
        Assert.False(later.IsAnswered);
        Assert.Equal(SessionState.Streaming, rig.Session.State);
        rig.Deliver(rig.Host.Last!, rig.Capture(2, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, later.Status);
    }

    [Fact]
    public void Flush_ends_also_what_was_made_available_before_it_and_comes_after_it()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Deliver(Arm(rig, 1), rig.Capture(1, rig.Host.Last!.ControlSet));
        var overtaken = new[] { rig.Offer(2, 1), rig.Offer(3, 2) };
        var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        Assert.False(flush.IsAnswered);
        var later = rig.Offer(4, 3);
        rig.Pump(CameraWire.RequestQueue);
        Assert.All(overtaken, sent => Assert.Equal(CameraStatus.Cancelled, sent.Status));
        Assert.Equal(CameraStatus.Ok, flush.Status);
        Assert.False(later.IsAnswered);
        Assert.Equal(4ul, rig.Host.Last!.RequestId);
    }

    [Fact]
    public void Stop_leaves_no_request_behind_that_it_has_overtaken()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Deliver(Arm(rig, 1), rig.Capture(1, rig.Host.Last!.ControlSet));
        var overtaken = rig.Offer(2, 1);
        var stop = rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnStopped(rig.Host.Ticket);
        Assert.False(stop.IsAnswered);
        rig.Pump(CameraWire.RequestQueue);
        Assert.Equal(CameraStatus.Cancelled, overtaken.Status);
        Assert.Equal(CameraStatus.Ok, stop.Status);
        // Queued for the next start as if nothing had been.
        Assert.False(rig.Request(3, 1).IsAnswered);
    }

    [Fact]
    public void A_request_that_never_comes_costs_a_flush_no_more_than_its_time()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Deliver(Arm(rig, 1), rig.Capture(1, rig.Host.Last!.ControlSet));
        var late = rig.Offer(2, 1);
        var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, flush.Status);
        rig.Pump(CameraWire.RequestQueue);
        Assert.False(late.IsAnswered);
    }

    [Fact]
    public void A_request_queue_that_stops_has_nothing_more_for_a_flush_to_wait_for()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Deliver(Arm(rig, 1), rig.Capture(1, rig.Host.Last!.ControlSet));
        rig.Offer(2, 1);
        var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnQueueStopping(CameraWire.RequestQueue);
        Assert.Equal(CameraStatus.Ok, flush.Status);
    }

    private static ChainRequest Arm(SessionRig rig, ulong id)
    {
        rig.Request(id, 0);
        return rig.Host.Last!;
    }

    [Fact]
    public void The_stream_events_tell_of_start_and_stop()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Session.OnStreamTimeout(41);
        rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnStopped(rig.Host.Ticket);
        var events = Enumerable.Range(0, 3).Select(_ => rig.Send(CameraWire.EventQueue, [], 64).Event).ToArray();
        Assert.All(events, e => Assert.Equal(CameraEventType.Stream, e.Type));
        Assert.Equal([StreamEvent.Started, StreamEvent.Timeout, StreamEvent.Stopped], events.Select(e => (StreamEvent)e.Code));
        Assert.Equal(41ul, events[1].FrameNumber);
    }
}
