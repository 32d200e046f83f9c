using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>One OPEN of the device: what V4L2 calls a file handle. Session thread only.</summary>
/// <param name="id">Its id, not 0.</param>
internal sealed class OpenSession(uint id)
{
    public uint Id { get; } = id;

    /// <summary>V4L2_PRIORITY_*: 1 background, 2 interactive, 3 record.</summary>
    public uint Priority { get; set; } = 2;

    /// <summary>What it wants to be told of, and what waits to be told: at most one event of each kind.</summary>
    public List<Subscription> Subscriptions { get; } = [];

    public Subscription? Find(V4l2EventType type, uint control) =>
        Subscriptions.Find(subscription => subscription.Type == type && subscription.Control == control);
}

/// <summary>One subscription, and its event if one waits: a later one replaces it, as V4L2 does.</summary>
internal sealed class Subscription(V4l2EventType type, uint control, V4l2SubscriptionFlags flags)
{
    public V4l2EventType Type { get; } = type;

    public uint Control { get; } = control;

    public V4l2SubscriptionFlags Flags { get; } = flags;

    public bool IsWaiting { get; set; }

    public V4l2Event Event { get; set; }
}
