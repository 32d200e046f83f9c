using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Delivery;

/// <summary>
/// One guest's wish for a frame, as the fan-out and the delivery thread see it, whichever face the guest uses. The objects are made once and
/// used again. Whoever wins <see cref="TryClaim"/> must end it, by <see cref="Complete"/> or <see cref="Fail"/>, and, if that is not the
/// session, tell the session so by <see cref="IGuestSession.OnRequestCompleted"/> when it has let go of the object. A request that the
/// session itself ended after it was armed is never used again, so a reference that the fan-out still holds can only find it done.
/// </summary>
/// <param name="session">The session it belongs to.</param>
public abstract class FrameRequest(ulong session)
{
    private int _state;

    /// <summary>The session it belongs to.</summary>
    public ulong Session { get; } = session;

    /// <summary>0: takes any next frame. Otherwise only the frame whose header carries this set.</summary>
    public ulong ControlSet { get; protected set; }

    /// <summary>The frame it is meant for; 0 for any.</summary>
    public ulong TargetFrame { get; protected set; }

    /// <summary>For the host: whatever it wants to find again with the request. Kept from use to use.</summary>
    public object? Owner { get; set; }

    /// <summary>Where it is in its life.</summary>
    public RequestState State => (RequestState)Volatile.Read(ref _state);

    /// <summary>
    /// Whether it wants the frame itself and not its bytes: nothing is copied, its targets are not looked at, and
    /// <see cref="Complete"/> takes a lease of its own, which the session gives back. Fixed from its beginning to its end.
    /// </summary>
    public virtual bool KeepsFrame => false;

    /// <summary>
    /// For a request that keeps its frame: reserves the place for it, before it is claimed. What is reserved is used by
    /// <see cref="Complete"/>, or given up by <see cref="Fail"/> or <see cref="CancelReservation"/>.
    /// </summary>
    /// <param name="frame">The frame; the caller holds a lease.</param>
    public virtual LeaseAnswer TryReserve(Frame frame) => LeaseAnswer.Reserved;

    /// <summary>It could not be claimed: what <see cref="TryReserve"/> reserved is given up.</summary>
    public virtual void CancelReservation()
    {
    }

    /// <summary>Pieces of memory that the frame goes to: the guest's, or the fabric's own that is mapped into the guest.</summary>
    public abstract int TargetCount { get; }

    /// <summary>Piece <paramref name="index"/>: the frame's bytes go through the pieces in order, planes one after the other.</summary>
    /// <exception cref="InvalidOperationException">There is no such piece.</exception>
    public abstract GuestRange Target(int index);

    /// <summary>Whether a frame is the one it waits for.</summary>
    public bool Takes(in FrameHeader header) => ControlSet != 0 ? header.ControlSet == ControlSet : header.Sequence >= TargetFrame;

    /// <summary>Waiting to Claimed, for one caller only. Any thread.</summary>
    public bool TryClaim() =>
        Interlocked.CompareExchange(ref _state, (int)RequestState.Claimed, (int)RequestState.Waiting) == (int)RequestState.Waiting;

    /// <summary>
    /// Begins to write into the targets. False if they are gone, e.g. because the guest's queue has stopped: then write nothing, call no
    /// <see cref="EndWrite"/>, and end with <see cref="Fail"/>.
    /// </summary>
    public abstract bool BeginWrite();

    /// <summary>Ends what <see cref="BeginWrite"/> began.</summary>
    public abstract void EndWrite();

    /// <summary>
    /// Ends a claimed request with the frame whose pixels are in its targets, or which it keeps. Any thread; allocates nothing.
    /// </summary>
    /// <param name="frame">The frame; the caller holds a lease.</param>
    /// <exception cref="InvalidOperationException">The request was not claimed, or has ended before.</exception>
    public abstract void Complete(Frame frame);

    /// <summary>
    /// Whether <see cref="Complete"/> gave the guest the frame: not if the request keeps it, and there was no place for it any more. For
    /// whoever completed it, until the session is told.
    /// </summary>
    public virtual bool GaveFrame => true;

    /// <summary>Ends a claimed request without a frame. Any thread.</summary>
    /// <param name="status">Why; not <see cref="CameraStatus.Ok"/>.</param>
    /// <param name="frame">The frame that was lost, if it is known.</param>
    /// <exception cref="InvalidOperationException">The request was not claimed, or has ended before.</exception>
    public abstract void Fail(CameraStatus status, ulong frame = 0);

    /// <summary>It stands for a new request, which waits.</summary>
    protected void BeginWaiting() => Volatile.Write(ref _state, (int)RequestState.Waiting);

    /// <summary>It stands for no request.</summary>
    protected void BecomeFree() => Volatile.Write(ref _state, (int)RequestState.Free);

    /// <summary>The one place where a request's end is decided: everybody else finds it done.</summary>
    /// <exception cref="InvalidOperationException">The request was not claimed, or has ended before.</exception>
    protected void End()
    {
        var before = Interlocked.CompareExchange(ref _state, (int)RequestState.Done, (int)RequestState.Claimed);
        if (before != (int)RequestState.Claimed)
        {
            throw new InvalidOperationException(
                $"{this} is {(RequestState)before}; only a claimed request can end");
        }
    }
}
