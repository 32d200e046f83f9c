using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// The controls' values and who is told of their changes; QUERY_EXT_CTRL, QUERYMENU, subscriptions. Session thread only.
/// </summary>
internal sealed class ControlDesk(MediaContext context, EventLine events, Func<IEnumerable<OpenSession>> sessions)
{
    // Frames beyond a control's delay for which a set value is believed although frames do not show it: those on their way.
    private const int Margin = 4;

    public ControlMap Map { get; private set; } = new(context.Profile);

    /// <summary>Whether the device streams: what can only be set while stopped is grabbed then.</summary>
    public bool IsStreaming { get; set; }

    public void Renew() => Map = new ControlMap(context.Profile);

    /// <summary>What is to be known of a control now. What an observer cannot set is read-only for it.</summary>
    public V4l2ControlFlags FlagsOf(MappedControl control)
    {
        if (control.Info is not { } info) return V4l2ControlFlags.ReadOnly | V4l2ControlFlags.WriteOnly;
        var flags = control.IsArray ? V4l2ControlFlags.HasPayload : V4l2ControlFlags.None;
        if ((info.Direction & ControlDirection.Out) == 0) flags |= V4l2ControlFlags.WriteOnly;
        if (info.IsTrigger) flags |= V4l2ControlFlags.ExecuteOnWrite;
        if (!info.IsWritable) flags |= V4l2ControlFlags.ReadOnly | V4l2ControlFlags.Volatile;
        else if (!context.Steers) flags = flags & ~V4l2ControlFlags.WriteOnly | V4l2ControlFlags.ReadOnly;
        if (IsStreaming && info.Scope == ControlScope.Configure) flags |= V4l2ControlFlags.Grabbed;
        return flags;
    }

    /// <summary>QUERY_EXT_CTRL.</summary>
    public MediaStatus Query(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2QueryExtendedControl>(payload).Id;
        if (Look(asked) is not { } control) return MediaStatus.Invalid;
        CameraWire.Write(payload, control.Query(FlagsOf(control)));
        return MediaStatus.Ok;
    }

    /// <summary>QUERYCTRL, which older drivers send: the same for what fits into 32 bits.</summary>
    public MediaStatus QueryOld(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2QueryControl>(payload).Id;
        if (Look(asked) is not { } control) return MediaStatus.Invalid;
        var flags = FlagsOf(control);
        var query = control.Query(flags);
        var isWide = control.IsArray || control.Type == V4l2ControlType.Integer64;
        CameraWire.Write(payload, new V4l2QueryControl(query.Id, query.Type, query.Name, isWide ? 0 : (int)query.Minimum,
            isWide ? 0 : (int)query.Maximum, isWide ? 0 : (int)query.Step, isWide ? 0 : (int)query.Default, flags));
        return MediaStatus.Ok;
    }

    /// <summary>QUERYMENU.</summary>
    public MediaStatus QueryMenu(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2QueryMenu>(payload);
        if (Map.Find(asked.Id)?.MenuName(asked.Index) is not { } name) return MediaStatus.Invalid;
        CameraWire.Write(payload, new V4l2QueryMenu(asked.Id, asked.Index, Text32.From(name.Length > 31 ? name[..31] : name)));
        return MediaStatus.Ok;
    }

    /// <summary>SUBSCRIBE_EVENT. The first event is in the line before the answer is.</summary>
    public MediaStatus Subscribe(OpenSession session, ReadOnlySpan<byte> payload)
    {
        var asked = CameraWire.Read<V4l2EventSubscription>(payload);
        var control = asked.Type == V4l2EventType.Control ? Map.Find(asked.Id) : null;
        if (asked.Type is not (V4l2EventType.Control or V4l2EventType.SourceChange)) return MediaStatus.Invalid;
        if (asked.Type == V4l2EventType.Control ? control is null : asked.Id != 0) return MediaStatus.Invalid;
        if (session.Find(asked.Type, asked.Id) is not null) return MediaStatus.Ok;
        var subscription = new Subscription(asked.Type, asked.Id, asked.Flags);
        session.Subscriptions.Add(subscription);
        if ((asked.Flags & V4l2SubscriptionFlags.SendInitial) == 0 || control is { Info: null }) return MediaStatus.Ok;
        if (control is null)
        {
            events.Post(session, subscription, SourceChanged());
            return MediaStatus.Ok;
        }

        var flags = FlagsOf(control);
        var changes = V4l2ControlChanges.Flags | ((flags & V4l2ControlFlags.WriteOnly) == 0 ? V4l2ControlChanges.Value : 0);
        events.Post(session, subscription, control.Event(changes, flags));
        return MediaStatus.Ok;
    }

