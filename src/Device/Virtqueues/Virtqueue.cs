using System.Numerics;
using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// The device's side of one split virtqueue (virtio 1.3 section 2.7), from its start to its stop; a ring that starts again gets a new
/// object. One thread pops; any thread completes, writes and stops. Everything that the driver wrote is checked: a queue whose driver
/// broke the rules throws once, and is then broken: it gives nothing more and touches nothing more.
/// </summary>
/// <remarks>
/// Every access to the ring is made under one lock, held for less than a microsecond (and for the call, which does not block). So a
/// stop needs to wait for nobody but those that write into guest memory outside the ring, who say so by <see cref="TryBeginWrite"/>.
/// </remarks>
public sealed partial class Virtqueue
{
    private readonly object _gate = new();
    private readonly DescriptorChain?[] _chains;
    private readonly RingAddresses _addresses;
    private readonly Action? _call;
    private readonly TimeSpan _stopTimeout;
    private readonly bool _eventIndex;
    private readonly InflightQueue? _inflight;
    private readonly ushort[] _recoverable;
    private readonly bool _goesOn;
    private SplitRing _ring;
    private MemoryTable _memory;
    private ushort _nextAvailable;
    private ushort _nextUsed;
    private ushort _calledAt;
    private bool _kicksOff;
    private bool _calledOnce;
    private int _held;
    private int _writers;
    private State _state = State.Running;
    private bool _released;
    private int _recovered;
    private string? _broken;

    private Virtqueue(VirtqueueSettings settings, SplitRing ring)
    {
        Index = settings.Index;
        Size = settings.Size;
        Features = settings.Features;
        _addresses = settings.Addresses;
        _call = settings.Call;
        _stopTimeout = settings.StopTimeout;
        _eventIndex = (settings.Features & VirtioFeatures.EventIndex) != 0;
        _ring = ring;
        _memory = settings.Memory;
        _chains = new DescriptorChain?[settings.Size];
        _nextAvailable = Base = settings.Base;

        // The used index goes on where it stands in memory, as with every vhost device: 0 in a fresh ring.
        _nextUsed = _calledAt = ring.UsedIndex;
        _recoverable = [];
        if (settings.Inflight is not { } inflight) return;
        _inflight = inflight;
        (_recoverable, var wasFresh) = inflight.Recover(Size, _nextUsed);
        _goesOn = !wasFresh;
        if (!_goesOn) return;

        // Everything that was made available before is given back, or was in flight: that says where to go on, whatever else was told.
        _nextAvailable = Base = (ushort)(_nextUsed + _recoverable.Length);
    }

    private enum State
    {
        Running,
        Stopping,
        Stopped,
    }

    /// <summary>The queue's number within its device.</summary>
    public int Index { get; }

    /// <summary>Entries, a power of two.</summary>
    public int Size { get; }

    /// <summary>The features that were negotiated; see <see cref="VirtioFeatures"/>.</summary>
    public ulong Features { get; }

    /// <summary>
    /// How many chains an earlier life of the device had taken and not given back: <see cref="TryPop"/> gives these first, in the order in
    /// which they were taken. 0 without in-flight tracking.
    /// </summary>
    public int InFlightAtStart => _recoverable.Length;

    /// <summary>The available index from which it began.</summary>
    internal ushort Base { get; }

