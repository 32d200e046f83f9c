using CameraFabric.Device.Delivery;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// The requests of one session that wait for a frame, in order. Each stands here at most once: a session uses an object again only after
/// the
/// delivery side has let go of it. Those that the session has ended itself stay until they are noticed. A ring that grows only if a session
/// exceeds what it said; not thread-safe.
/// </summary>
/// <param name="capacity">How many to have room for.</param>
internal sealed class RequestFifo(int capacity)
{
    private FrameRequest[] _requests = new FrameRequest[Math.Max(4, capacity)];
    private int _head;

    /// <summary>How many stand here.</summary>
    public int Count { get; private set; }

    /// <summary>One of them.</summary>
    /// <param name="position">0 is the oldest.</param>
    public FrameRequest this[int position] => _requests[(_head + position) % _requests.Length];

    /// <summary>Adds one at the end.</summary>
    /// <param name="request">A request that was told to the fan-out.</param>
    public void Add(FrameRequest request)
    {
        if (Count == _requests.Length) Grow();
        _requests[(_head + Count++) % _requests.Length] = request;
    }

    /// <summary>Takes the oldest out.</summary>
    public FrameRequest Take()
    {
        var request = _requests[_head];
        _requests[_head] = null!;
        _head = (_head + 1) % _requests.Length;
        Count--;
        return request;
    }

    /// <summary>Takes any one out; those behind it move up.</summary>
    /// <param name="position">0 is the oldest.</param>
    public FrameRequest TakeAt(int position)
    {
        var request = this[position];
        for (var i = position; i > 0; i--) _requests[(_head + i) % _requests.Length] = this[i - 1];
        _ = Take();
        return request;
    }

    /// <summary>Where the request with a control set is; -1 if there is none.</summary>
    /// <param name="controlSet">The set, not 0.</param>
    public int Find(ulong controlSet)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].ControlSet == controlSet) return i;
        }

        return -1;
    }

    private void Grow()
    {
        var larger = new FrameRequest[_requests.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _requests = larger;
        _head = 0;
    }
}
