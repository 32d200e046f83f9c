using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// Events on their way to the driver, in its event buffers. Nothing is dropped: of each buffer at most one DQBUF waits, of each subscription
/// at most one event, so what waits is bounded by what the guest was allowed to make. Session thread only.
/// </summary>
internal sealed class EventLine(MediaContext context)
{
    private readonly Queue<DescriptorChain> _chains = new();
    private readonly Queue<(uint Session, MediaBuffer? Buffer, Subscription? Subscription)> _waiting = new();
    private readonly byte[] _scratch = new byte[MediaDequeueEvent.Bytes];
    private uint _sequence;

    /// <summary>Events that wait for a buffer of the driver's.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>
    /// Events that were sent and whose buffer the driver has not posted again: it may not have looked at them yet. It posts a buffer when it
    /// is done with the event in it.
    /// </summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Takes one event buffer from the driver.</summary>
    /// <returns>False if no event fits into it.</returns>
    public bool Offer(DescriptorChain chain)
    {
        if (chain.WritableBytes < MediaDequeueEvent.Bytes) return false;
        if (Unacknowledged > 0) Unacknowledged--;
        _chains.Enqueue(chain);
        Send();
        return true;
    }

    /// <summary>A buffer goes back to the driver. Once only, until it is queued again.</summary>
    public void Return(uint session, MediaBuffer buffer)
    {
        buffer.State = BufferState.Done;
        _waiting.Enqueue((session, buffer, null));
        Send();
    }

    /// <summary>A V4L2 event for whoever subscribed to it; one that still waits is replaced.</summary>
    public void Post(OpenSession session, Subscription subscription, in V4l2Event item)
    {
        var changes = item.Control.Changes | (subscription.IsWaiting ? subscription.Event.Control.Changes : 0);
        var now = context.Clock.Now;
        subscription.Event = item with
        {
            Control = item.Control with { Changes = changes },
            Seconds = now / 1_000_000_000,
            Nanoseconds = now % 1_000_000_000,
        };
        if (subscription.IsWaiting)
        {
            context.Counters.CountLostEvent();
            return;
        }

        subscription.IsWaiting = true;
        _waiting.Enqueue((session.Id, null, subscription));
        Send();
    }

    /// <summary>Buffers that wait to go back do not go back any more: the stream is off.</summary>
    public void ForgetBuffers()
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var item = _waiting.Dequeue();
            if (item.Buffer is null) _waiting.Enqueue(item);
        }
    }

    /// <summary>The subscription has ended: what waits of it is not told any more.</summary>
    public void Forget(Subscription subscription)
    {
        if (!subscription.IsWaiting) return;
        subscription.IsWaiting = false;
        for (var left = _waiting.Count; left > 0; left--)
        {
            var item = _waiting.Dequeue();
            if (item.Subscription != subscription) _waiting.Enqueue(item);
        }
    }

    /// <summary>The queue stops: every buffer of the driver's goes back empty; what waits is kept, unless the device is reset.</summary>
    public void GiveBack(bool forget)
    {
        while (_chains.TryDequeue(out var chain)) chain.Queue.Complete(chain, 0);
        Unacknowledged = 0;
        if (!forget) return;
        _waiting.Clear();
        _sequence = 0;
    }

    private void Send()
    {
        while (_waiting.Count > 0 && _chains.Count > 0)
        {
            var (session, buffer, subscription) = _waiting.Dequeue();
            var length = buffer is not null ? Write(session, buffer) : Write(session, subscription!);
            var chain = _chains.Dequeue();
            chain.Write(0, _scratch.AsSpan(0, length));
            Unacknowledged++;
            context.Counters.CountEvent();
            chain.Queue.Complete(chain, length);
        }
    }

    // The whole 608 bytes, the planes' place included: the driver drops what is shorter.
    private int Write(uint session, MediaBuffer buffer)
    {
        buffer.State = BufferState.Idle;
        _scratch.AsSpan().Clear();
        CameraWire.Write(_scratch, new MediaDequeueEvent(new MediaEventHeader(MediaEvent.DequeueBuffer, session), buffer.Describe()));
        return MediaDequeueEvent.Bytes;
    }

    private int Write(uint session, Subscription subscription)
    {
        subscription.IsWaiting = false;
        var item = subscription.Event with { Sequence = _sequence++ };
        CameraWire.Write(_scratch, new MediaV4l2Event(new MediaEventHeader(MediaEvent.Event, session), item));
        return MediaV4l2Event.Bytes;
    }
}
