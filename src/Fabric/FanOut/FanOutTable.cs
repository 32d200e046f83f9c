using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// Decides which waiting request gets which frame, for all sessions of one camera. A request with a control set gets exactly the frame
/// that was
/// exposed for it; one without gets the next, from its target on if it has one. Each frame that a session is offered, and each request that it armed, ends exactly once,
/// and is
/// counted. Touches no pixels, allocates nothing for a frame, and is not thread-safe: an actor owns it.
/// </summary>
internal sealed class FanOutTable(CameraMeter meter, IDeliveryQueue delivery)
{
    private readonly List<FanOutSession> _sessions = [];

    /// <summary>Sessions that are joined. Valid until the next one joins or leaves.</summary>
    public ReadOnlySpan<FanOutSession> Sessions => CollectionsMarshal.AsSpan(_sessions);

    /// <summary>
    /// Whether the camera takes settings frame by frame: then an interleaved guest's frames are those exposed for it alone.
    /// </summary>
    public bool IsPerFrame { get; set; }

    /// <summary>A session joins. Again: nothing happens.</summary>
    public void Add(FanOutSession session)
    {
        if (!_sessions.Contains(session)) _sessions.Add(session);
    }

    /// <summary>A session leaves: its requests are cancelled.</summary>
    public void Remove(FanOutSession session)
    {
        End(session);
        _sessions.Remove(session);
    }

    /// <summary>Frames of a configuration are meant for a session from now on.</summary>
    public void Begin(FanOutSession session, uint generation)
    {
        Add(session);
        session.Generation = generation;
        session.IsStreaming = true;
    }

    /// <summary>No more frames are meant for a session: its requests are cancelled.</summary>
    public void End(FanOutSession session)
    {
        session.IsStreaming = false;
        FailAll(session, CameraStatus.Cancelled);
    }

    /// <summary>A request waits for a frame from now on. One whose session has left is cancelled.</summary>
    public void Arm(FrameRequest request)
    {
        if (request.Owner is not FanOutSession session) return;
        session.Meter.CountArmed();
        DropEnded(session);
        session.Waiting.Add(request);
        if (!_sessions.Contains(session)) FailAll(session, CameraStatus.Cancelled);
    }

    /// <summary>A frame has come. The caller keeps its lease; each request that gets the frame gets a lease of its own.</summary>
    public void Offer(Frame frame)
    {
        // One copy for all sessions: the original lies in memory that others may share.
        var header = frame.Header;
        meter.CountFannedOut();
        var isFull = delivery.IsFull;
        foreach (var session in _sessions)
        {
            if (session.IsStreaming) Offer(session, frame, header, isFull);
        }

        delivery.Commit();
    }

    /// <summary>Frames have no pixels here: every session that they were meant for misses them.</summary>
    /// <param name="sequence">The number of the last of them.</param>
    /// <param name="set">The set that it was exposed for; 0 for none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    public void Lose(ulong sequence, ulong set, FrameDropReason reason, int count = 1)
    {
        foreach (var session in _sessions)
        {
            if (!session.IsStreaming) continue;
            DropEnded(session);
            var position = set == 0 ? -1 : session.Waiting.Find(set);
            if (position < 0 && IsMeantForOthers(session, set)) continue;
            session.Meter.CountOffered(count);
            session.Drop(reason, sequence, count);
            if (position < 0) continue;
            PassOver(session, position, sequence);
            Fail(session, session.Waiting.Take(), reason == FrameDropReason.SensorFailed ? CameraStatus.NoSource : CameraStatus.FrameLost,
                sequence);
        }

        delivery.Commit();
    }

    /// <summary>A control set will come with no frame: the request that waits for it ends.</summary>
    public void LoseControlSet(ulong set, ulong context, CameraStatus status, ulong frame)
    {
        foreach (var session in _sessions)
        {
            if (session.Id != context) continue;
            var position = session.Waiting.Find(set);
            if (position >= 0) Fail(session, session.Waiting.TakeAt(position), status, frame);
            break;
        }

        delivery.Commit();
    }

    /// <summary>A session controls the camera no longer: what it had bound to frames to come is called off.</summary>
    public void Unbind(FanOutSession session)
    {
        for (var i = 0; i < session.Waiting.Count;)
        {
            if (session.Waiting[i].ControlSet == 0) i++;
            else Fail(session, session.Waiting.TakeAt(i), CameraStatus.Cancelled, 0);
        }

        delivery.Commit();
    }

    /// <summary>
    /// The camera has another configuration: sessions that stream an older one get no frames until they follow, and their requests are
    /// stale.
    /// </summary>
    /// <param name="generation">The new configuration.</param>
    public void Supersede(uint generation)
    {
        foreach (var session in _sessions)
        {
            if (session.IsStreaming && session.Generation != generation) FailAll(session, CameraStatus.Stale);
        }
    }

