using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Delivery;

/// <summary>What became of the wish to keep a frame.</summary>
public enum LeaseAnswer
{
    /// <summary>A place is reserved for it.</summary>
    Reserved,

    /// <summary>The guest holds, or is about to get, as many frames as it may.</summary>
    LimitReached,

    /// <summary>The frame is not in the pool that the guest has mapped.</summary>
    OtherPool,
}

/// <summary>
/// The frames that one guest holds in place, in the pool that is mapped into it, within a limit. A frame's way: the fan-out reserves a place,
/// delivery keeps the frame in it (or gives the place up), the session takes the frame back. However a session ends,
/// <see cref="Close"/> takes all of them back. Thread-safe; allocates nothing for a frame.
/// </summary>
/// <param name="maximum">Frames that it may hold, those on their way included; 0 or more.</param>
public sealed class LeaseLedger(int maximum)
{
    private readonly Lock _gate = new();
    private FrameLease[] _held = [];
    private int _pool;
    private int _life; // of the mapping; 0 before the first
    private int _count;
    private bool _isOpen;
    private bool _isOutdated;

    /// <summary>Frames that it may hold.</summary>
    public int Maximum { get; } = maximum;

    /// <summary>Whether a pool is mapped. Any thread.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate) return _isOpen;
        }
    }

    /// <summary>Frames held, or on their way. Any thread.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>Whether frames come from another pool than the one that is mapped; true once for each mapping.</summary>
    public bool TakeOutdated()
    {
        lock (_gate)
        {
            var was = _isOutdated;
            _isOutdated = false;
            return was;
        }
    }

    /// <summary>A pool is mapped from now on.</summary>
    /// <param name="pool">Its number.</param>
    /// <param name="slots">Its slots.</param>
    public void Open(int pool, int slots)
    {
        Close();
        lock (_gate)
        {
            _held = new FrameLease[slots];
            _pool = pool;
            _life++;
            _isOpen = true;
        }
    }

    /// <summary>The pool is mapped no longer: every frame goes back, and those on their way with it.</summary>
    public void Close()
    {
        FrameLease[] held;
        lock (_gate)
        {
            _isOpen = _isOutdated = false;
            (held, _held) = (_held, []);
            _count = 0;
        }

        foreach (var lease in held) lease.Dispose();
    }

    /// <summary>Reserves a place for a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="life">With <see cref="LeaseAnswer.Reserved"/>: which mapping the place belongs to; not 0.</param>
    internal LeaseAnswer TryReserve(Frame frame, out int life)
    {
        life = 0;
        lock (_gate)
        {
            if (!_isOpen || frame.Handle.Pool != _pool)
            {
                _isOutdated |= _isOpen;
                return LeaseAnswer.OtherPool;
            }

            if (_count >= Maximum) return LeaseAnswer.LimitReached;
            _count++;
            life = _life;
            return LeaseAnswer.Reserved;
        }
    }

    /// <summary>Gives a reserved place up.</summary>
    internal void Cancel(int life)
    {
        lock (_gate)
        {
            if (life == _life && _isOpen) _count--;
        }
    }

    /// <summary>Keeps a frame in a reserved place; the caller keeps its own lease.</summary>
    /// <returns>False if the mapping has gone meanwhile.</returns>
    internal bool TryKeep(Frame frame, int life, out int slot)
    {
        slot = frame.Handle.Slot;
        lock (_gate)
        {
            if (life != _life || !_isOpen) return false;
            _held[slot] = frame.Lease();
            return true;
        }
    }

    /// <summary>The guest gives a frame back.</summary>
    /// <param name="slot">The slot that it is in, as the guest says.</param>
    /// <returns>False if it does not hold it.</returns>
    internal bool TryReturn(uint slot)
    {
        FrameLease lease;
        lock (_gate)
        {
            if (!Holds(slot)) return false;
            (lease, _held[slot]) = (_held[slot], default);
            _count--;
        }

        lease.Dispose();
        return true;
    }

    /// <summary>Whether the guest holds the frame in a slot.</summary>
    internal bool Holds(uint slot)
    {
        lock (_gate) return slot < (uint)_held.Length && _held[slot].Frame is not null;
    }
}
