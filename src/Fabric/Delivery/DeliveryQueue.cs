using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Delivery;

/// <summary>
/// The way from a camera's fan-out (one producer) to its delivery thread (one consumer). Frames on the way are bounded; requests are,
/// because each
/// exists once. Nothing is allocated but when the ring has to grow, which happens in the beginning.
/// </summary>
/// <param name="maximumFrames">Frames that may be on their way, being copied included.</param>
internal sealed class DeliveryQueue(int maximumFrames) : IDeliveryQueue
{
    private readonly object _gate = new();
    private const int First = 8;
    private DeliveryItem[] _staged = []; // a camera that nobody reads needs none
    private DeliveryItem[] _ring = [];
    private int _stagedCount;
    private int _head;
    private int _count;
    private int _frames;
    private bool _closed;

    /// <inheritdoc/>
    public bool IsFull => Volatile.Read(ref _frames) >= maximumFrames;

    /// <summary>Frames on their way.</summary>
    public int Frames => Volatile.Read(ref _frames);

    /// <inheritdoc/>
    public void Deliver(Frame frame, FrameRequest request, FanOutSession session) =>
        Stage(new DeliveryItem(frame, request, session, CameraStatus.Ok, 0));

    /// <inheritdoc/>
    public void Fail(FrameRequest request, FanOutSession session, CameraStatus status, ulong frame) =>
        Stage(new DeliveryItem(null, request, session, status, frame));

    /// <inheritdoc/>
    public void Commit()
    {
        if (_stagedCount == 0) return;
        lock (_gate)
        {
            if (_count + _stagedCount > _ring.Length) Grow();
            // Failures first: within one decision a session's failed requests are older than the one that gets the frame.
            // So a frame's requests lie side by side and are copied in one pass.
            var delivers = false;
            for (var i = 0; i < _stagedCount; i++)
            {
                if (_staged[i].Frame is null) Append(_staged[i]);
                else delivers = true;
            }

            for (var i = 0; i < _stagedCount; i++)
            {
                if (_staged[i].Frame is not null) Append(_staged[i]);
            }

            if (delivers) _frames++;
            Array.Clear(_staged, 0, _stagedCount);
            _stagedCount = 0;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for work and takes what belongs together: all requests of one frame, or one failure.</summary>
    /// <param name="batch">Where the items go; grows when it must.</param>
    /// <returns>How many items; 0 when the queue is closed and empty.</returns>
    public int Take(ref DeliveryItem[] batch)
    {
        lock (_gate)
        {
            while (_count == 0)
            {
                if (_closed) return 0;
                Monitor.Wait(_gate);
            }

            var taken = 0;
            var frame = _ring[_head].Frame;
            do
            {
                if (taken == batch.Length) Array.Resize(ref batch, batch.Length * 2);
                batch[taken++] = _ring[_head];
                _ring[_head] = default;
                _head = (_head + 1) % _ring.Length;
                _count--;
            }
            while (_count > 0 && frame is not null && _ring[_head].Frame == frame);
            return taken;
        }
    }

    /// <summary>The frame of a batch is no longer on its way.</summary>
    public void Done()
    {
        lock (_gate) _frames--;
    }

    /// <summary>No more comes; what is there is still to be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Stage(in DeliveryItem item)
    {
        if (_stagedCount == _staged.Length) Array.Resize(ref _staged, Math.Max(First / 2, _staged.Length * 2));
        _staged[_stagedCount++] = item;
    }

    private void Append(in DeliveryItem item) => _ring[(_head + _count++) % _ring.Length] = item;

    private void Grow()
    {
        var larger = new DeliveryItem[Math.Max(Math.Max(First, _ring.Length * 2), _count + _stagedCount)];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_head + i) % _ring.Length];
        _ring = larger;
        _head = 0;
    }
}
