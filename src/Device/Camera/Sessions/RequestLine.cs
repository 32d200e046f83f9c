using CameraFabric.Device.Delivery;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// The requests of a session in the order in which they were accepted. They go back to the driver in this order, whichever thread ends them
/// first; only those that
/// were given up (flush, stop, time-out) leave it at once. Thread-safe: the lock is held for a ring entry, never for pixels.
/// </summary>
internal sealed class RequestLine
{
    private readonly Lock _gate = new();
    private readonly Stack<ChainRequest> _free = new();
    private ChainRequest? _head;
    private ChainRequest? _tail;
    private int _count;
    private ulong _lastDelivered;
    private bool _isClaiming;
    private int _isInterrupted;

    /// <summary>Requests accepted and not yet back with the driver.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>Whether a request up to this id is still held.</summary>
    public bool HoldsUpTo(ulong requestId)
    {
        lock (_gate) return _head is not null && _head.RequestId <= requestId;
    }

    /// <summary>An object to use again; null if there is none.</summary>
    public ChainRequest? TryReuse()
    {
        lock (_gate) return _free.TryPop(out var request) ? request : null;
    }

    /// <summary>Puts a request at the end.</summary>
    public void Append(ChainRequest request)
    {
        lock (_gate)
        {
            request.Previous = _tail;
            request.Next = null;
            if (_tail is null) _head = request;
            else _tail.Next = request;
            _tail = request;
            _count++;
        }
    }

    /// <summary>Its result is written. Sends back what may go back now.</summary>
    public void Finish(ChainRequest request, int written, bool inOrder)
    {
        lock (_gate)
        {
            request.Written = written;
            request.IsReady = true;
            if (!inOrder) Push(request);
            Drain();
        }
    }

    /// <summary>The delivery side holds no reference any more.</summary>
    public void Report(ChainRequest request)
    {
        lock (_gate)
        {
            // A free object is reported twice, or was never taken.
            if (request.IsAbandoned || request.IsReported || request.State == RequestState.Free) return;
            request.IsReported = true;
            if (request.IsPushed) Recycle(request);
        }
    }

    /// <summary>
    /// Ends, by <paramref name="end"/>, every waiting request that <paramref name="which"/> names. Those that another thread has claimed
    /// are left to it.
    /// </summary>
    public void Claim<T>(T argument, Func<T, ChainRequest, bool> which, Action<T, ChainRequest> end)
    {
        lock (_gate)
        {
            ChainRequest? next;
            for (var request = _head; request is not null; request = next)
            {
                // Taken before the end: that unlinks the request, and can send back and unlink those at the head.
                next = request.Next;
                if (request.State != RequestState.Waiting || !which(argument, request) || !request.TryClaim()) continue;
                if (request.IsArmed) request.IsAbandoned = true;
                else request.IsReported = true;
                _isClaiming = true;
                end(argument, request);
                _isClaiming = false;
            }

            Drain();
        }
    }

    /// <summary>Visits the waiting requests that were not armed yet, in order.</summary>
    public void VisitUnarmed<T>(T argument, Action<T, ChainRequest> visit)
    {
        lock (_gate)
        {
            for (var request = _head; request is not null; request = request.Next)
            {
                if (!request.IsArmed && request.State == RequestState.Waiting) visit(argument, request);
            }
        }
    }

    /// <summary>The earliest deadline of a waiting request; <see cref="long.MaxValue"/> if there is none.</summary>
    public long EarliestDeadline()
    {
        lock (_gate)
        {
            var earliest = long.MaxValue;
            for (var request = _head; request is not null; request = request.Next)
            {
                if (request.State == RequestState.Waiting) earliest = Math.Min(earliest, request.Deadline);
            }

            return earliest;
        }
    }

    /// <summary>Notes a delivered frame and says how many lie between it and the one before.</summary>
    public uint Delivered(ulong frame)
    {
        lock (_gate)
        {
            var between = _lastDelivered == 0 || frame <= _lastDelivered ? 0 : frame - _lastDelivered - 1;
            _lastDelivered = frame;
            return (uint)Math.Min(between, uint.MaxValue);
        }
    }

    /// <summary>A new start: frames before it do not count as dropped.</summary>
    public void ForgetDelivered()
    {
        lock (_gate) _lastDelivered = 0;
    }

    /// <summary>An earlier life of the device ended without order: the next frame follows on no other.</summary>
    public void Interrupt() => Volatile.Write(ref _isInterrupted, 1);

    /// <summary>The device is reset: nothing of an earlier life is gone on with.</summary>
    public void ForgetInterruption() => Volatile.Write(ref _isInterrupted, 0);

    /// <summary>Whether the frame about to be told is the first since <see cref="Interrupt"/>. True once. Any thread.</summary>
    public bool TakeInterruption() => Volatile.Read(ref _isInterrupted) != 0 && Interlocked.Exchange(ref _isInterrupted, 0) != 0;

    private void Drain()
    {
        // While requests are being claimed the walk holds a reference to the next one, which must stay in the line until it was looked at.
        if (_isClaiming) return;
        while (_head is { IsReady: true } request) Push(request);
    }

    private void Push(ChainRequest request)
    {
        if (request.Previous is null) _head = request.Next;
        else request.Previous.Next = request.Next;
        if (request.Next is null) _tail = request.Previous;
        else request.Next.Previous = request.Previous;
        request.Next = request.Previous = null;
        _count--;
        request.IsPushed = true;
        // First the buffer, because the driver may offer it again as soon as it sees the used entry.
        request.Buffer?.Release();
        var chain = request.Chain;
        chain.Queue.Complete(chain, request.Written);
        if (request.IsReported) Recycle(request);
        else if (request.IsAbandoned) request.Forget();
    }

    private void Recycle(ChainRequest request)
    {
        request.Clear();
        _free.Push(request);
    }
}
