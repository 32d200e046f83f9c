using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.Accounting;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// A session as its camera's fan-out knows it: who it is, its waiting requests, and where its completed requests are told. One object a
/// session, made by the session's actor, named as <c>Owner</c> of each of its requests, so that nothing has to be looked up for a frame.
/// The queue and the stream's state belong to the fan-out; the rest is thread-safe.
/// </summary>
public sealed class FanOutSession
{
    private readonly DropNotice _notice;
    private volatile int _role;

    /// <summary>A session that does not stream yet.</summary>
    /// <param name="id">The session's number, unique on the node, not 0.</param>
    /// <param name="role">What it is to the camera.</param>
    /// <param name="meter">Where its frames are counted.</param>
    /// <param name="session">Who is told of completed requests and of drops.</param>
    /// <param name="maximumInFlight">Requests that it may have waiting.</param>
    public FanOutSession(ulong id, SessionRole role, GuestMeter meter, IActorRef session, int maximumInFlight)
    {
        ArgumentOutOfRangeException.ThrowIfZero(id);
        Id = id;
        _role = (int)role;
        Meter = meter;
        Session = session;
        MaximumInFlight = maximumInFlight;
        Waiting = new RequestFifo(maximumInFlight);
        _notice = new DropNotice(this);
    }

    /// <summary>The session's number: also the context of its control sets.</summary>
    public ulong Id { get; }

    /// <summary>What it is to the camera; changes when ownership does.</summary>
    public SessionRole Role
    {
        get => (SessionRole)_role;
        set => _role = (int)value;
    }

    /// <summary>Where its frames are counted.</summary>
    public GuestMeter Meter { get; }

    /// <summary>Who is told of completed requests and of drops.</summary>
    public IActorRef Session { get; }

    /// <summary>Requests that it may have waiting.</summary>
    public int MaximumInFlight { get; }

    /// <summary>The bytes that its guest may be given in a second, over all its devices; null for no limit.</summary>
    public ByteBudget? Bytes { get; init; }

    /// <summary>Its requests that wait for a frame, in order. The fan-out's.</summary>
    internal RequestFifo Waiting { get; }

    /// <summary>Whether frames are meant for it. The fan-out's.</summary>
    internal bool IsStreaming { get; set; }

    /// <summary>The configuration that it streams. The fan-out's.</summary>
    internal uint Generation { get; set; }

    /// <summary>Tells the session that nobody here holds a request of its any more. Any thread, after the request's end.</summary>
    /// <param name="request">The request.</param>
    public void Completed(FrameRequest request) => Session.Tell(request, ActorRefs.NoSender);

    /// <summary>
    /// Counts a frame that was offered and is not delivered, and lets the session know. Any thread; tells at most one notice until the
    /// session has looked.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="frame">The frame's number; of several the last one's.</param>
    /// <param name="count">How many.</param>
    public void Drop(FrameDropReason reason, ulong frame, int count = 1)
    {
        Meter.CountDropped(reason, count);
        if (_notice.Add(reason, frame, count)) Session.Tell(_notice, ActorRefs.NoSender);
    }
}