    /// <summary>UNSUBSCRIBE_EVENT.</summary>
    public MediaStatus Unsubscribe(OpenSession session, ReadOnlySpan<byte> payload)
    {
        var asked = CameraWire.Read<V4l2EventSubscription>(payload);
        if (asked.Type == V4l2EventType.All) Unsubscribe(session);
        else if (session.Find(asked.Type, asked.Id) is { } subscription)
        {
            session.Subscriptions.Remove(subscription);
            events.Forget(subscription);
        }

        return MediaStatus.Ok;
    }

    /// <summary>A session is told of nothing any more, nor of what waits.</summary>
    public void Unsubscribe(OpenSession session)
    {
        foreach (var subscription in session.Subscriptions) events.Forget(subscription);
        session.Subscriptions.Clear();
    }

    /// <summary>What was set is in force from now on, as far as V4L2 can say.</summary>
    public void Remember(ReadOnlySpan<ControlEntry> set, OpenSession? by)
    {
        foreach (ref readonly var entry in set)
        {
            if (Map.FindByCamera(entry.Id) is not { } control) continue;
            control.Unsettled = control.Info!.DelayFrames + context.Profile.PipelineDepth + Margin;
            if (control.Info.IsTrigger || entry.Value.Type != control.Info.Type) continue;
            Change(control, entry.Value, by);
        }
    }

    /// <summary>What a frame was made with. A value that was just set is believed until frames have had the time to show it.</summary>
    public void Shown(ReadOnlySpan<ControlEntry> applied)
    {
        foreach (ref readonly var entry in applied)
        {
            if (Map.FindByCamera(entry.Id) is not { } control || entry.Value.Type != control.Info!.Type) continue;
            if (control.Unsettled > 0 && --control.Unsettled > 0 && control.Value != entry.Value) continue;
            control.Unsettled = 0;
            if (control.IsReported) control.Value = entry.Value;
            else Change(control, entry.Value, null);
        }
    }

    /// <summary>Who may set them has changed.</summary>
    public void TellFlags()
    {
        foreach (var control in Map.All)
        {
            if (control.Info is { IsWritable: true }) Tell(control, V4l2ControlChanges.Flags, null);
        }
    }

    /// <summary>The source, or what it gives, is another.</summary>
    public void TellSource()
    {
        foreach (var session in sessions())
        {
            if (session.Find(V4l2EventType.SourceChange, 0) is { } subscription) events.Post(session, subscription, SourceChanged());
        }
    }

    // V4L2_EVENT_SRC_CH_RESOLUTION is 1 and lies where the changes of a control do.
    private static V4l2Event SourceChanged() =>
        new(V4l2EventType.SourceChange, new V4l2ControlEvent((V4l2ControlChanges)1, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0, 0);

    private MappedControl? Look(uint asked)
    {
        var (next, compound) = ((asked & (uint)V4l2ControlFlags.NextControl) != 0, (asked & (uint)V4l2ControlFlags.NextCompound) != 0);
        var id = asked & 0x0fffffff;
        return next || compound ? Map.After(id, next, compound) : Map.Find(id);
    }

    private void Change(MappedControl control, in ControlValue value, OpenSession? by)
    {
        if (control.Value == value) return;
        control.Value = value;
        Tell(control, V4l2ControlChanges.Value, by);
    }

    private void Tell(MappedControl control, V4l2ControlChanges changes, OpenSession? by)
    {
        foreach (var session in sessions())
        {
            if (session.Find(V4l2EventType.Control, control.Id) is not { } subscription) continue;
            if (session == by && (subscription.Flags & V4l2SubscriptionFlags.AllowFeedback) == 0) continue;
            events.Post(session, subscription, control.Event(changes, FlagsOf(control)));
        }
    }
}
