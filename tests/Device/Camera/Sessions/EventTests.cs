using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Events: bounded, joined where they can be, and counted where they are lost.</summary>
public sealed class EventTests
{
    private static readonly uint Brightness = ControlCatalogue.Brightness.Id;

    private static SessionRig.Sent Offer(SessionRig rig, int bytes = 1024) => rig.Send(CameraWire.EventQueue, [], bytes);

    [Fact]
    public void An_event_goes_out_at_once_when_a_buffer_waits()
    {
        using var rig = new SessionRig();
        var buffer = Offer(rig);
        Assert.False(buffer.IsAnswered);
        rig.Session.OnFramesDropped(2, DropReason.NoRequest, 40);
        var e = buffer.Event;
        Assert.Equal((CameraEventType.FrameDrop, 1ul, 40ul, 2u, (uint)DropReason.NoRequest),
            (e.Type, e.Sequence, e.FrameNumber, e.Argument, e.Code));
        Assert.Equal(((uint)CameraEvent.Bytes, (ulong)rig.Clock.Now, 0u), (e.Length, e.Timestamp, e.Lost));
        Assert.Equal(CameraEvent.Bytes, buffer.Used);
    }

    [Fact]
    public void Sequence_numbers_rise_by_one()
    {
        using var rig = new SessionRig();
        rig.Session.OnSource(SourceEvent.Lost);
        rig.Session.OnSource(SourceEvent.Back);
        rig.Session.OnFramesDropped(1, DropReason.Overrun, 1);
        Assert.Equal([1ul, 2ul, 3ul], Enumerable.Range(0, 3).Select(_ => Offer(rig).Event.Sequence));
    }

    [Fact]
    public void Drops_of_one_reason_become_one_event()
    {
        using var rig = new SessionRig();
        for (ulong frame = 1; frame <= 1000; frame++)
        {
            rig.Session.OnFramesDropped(1, DropReason.NoRequest, frame);
            if (frame % 100 == 0) rig.Session.OnFramesDropped(2, DropReason.Overrun, frame);
        }

        Assert.Equal(2, rig.Session.QueuedEvents);
        var first = Offer(rig).Event;
        Assert.Equal((1000u, 1000ul, (uint)DropReason.NoRequest), (first.Argument, first.FrameNumber, first.Code));
        Assert.Equal(999u + 9u, first.Lost);
        var second = Offer(rig).Event;
        Assert.Equal((20u, (uint)DropReason.Overrun, 0u), (second.Argument, second.Code, second.Lost));
    }

    [Fact]
    public void A_guest_that_offers_no_buffers_costs_a_bounded_queue_and_is_told_how_many_it_lost()
    {
        using var rig = new SessionRig(change: options => options with { MaximumQueuedEvents = 3 });
        for (var i = 0; i < 5; i++)
        {
            rig.Session.OnSource(SourceEvent.Lost);
            rig.Session.OnSource(SourceEvent.Back);
        }

        Assert.Equal(3, rig.Session.QueuedEvents);
        Assert.Equal(7, rig.Session.Counters.EventsLost);
        Assert.Equal(7u, Offer(rig).Event.Lost);
        Assert.Equal(0u, Offer(rig).Event.Lost);
        Assert.Equal(2, rig.Session.Counters.Events);
    }

    [Fact]
    public void Faults_of_one_kind_become_one_event_with_the_newest_frame()
    {
        using var rig = new SessionRig();
        for (ulong frame = 1; frame <= 1000; frame++)
        {
            rig.Session.OnSourceFault(SourceFault.Short, frame);
            if (frame % 100 == 0) rig.Session.OnSourceFault(SourceFault.Frozen, frame - 1);
        }

        Assert.Equal(2, rig.Session.QueuedEvents);
        var first = Offer(rig).Event;
        Assert.Equal(((uint)SourceEvent.Fault, (uint)SourceFault.Short, 1000ul), (first.Code, first.Argument, first.FrameNumber));
        Assert.Equal(999u + 9u, first.Lost);
        var second = Offer(rig).Event;
        Assert.Equal(((uint)SourceFault.Frozen, 999ul, 0u), (second.Argument, second.FrameNumber, second.Lost));
    }

    [Fact]
    public void Changed_controls_come_with_their_newest_values_in_one_event()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        rig.Session.OnControlsChanged(10, [new(Brightness, 0, ControlValue.FromFixed(0.25))]);
        rig.Session.OnControlsChanged(12,
            [new(Brightness, 0, ControlValue.FromFixed(0.5)), new(ControlCatalogue.AnalogueGain.Id, 0, ControlValue.FromFixed(2))]);
        var buffer = Offer(rig);
        var e = buffer.Event;
        Assert.Equal((CameraEventType.ControlChanged, 12ul, CameraEventFlags.None, 1u), (e.Type, e.FrameNumber, e.Flags, e.Lost));
        Assert.Equal((uint)buffer.Used, e.Length);
        var items = SessionRig.Sent.Items(buffer.Bytes.AsSpan(CameraEvent.Bytes));
        Assert.Equal(2, items.Count);
        Assert.Equal(ControlValue.FromFixed(0.5).Bytes.ToArray(), items[Brightness].Value);
        Assert.Equal(0, rig.Session.QueuedEvents);
    }

    [Fact]
    public void Changed_controls_that_do_not_fit_are_left_out_and_the_event_says_so()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        ControlEntry[] changed = [new(Brightness, 0, ControlValue.FromFixed(0.5)),
            new(ControlCatalogue.AnalogueGain.Id, 0, ControlValue.FromFixed(2))];
        rig.Session.OnControlsChanged(1, changed);
        var one = Offer(rig, CameraEvent.Bytes + 16 + 16 + 8);
        Assert.Equal(CameraEventFlags.Truncated, one.Event.Flags);
        Assert.Single(SessionRig.Sent.Items(one.Bytes.AsSpan(CameraEvent.Bytes)));
        rig.Session.OnControlsChanged(2, changed);
        var none = Offer(rig, CameraWire.MinimumEventBytes);
        Assert.Equal((CameraEventFlags.Truncated, CameraEvent.Bytes), (none.Event.Flags, none.Used));
    }

    [Fact]
    public void Controls_that_the_profile_does_not_know_make_no_event()
    {
        using var rig = new SessionRig();
        rig.Session.OnControlsChanged(1, [new(0x7fff, 0, ControlValue.From(1))]);
        rig.Session.OnControlsChanged(1, []);
        rig.Session.OnFramesDropped(0, DropReason.NoRequest, 1);
        Assert.Equal(0, rig.Session.QueuedEvents);
    }

    [Fact]
    public void A_buffer_too_short_for_an_event_breaks_the_device()
    {
        using var rig = new SessionRig();
        Offer(rig, 63);
        Assert.Contains("63 writable bytes; an event needs 64", Assert.Single(rig.Host.Violations));
    }

    [Fact]
    public void Events_keep_their_order()
    {
        using var rig = new SessionRig();
        rig.Session.OnSource(SourceEvent.Lost, 9);
        rig.Session.OnFramesDropped(1, DropReason.Source, 10);
        rig.Session.OnSource(SourceEvent.Back, 11);
        var events = Enumerable.Range(0, 3).Select(_ => Offer(rig).Event).ToArray();
        Assert.Equal([CameraEventType.Source, CameraEventType.FrameDrop, CameraEventType.Source], events.Select(e => e.Type));
        Assert.Equal([9ul, 10ul, 11ul], events.Select(e => e.FrameNumber));
    }
}
