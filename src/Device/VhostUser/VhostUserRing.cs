using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// What the front-end has said of one ring. It outlives the runs of the ring: each run is a <see cref="Virtqueue"/> of its own. All
/// of it belongs to the connection's thread, but <see cref="Call"/>, <see cref="SignalError"/> and <see cref="Queue"/>.
/// </summary>
internal sealed class VhostUserRing : IDisposable
{
    private readonly Lock _callGate = new();
    private readonly Action<int> _callInBand;
    private Virtqueue? _queue;
    private EventFd? _call;
    private EventFd? _error;
    private bool _callsInBand;
    private bool _missedCall;
    private int _missedMessage;

    public VhostUserRing(int index, Action<int> callInBand)
    {
        Index = index;
        _callInBand = callInBand;
        CallDriver = Call;
    }

    public int Index { get; }

    /// <summary>Entries; 0 as long as SET_VRING_NUM has not come.</summary>
    public int Size { get; set; }

    public RingAddresses? Addresses { get; set; }

    /// <summary>The available index to start from.</summary>
    public ushort Base { get; set; }

    /// <summary>The available index that the ring had come to when it last ran: what GET_VRING_BASE answers.</summary>
    public ushort Reached { get; set; }

    /// <summary>What SET_VRING_ENABLE said; null if it never came: then it depends on the negotiation.</summary>
    public bool? Enabled { get; set; }

    /// <summary>
    /// Whether the ring is started (vhost-user, "Ring states"): a kick, or the descriptor for kicks, has come since it was last stopped.
    /// </summary>
    public bool IsStarted { get; set; }

    /// <summary>Whether the driver's kicks cannot be heard, so that the ring is looked at from time to time.</summary>
    public bool IsPolled { get; set; }

    public EventFd? Kick { get; set; }

    /// <summary>The poller's token of <see cref="Kick"/>: new for each descriptor, so that a report of an old one is known.</summary>
    public long KickToken { get; set; }

    /// <summary><see cref="Call"/>, made once.</summary>
    public Action CallDriver { get; }

    /// <summary>The queue, while it runs. Readable from any thread.</summary>
    public Virtqueue? Queue
    {
        get => Volatile.Read(ref _queue);
        set => Volatile.Write(ref _queue, value);
    }

    /// <summary>Replaces the way to call the driver; a call that found no way before goes out now.</summary>
    /// <param name="call">The descriptor; null if there is none.</param>
    /// <param name="inBand">Without a descriptor: whether calls are messages. If not, the driver polls.</param>
    public void SetCall(EventFd? call, bool inBand)
    {
        bool due;
        lock (_callGate)
        {
            _call?.Dispose();
            _call = call;
            _callsInBand = inBand;
            due = _missedCall;
            _missedCall = false;
        }

        if (due) Call();
    }

    /// <summary>Lets calls without a descriptor be messages from now on.</summary>
    public void CallInBand()
    {
        lock (_callGate) _callsInBand = true;
    }

    /// <summary>A call that was to be a message found no channel for it. Any thread.</summary>
    public void MissMessage() => Interlocked.Exchange(ref _missedMessage, 1);

    /// <summary>Whether one did since this was last asked. Any thread.</summary>
    public bool TakeMissedMessage() => Interlocked.Exchange(ref _missedMessage, 0) != 0;

    /// <summary>Calls the driver. Any thread; does not block.</summary>
    public void Call()
    {
        lock (_callGate)
        {
            if (_call is not null)
            {
                try
                {
                    _call.Signal();
                }
                catch (LinuxException)
                {
                    // Not something that can be signalled, e.g. the wrong end of a pipe: the front-end's own loss, not the completing
                    // thread's.
                    _call.Dispose();
                    _call = null;
                }

                return;
            }

            if (!_callsInBand)
            {
                _missedCall = true;
                return;
            }
        }

        _callInBand(Index);
    }

    /// <summary>Replaces the way to tell that the ring has failed; null if there is none.</summary>
    public void SetError(EventFd? error)
    {
        lock (_callGate)
        {
            _error?.Dispose();
            _error = error;
        }
    }

    /// <summary>Tells that the ring has failed. Any thread; does not block.</summary>
    public void SignalError()
    {
        lock (_callGate)
        {
            try
            {
                _error?.Signal();
            }
            catch (LinuxException)
            {
                // The connection ends anyway, and says why.
            }
        }
    }

    public void Dispose()
    {
        lock (_callGate)
        {
            _call?.Dispose();
            _call = null;
            _error?.Dispose();
            _error = null;
        }

        Kick?.Dispose();
    }
}
