using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Reset, queues that stop, and a source that goes, comes back or is another.</summary>
public sealed class LifeTests
{
    [Fact]
    public void A_reset_gives_every_chain_back_and_begins_anew()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var acquire = rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        rig.Session.OnOwner(rig.Host.Ticket, CameraStatus.Ok, SessionRole.Owner);
        Assert.True(acquire.IsAnswered);
        rig.Send(CameraWire.EventQueue, [], 64); // takes the event of the new role
        rig.Stream();
        rig.Send(CameraWire.EventQueue, [], 64); // and of the start
        var request = rig.Request(5, 0);
        var e = rig.Send(CameraWire.EventQueue, [], 64);
        var packet = SessionRig.Packet((ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5)));
        var pending = rig.Command(CameraCommand.SetControls, new ControlsCommand(0, (uint)packet.Length), packet);
        var queued = rig.Command(CameraCommand.ClockSample);
        rig.Session.Stop();
        Assert.Equal(CameraStatus.Cancelled, request.Status);
        Assert.Equal(CameraStatus.Cancelled, pending.Status);
        Assert.Equal(CameraStatus.Cancelled, queued.Status);
        Assert.NotEqual(0ul, queued.Header.Tag);
        Assert.True(e.IsAnswered);
        Assert.Equal(0, e.Used);
        Assert.Equal(["Stop", "ReleaseOwner"], rig.Host.Asks.Where(ask => ask is "Stop" or "ReleaseOwner"));
        Assert.Equal((SessionState.Idle, SessionRole.Observer), (rig.Session.State, rig.Session.Role));
        Assert.Equal((0, 0, 0, 0u), (rig.Session.InFlight, rig.Session.AttachedBuffers, rig.Session.QueuedEvents, rig.Session.Generation));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(0, rig.Queue(i).Held));
        Assert.Equal(long.MaxValue, rig.Session.NextTick);
        // Everything from the start again, request ids too.
        rig.Stream();
        Assert.False(rig.Request(1, 0).IsAnswered);
    }

    [Fact]
    public void An_ownership_that_comes_after_a_reset_is_given_back()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        var ticket = rig.Host.Ticket;
        rig.Session.Stop();
        rig.Session.OnOwner(ticket, CameraStatus.Ok, SessionRole.Owner);
        Assert.Equal(SessionRole.Observer, rig.Session.Role);
        Assert.Equal("ReleaseOwner", rig.Host.Asks[^1]);
        Assert.Equal(0, rig.Session.QueuedEvents);
        rig.Session.OnOwner(rig.Host.Ticket, CameraStatus.Ok, SessionRole.Observer);
        // Asked for again after the reset, it is wanted.
        rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        rig.Session.OnOwner(rig.Host.Ticket, CameraStatus.Ok, SessionRole.Owner);
        Assert.Equal(SessionRole.Owner, rig.Session.Role);
    }

    [Fact]
    public void A_source_that_is_lost_says_what_is_wrong_with_it()
    {
        using var rig = new SessionRig();
        rig.Session.OnSource(SourceEvent.Lost, 41, fault: SourceFault.Silent);

        var lost = rig.Send(CameraWire.EventQueue, [], 64).Event;
        Assert.Equal((CameraEventType.Source, (uint)SourceEvent.Lost, (uint)SourceFault.Silent, 41ul),
            (lost.Type, lost.Code, lost.Argument, lost.FrameNumber));
    }

    [Fact]
    public void A_source_that_is_faulty_is_told_and_stays()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Send(CameraWire.EventQueue, [], 64); // takes the event of the start
        var request = rig.Request(1, 0);
        rig.Session.OnSourceFault(SourceFault.Repeated, 7);

        var told = rig.Send(CameraWire.EventQueue, [], 64).Event;
        Assert.Equal((CameraEventType.Source, (uint)SourceEvent.Fault, (uint)SourceFault.Repeated, 7ul),
            (told.Type, told.Code, told.Argument, told.FrameNumber));
        Assert.False(request.IsAnswered);
        Assert.Equal((SessionState.Streaming, 4), (rig.Session.State, rig.Session.AttachedBuffers));
        rig.Deliver(rig.Host.Last!, rig.Capture(8, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, request.Status);
    }

    [Fact]
    public void A_queue_that_stops_gives_its_chains_back_and_the_configuration_stays()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Send(CameraWire.EventQueue, [], 64); // takes the event of the start
        var request = rig.Request(1, 0);
        var e = rig.Send(CameraWire.EventQueue, [], 64);
        var packet = SessionRig.Packet((ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5)));
        var command = rig.Command(CameraCommand.SetControls, new ControlsCommand(0, (uint)packet.Length), packet);
        for (var i = 0; i < CameraWire.QueueCount; i++) rig.Session.OnQueueStopping(i);
        Assert.Equal(CameraStatus.Cancelled, request.Status);
        Assert.Equal(CameraStatus.Cancelled, command.Status);
        Assert.Equal(0, e.Used);
        Assert.Equal((SessionState.Streaming, 4), (rig.Session.State, rig.Session.AttachedBuffers));
        var next = rig.Request(2, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, next.Status);
    }

    [Fact]
    public void A_delivery_that_a_stopped_queue_overtakes_writes_nothing_and_ends()
    {
        using var rig = new SessionRig();
        var places = rig.Stream();
        rig.Request(1, 0);
        var request = rig.Host.Last!;
        Assert.True(request.TryClaim());
        rig.Session.Stop();
        rig.Requests.Stop();
        Assert.False(request.BeginWrite());
        request.Fail(CameraStatus.Cancelled);
        rig.Session.OnRequestCompleted(request);
        Assert.Equal((RequestState.Free, 0), (request.State, rig.Session.InFlight));
        Assert.Equal(0, rig.Memory.Bytes.Read(places[0], 1)[0]);
    }

    [Fact]
    public void A_source_that_is_lost_and_back_keeps_the_configuration()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        rig.Session.OnSource(SourceEvent.Lost, 4);
        rig.Session.OnSource(SourceEvent.Back, 5);
        Assert.Equal(generation, rig.Session.Generation);
        Assert.Equal(2, rig.Host.ConfigChanges);
        var events = Enumerable.Range(0, 2).Select(_ => rig.Send(CameraWire.EventQueue, [], 64).Event).ToArray();
        Assert.Equal([SourceEvent.Lost, SourceEvent.Back], events.Select(e => (SourceEvent)e.Code));
        Assert.Equal(1ul, rig.Config.CapabilityGeneration);
    }

    [Fact]
    public void A_source_that_is_another_has_new_capabilities_and_makes_everything_stale()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var old = rig.Session.Generation;
        var held = rig.Request(1, 0);
        rig.Session.OnSource(SourceEvent.Changed, 9, SessionRig.Classical() with { Name = "another", Calibration = "k" });
        Assert.Equal(CameraStatus.NoSource, held.Status);
        Assert.Equal("Stop", rig.Host.Asks.Last(ask => !ask.StartsWith("Cancel", StringComparison.Ordinal)));
        var config = rig.Config;
        Assert.Equal((2ul, "another"), (config.CapabilityGeneration, config.Name.ToString()));
        Assert.False(config.Flags.HasFlag(CameraConfigFlags.PerFrame));
        Assert.Equal(1, rig.Host.ConfigChanges);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Start, new StartCommand(old, 0, 0, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.Request(2, 0).Status);
        var reply = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(0, 8, 0)).Reply<GetCapabilitiesReply>();
        Assert.Equal((2ul, config.CapabilityBytes), (reply.Generation, reply.Total));
        Assert.Throws<ArgumentException>(() => rig.Session.OnSource(SourceEvent.Changed));
    }

    [Fact]
    public void A_command_under_way_when_the_source_changes_is_stale_and_those_behind_it_see_the_new_one()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var start = rig.Command(CameraCommand.Start, new StartCommand(rig.Session.Generation, 0, 0, 0));
        var behind = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(0, 8, 0));
        var ticket = rig.Host.Ticket;
        rig.Session.OnSource(SourceEvent.Changed, 0, SessionRig.Classical());
        Assert.Equal(CameraStatus.Stale, start.Status);
        Assert.Equal(2ul, behind.Reply<GetCapabilitiesReply>().Generation);
        Assert.Equal("Stop", rig.Host.Asks[^1]);
        rig.Session.OnStarted(ticket, CameraStatus.Ok);
        Assert.Equal(SessionState.Idle, rig.Session.State);
    }
}
