using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Integration;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>V4L2 events: who is told of what, and when.</summary>
public sealed class EventTests : MediaTest
{
    [Fact]
    public void With_SEND_INITIAL_the_event_is_in_the_queue_before_SUBSCRIBE_is_answered()
    {
        Guest.Driver.HoldEvents = true;      // the guest's worker is late: only what SUBSCRIBE itself finds counts
        var control = FirstControl();

        Assert.Equal(0, Session.Subscribe(Of(control.Id, V4l2SubscriptionFlags.SendInitial)));

        Assert.True(Session.TryTakeEvent(out var occurred), "nothing was there");
        Assert.Equal((V4l2EventType.Control, control.Id), (occurred.Type, occurred.Id));
        Assert.Equal(V4l2ControlChanges.Value | V4l2ControlChanges.Flags, occurred.Control.Changes & ~V4l2ControlChanges.Range);
        Assert.Equal((control.Type, control.Default), (occurred.Control.Type, occurred.Control.Value));
    }

    [Fact]
    public async Task A_session_hears_of_what_another_set()
    {
        var other = await Guest.OpenAsync(Fabric);
        var control = FirstControl();
        Assert.Equal(0, other.Subscribe(Of(control.Id)));

        Set(control.Id, control.Maximum);

        Assert.True(other.TryTakeEvent(RunningFabric.Patience, out var occurred));
        Assert.Equal((control.Id, control.Maximum), (occurred.Id, occurred.Control.Value));
    }

    [Fact]
    public void A_session_hears_of_what_it_set_itself_only_with_feedback()
    {
        var control = FirstControl();
        Assert.Equal(0, Session.Subscribe(Of(control.Id, V4l2SubscriptionFlags.AllowFeedback)));
        Set(control.Id, control.Maximum);
        Assert.True(Session.TryTakeEvent(RunningFabric.Patience, out _));

        Assert.Equal(0, Session.Write(MediaIoctl.UnsubscribeEvent, Of(control.Id)));
        Assert.Equal(0, Session.Subscribe(Of(control.Id)));
        Set(control.Id, control.Minimum);
        Assert.Equal(0, Session.Write(MediaIoctl.UnsubscribeEvent, Of(control.Id)));
        Assert.Equal(0, Session.Subscribe(Of(control.Id, V4l2SubscriptionFlags.SendInitial)));   // a mark: nothing came before it
        Assert.True(Session.TryTakeEvent(RunningFabric.Patience, out var next));
        Assert.Equal(control.Minimum, next.Control.Value);
        Assert.False(Session.TryTakeEvent(out _));
    }

    [Fact]
    public void After_UNSUBSCRIBE_nothing_is_told()
    {
        var control = FirstControl();
        Assert.Equal(0, Session.Subscribe(Of(control.Id, V4l2SubscriptionFlags.AllowFeedback)));
        Assert.Equal(0, Session.Write(MediaIoctl.UnsubscribeEvent, new V4l2EventSubscription { Type = V4l2EventType.All }));

        Set(control.Id, control.Maximum);
        Assert.Equal(0, Session.Subscribe(Of(control.Id, V4l2SubscriptionFlags.SendInitial)));

        Assert.True(Session.TryTakeEvent(RunningFabric.Patience, out _));
        Assert.False(Session.TryTakeEvent(out _));
    }

    [Fact]
    public void What_cannot_be_subscribed_to_is_EINVAL()
    {
        Assert.Equal(Invalid, Session.Subscribe(new V4l2EventSubscription { Type = V4l2EventType.All }));
        Assert.Equal(Invalid, Session.Subscribe(new V4l2EventSubscription { Type = (V4l2EventType)0x0800_0001 }));
        Assert.Equal(Invalid, Session.Subscribe(Of(0x00980fff)));
        Assert.Equal(0, Session.Subscribe(new V4l2EventSubscription { Type = V4l2EventType.SourceChange }));
    }

    private static V4l2EventSubscription Of(uint id, V4l2SubscriptionFlags flags = V4l2SubscriptionFlags.None) =>
        new() { Type = V4l2EventType.Control, Id = id, Flags = flags };

    private V4l2QueryExtendedControl FirstControl()
    {
        var control = new V4l2QueryExtendedControl { Id = (uint)V4l2ControlFlags.NextControl };
        do
        {
            control = new V4l2QueryExtendedControl { Id = control.Id | (uint)V4l2ControlFlags.NextControl };
            Assert.Equal(0, Session.Ioctl(MediaIoctl.QueryExtendedControl, ref control));
        }
        while (control.Type != V4l2ControlType.Integer || (control.Flags & V4l2ControlFlags.ReadOnly) != 0);

        return control;
    }

    private void Set(uint id, long value)
    {
        var head = new V4l2ExtendedControls { Count = 1 };
        V4l2ExtendedControl[] controls = [new() { Id = id, Value = value }];
        Assert.Equal(0, Session.Controls(MediaIoctl.SetExtendedControls, ref head, controls));
    }
}