    /// <summary>Ends every request that waits, of all sessions.</summary>
    public void FailAll(CameraStatus status)
    {
        foreach (var session in _sessions) FailAll(session, status);
    }

    private void Offer(FanOutSession session, Frame frame, in FrameHeader header, bool isFull)
    {
        var (sequence, set) = (header.Sequence, header.ControlSet);
        var waiting = session.Waiting;
        DropEnded(session);
        if (header.ConfigurationGeneration != session.Generation)
        {
            Drop(session, FrameDropReason.Stale, sequence);
            return;
        }

        var position = set == 0 ? -1 : waiting.Find(set);
        if (position < 0 && (waiting.Count == 0 || !waiting[0].Takes(header)))
        {
            if (IsMeantForOthers(session, set)) session.Meter.CountOtherGuest();
            else Drop(session, TakesTurns(session) ? FrameDropReason.Cancelled : FrameDropReason.NoRequest, sequence);
            return;
        }

        // What is read in place costs no bytes: nobody copies them.
        var isOverBudget = session.Bytes is { IsSpent: true } && !waiting[Math.Max(position, 0)].KeepsFrame;
        if (isFull || isOverBudget)
        {
            // A request for the next frame can take a later one; one for this very frame has lost it.
            if (position >= 0) PassOver(session, position + 1, sequence);
            Drop(session, isFull ? FrameDropReason.DeliveryBusy : FrameDropReason.OverBudget, sequence);
            return;
        }

        if (position > 0) PassOver(session, position, sequence);
        while (waiting.Count > 0 && waiting[0].Takes(header))
        {
            var answer = waiting[0].TryReserve(frame);
            if (answer != LeaseAnswer.Reserved)
            {
                // As above: this frame is over for the guest, and for a request for this very frame.
                if (position >= 0) PassOver(session, 1, sequence);
                Drop(session, answer == LeaseAnswer.LimitReached ? FrameDropReason.LeasesHeld : FrameDropReason.Stale, sequence);
                return;
            }

            var request = TakeFirst(session);
            if (!request.TryClaim())
            {
                request.CancelReservation();
                continue;
            }

            session.Meter.CountOffered();
            if (!request.KeepsFrame) session.Bytes?.Spend(frame.Pixels.Length);
            _ = frame.Lease();
            delivery.Deliver(frame, request, session);
            return;
        }

        // The session took its request back in this very moment.
        Drop(session, position >= 0 ? FrameDropReason.Cancelled : FrameDropReason.NoRequest, sequence);
    }

    // Frames that are tagged with nobody's set, or another's, are not what an interleaved guest asked for.
    private bool IsMeantForOthers(FanOutSession session, ulong set) => TakesTurns(session) && !IsOwn(session, set);

    private bool TakesTurns(FanOutSession session) => IsPerFrame && session.Role == SessionRole.Interleaved;

    // Exposed for a request of this very session, which may have taken it back meanwhile.
    private static bool IsOwn(FanOutSession session, ulong set) => set != 0 && CameraSessionOptions.SessionOf(set) == session.Id;

    // The first requests' frame has passed: a later set of the same session has come, or the frame is lost.
    private void PassOver(FanOutSession session, int count, ulong sequence)
    {
        for (var i = 0; i < count; i++) Fail(session, session.Waiting.Take(), CameraStatus.FrameLost, sequence);
    }

    private void FailAll(FanOutSession session, CameraStatus status)
    {
        while (session.Waiting.Count > 0) Fail(session, session.Waiting.Take(), status, 0);
        delivery.Commit();
    }

    // For a request that was taken out of the line.
    private void Fail(FanOutSession session, FrameRequest request, CameraStatus status, ulong frame)
    {
        session.Meter.CountDisarmed();
        if (!request.TryClaim()) return;
        if (request.ControlSet != 0) session.Meter.ControlSets.Add((int)ControlSetOutcome.Lost);
        delivery.Fail(request, session, status, frame);
    }

    private static FrameRequest TakeFirst(FanOutSession session)
    {
        session.Meter.CountDisarmed();
        return session.Waiting.Take();
    }

    private static void Drop(FanOutSession session, FrameDropReason reason, ulong sequence)
    {
        session.Meter.CountOffered();
        session.Drop(reason, sequence);
    }

    // Requests that their session has ended: flushed, stopped, or out of time.
    private static void DropEnded(FanOutSession session)
    {
        while (session.Waiting.Count > 0 && session.Waiting[0].State != RequestState.Waiting) _ = TakeFirst(session);
    }
}