    /// <summary>Whether it gives and takes chains: not stopped and not broken.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate) return _state == State.Running && _broken is null;
        }
    }

    /// <summary>Chains that were popped and not completed.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _held;
        }
    }

    /// <summary>Why it is broken; null if it is not.</summary>
    public string? BrokenBecause
    {
        get
        {
            lock (_gate) return _broken;
        }
    }

    /// <summary>
    /// Whether there is something to pop, without popping it: a kick that finds nothing need not wake anybody. Any thread. Also true if the
    /// driver's index is one that <see cref="TryPop"/> would refuse.
    /// </summary>
    public bool HasAvailable
    {
        get
        {
            lock (_gate)
            {
                return _state == State.Running && _broken is null
                    && (_recovered < _recoverable.Length || _ring.AvailableIndex != _nextAvailable);
            }
        }
    }

    /// <summary>
    /// The <see cref="DescriptorChain.Position"/> of the chain that the driver makes available next: everything before it is here, popped or
    /// not. Of a queue that gives nothing more, what follows the last that was popped. Any thread.
    /// </summary>
    internal ushort NextOffered
    {
        get
        {
            lock (_gate) return _state == State.Running && _broken is null ? _ring.AvailableIndex : _nextAvailable;
        }
    }

    /// <summary>Starts a queue on a ring in guest memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not a power of two within 1 to 32768.</exception>
    /// <exception cref="VirtqueueException">The areas are not aligned, not in memory, or overlap.</exception>
    public static Virtqueue Start(VirtqueueSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Size is < 1 or > SplitRingLayout.LargestSize || !BitOperations.IsPow2(settings.Size))
        {
            throw new ArgumentOutOfRangeException(nameof(settings), settings.Size, "a queue's size is a power of two, 1 to 32768");
        }

        if (!settings.Memory.TryEnter()) throw new VirtqueueException($"queue {settings.Index}: its memory table is retired");
        try
        {
            var eventIndex = (settings.Features & VirtioFeatures.EventIndex) != 0;
            var ring = SplitRing.TryMap(settings.Addresses, settings.Size, eventIndex, settings.Memory, out var error)
                ?? throw new VirtqueueException(error);
            var queue = new Virtqueue(settings, ring);

            // The end of an earlier life may have come between a used entry and its call. A call too many does no harm.
            if (queue._goesOn) settings.Call?.Invoke();
            return queue;
        }
        catch (VirtqueueException e)
        {
            settings.Memory.Leave();
            throw new VirtqueueException($"queue {settings.Index} of {settings.Size} entries cannot start: {e.Message}");
        }
        catch
        {
            settings.Memory.Leave();
            throw;
        }
    }

    /// <summary>
    /// Begins to touch the memory of chains of this queue. While it is held, <see cref="Stop"/> waits and nothing is unmapped: keep it for
    /// milliseconds at most. May be nested.
    /// </summary>
    /// <returns>False once the queue stops or is broken: then do not touch, and do not call <see cref="EndWrite"/>.</returns>
    public bool TryBeginWrite()
    {
        lock (_gate)
        {
            if (_state != State.Running || _broken is not null) return false;
            _writers++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryBeginWrite"/> began.</summary>
    /// <exception cref="InvalidOperationException">Nobody had begun.</exception>
    public void EndWrite()
    {
        lock (_gate)
        {
            if (_writers == 0) throw new InvalidOperationException($"queue {Index}: a write ended that had not begun");
            if (--_writers > 0 || _state == State.Running) return;
            Monitor.PulseAll(_gate);
            if (_state == State.Stopped) ReleaseMemory();
        }
    }

    /// <summary>
    /// Ends the queue: after it returns neither the ring nor the memory of its chains is touched any more. Chains still held are
    /// forgotten; completing them does nothing. Waits for those inside <see cref="TryBeginWrite"/>. Again: gives the same answer at
    /// once.
    /// </summary>
    /// <returns>The next available index: what GET_VRING_BASE answers, and where the ring would go on.</returns>
    /// <exception cref="TimeoutException">A writer did not end in time; the memory stays mapped until it does.</exception>
    public ushort Stop()
    {
        lock (_gate)
        {
            if (_state == State.Stopped) return _nextAvailable;
            _state = State.Stopping;
            var inTime = true;
            while (_writers > 0 && inTime) inTime = Monitor.Wait(_gate, _stopTimeout) || _writers == 0;
            _state = State.Stopped;
            if (_writers == 0) ReleaseMemory();
            return inTime
                ? _nextAvailable
                : throw new TimeoutException(
                    $"queue {Index}: {_writers} writers were still in guest memory {_stopTimeout.TotalSeconds} s after the stop");
        }
    }

    /// <summary>
    /// Breaks the queue for good, e.g. because what the guest said inside a chain was against the device's rules. Does not wait. The first
    /// reason is kept.
    /// </summary>
    public void Break(string reason)
    {
        lock (_gate) _broken ??= reason;
    }

    /// <summary>The guest's memory as the front-end shares it now; retired once the queue has stopped. Any thread.</summary>
    internal MemoryTable Memory
    {
        get
        {
            lock (_gate) return _memory;
        }
    }

    /// <summary>
    /// Goes on in a new memory table. Chains held stay in theirs. False, and everything as before, if the ring does not lie in the new one.
    /// </summary>
    internal bool TryMoveTo(MemoryTable memory, out string error)
    {
        lock (_gate)
        {
            error = "";
            if (_state != State.Running) return true;
            if (!memory.TryEnter())
            {
                error = $"queue {Index}: the new memory table is retired";
                return false;
            }

            var ring = SplitRing.TryMap(_addresses, Size, _eventIndex, memory, out error);
            if (ring is null)
            {
                memory.Leave();
                error = $"queue {Index} runs, and in the new memory {error}";
                return false;
            }

            _memory.Leave();
            _memory = memory;
            _ring = ring;
            return true;
        }
    }

    // Under the lock, once no writer is inside.
    private void ReleaseMemory()
    {
        if (_released) return;
        _released = true;
        foreach (var chain in _chains)
        {
            if (chain is { IsHeld: true }) chain.Release();
        }

        _held = 0;
        _memory.Leave();
    }
}
