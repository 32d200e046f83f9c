using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Owner, observer, interleaved: who may do what, and how the roles change hands.</summary>
public sealed class SharingTests
{
    [Fact]
    public void An_observer_can_become_the_owner()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var sent = rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(AcquireFlags.Force, 0));
        Assert.False(sent.IsAnswered);
        Assert.True(rig.Host.Force);
        rig.Session.OnOwner(rig.Host.Ticket, CameraStatus.Ok, SessionRole.Owner);
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal(SessionRole.Owner, rig.Session.Role);
        Assert.True(rig.Config.Flags.HasFlag(CameraConfigFlags.Owner));
        Assert.Equal(1, rig.Host.ConfigChanges);
        var e = rig.Send(CameraWire.EventQueue, [], 64).Event;
        Assert.Equal((CameraEventType.Owner, (uint)OwnerEvent.Gained), (e.Type, e.Code));
    }

    [Fact]
    public void Acquiring_what_another_has_is_busy()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var sent = rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        Assert.False(rig.Host.Force);
        rig.Session.OnOwner(rig.Host.Ticket, CameraStatus.Busy, SessionRole.Observer);
        Assert.Equal(CameraStatus.Busy, sent.Status);
        Assert.Equal(SessionRole.Observer, rig.Session.Role);
    }

    [Fact]
    public void A_guest_that_may_not_acquire_is_denied()
    {
        using var rig = new SessionRig(SessionRole.Observer, change: options => options with { MayAcquire = false });
        Assert.Equal(CameraStatus.Denied, rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(AcquireFlags.Force, 0)).Status);
        Assert.Empty(rig.Host.Asks);
    }

    [Fact]
    public void The_owner_is_the_owner_already_and_taking_turns_has_no_owner()
    {
        using var owner = new SessionRig();
        Assert.Equal(CameraStatus.Ok, owner.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0)).Status);
        using var turns = new SessionRig(SessionRole.Interleaved);
        Assert.Equal(CameraStatus.Unsupported, turns.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0)).Status);
    }

    [Fact]
    public void Only_the_owner_can_give_the_ownership_up()
    {
        using var observer = new SessionRig(SessionRole.Observer);
        Assert.Equal(CameraStatus.NotOwner, observer.Command(CameraCommand.ReleaseOwner, new OwnerCommand(0, 0)).Status);
        using var owner = new SessionRig();
        var sent = owner.Command(CameraCommand.ReleaseOwner, new OwnerCommand(0, 0));
        owner.Session.OnOwner(owner.Host.Ticket, CameraStatus.Ok, SessionRole.Observer);
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal((uint)OwnerEvent.Lost, owner.Send(CameraWire.EventQueue, [], 64).Event.Code);
    }

    [Fact]
    public void Who_loses_the_ownership_by_force_is_told_and_its_bound_requests_end()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bound = rig.Request(1, 0);
        rig.Session.OnOwner(0, CameraStatus.Ok, SessionRole.Observer, isForced: true);
        Assert.Equal(CameraStatus.NotOwner, bound.Status);
        Assert.Equal([rig.Host.Armed[0].ControlSet], rig.Host.Cancelled);
        var events = Enumerable.Range(0, 2).Select(_ => rig.Send(CameraWire.EventQueue, [], 64).Event).ToArray();
        Assert.Equal((CameraEventType.Owner, (uint)OwnerEvent.Forced), (events[1].Type, events[1].Code));
        // It streams on as an observer.
        var next = rig.Request(2, 0);
        Assert.Equal(0ul, rig.Host.Last!.ControlSet);
        rig.Deliver(rig.Host.Last, rig.Capture(3));
        Assert.Equal(CameraStatus.Ok, next.Status);
    }

    [Fact]
    public void An_ownership_that_comes_after_the_timeout_is_still_one()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var sent = rig.Command(CameraCommand.AcquireOwner, new OwnerCommand(0, 0));
        var ticket = rig.Host.Ticket;
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, sent.Status);
        rig.Session.OnOwner(ticket, CameraStatus.Ok, SessionRole.Owner);
        Assert.Equal(SessionRole.Owner, rig.Session.Role);
        Assert.Equal((uint)OwnerEvent.Gained, rig.Send(CameraWire.EventQueue, [], 64).Event.Code);
    }

    [Fact]
    public void An_observer_cannot_set_controls()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var packet = SessionRig.Packet((ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5)));
        Assert.Equal(CameraStatus.NotOwner,
            rig.Command(CameraCommand.SetControls, new ControlsCommand(0, (uint)packet.Length), packet).Status);
        Assert.Empty(rig.Host.Asks);
    }
}
