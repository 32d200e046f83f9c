using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>One thing that the front-end is asked to do with a shared memory region.</summary>
/// <param name="Mapping">Where.</param>
/// <param name="File">What to map; null to unmap. Owned.</param>
/// <param name="Done">Who is told once; null: nobody.</param>
/// <param name="Deadline">Frame-clock time, nanoseconds, when it has failed.</param>
internal sealed record SharedMemoryCall(SharedMapping Mapping, FileDescriptor? File, Action<SharedMemoryOutcome>? Done, long Deadline);

/// <summary>
/// What the front-end is asked to map and to unmap, one after the other: the next is asked when the one before is answered, so that an
/// answer can only be the answer to that. Whoever asks is told exactly once, also if no answer ever comes. <see cref="TryAdd"/> from any
/// thread, the rest on the connection's. Nobody is told under the lock.
/// </summary>
internal sealed class SharedMemoryCalls
{
    /// <summary>
    /// Calls that may wait for their turn; mappings beyond fail at once. What is to be taken away always finds room: each goes with a
    /// mapping that was done.
    /// </summary>
    public const int MaximumWaiting = 256;

    private readonly Lock _gate = new();
    private readonly LinkedList<SharedMemoryCall> _waiting = [];
    private SharedMemoryCall? _asked;
    private bool _isTold;
    private bool _isClosed;

    /// <summary>Whether an answer is still to come, be it too late.</summary>
    public bool AwaitsAnswer => _asked is not null;

    /// <summary>When the first of them has failed; <see cref="long.MaxValue"/> if none can.</summary>
    public long NextDeadline
    {
        get
        {
            lock (_gate)
            {
                var next = _asked is not null && !_isTold ? _asked.Deadline : long.MaxValue;
                foreach (var call in _waiting) next = Math.Min(next, call.Deadline);
                return next;
            }
        }
    }

    /// <summary>Puts one behind the others; false if there are too many, or the channel is closed. The file is taken if it is true.</summary>
    public bool TryAdd(SharedMemoryCall call)
    {
        lock (_gate)
        {
            if (_isClosed || (call.File is not null && _waiting.Count >= MaximumWaiting)) return false;
            _waiting.AddLast(call);
            return true;
        }
    }

    /// <summary>The one to be asked now; null if none is, or the one before has not been answered.</summary>
    public SharedMemoryCall? Next()
    {
        lock (_gate) return _asked is null ? _waiting.First?.Value : null;
    }

    /// <summary>What <see cref="Next"/> gave has been asked.</summary>
    public void Sent()
    {
        lock (_gate)
        {
            _asked = _waiting.First!.Value;
            _isTold = false;
            _waiting.RemoveFirst();
        }

        _asked.File?.Dispose();
    }

    /// <summary>The answer to what was asked.</summary>
    public void Answered(bool isDone)
    {
        SharedMemoryCall asked;
        bool isTold;
        lock (_gate)
        {
            (asked, isTold, _asked) = (_asked!, _isTold, null);

            // Whoever wanted it has been told that it failed: nobody would ever take it away.
            if (isTold && isDone && asked.File is not null)
            {
                _waiting.AddFirst(new SharedMemoryCall(asked.Mapping, null, null, long.MaxValue));
            }
        }

        if (!isTold) asked.Done?.Invoke(isDone ? SharedMemoryOutcome.Done : SharedMemoryOutcome.Refused);
    }

    /// <summary>
    /// Those whose time is over have failed. What was to be taken away is asked for all the same when its turn comes: nobody would ask
    /// again, and what stays mapped is in the way of the next mapping.
    /// </summary>
    public void Expire(long now)
    {
        if (NextDeadline > now) return;
        List<SharedMemoryCall> failed = [];
        lock (_gate)
        {
            if (_asked is not null && !_isTold && _asked.Deadline <= now)
            {
                failed.Add(_asked);
                _isTold = true;
            }

            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Deadline <= now)
                {
                    failed.Add(node.Value);
                    if (node.Value.File is null) node.Value = node.Value with { Done = null, Deadline = long.MaxValue };
                    else _waiting.Remove(node);
                }

                node = next;
            }
        }

        Fail(failed);
    }

    /// <summary>No answer comes any more: all of them have failed, and those to come.</summary>
    public void Close()
    {
        List<SharedMemoryCall> failed = [];
        lock (_gate)
        {
            _isClosed = true;
            if (_asked is not null && !_isTold) failed.Add(_asked);
            failed.AddRange(_waiting);
            _asked = null;
            _waiting.Clear();
        }

        Fail(failed);
    }

    private static void Fail(List<SharedMemoryCall> failed)
    {
        foreach (var call in failed)
        {
            call.File?.Dispose();
            call.Done?.Invoke(SharedMemoryOutcome.Failed);
        }
    }
}
