using CameraFabric.Platform;

namespace CameraFabric.Sensors.Frames;

/// <summary>A fixed number of slots for frames in one sealed memory file that other processes can map. Each slot is a header, its applied
/// controls
/// and the pixels, on page boundaries. Thread-safe; renting, leasing and returning allocate nothing.</summary>
public sealed class FramePool : IFrameOwner, IDisposable
{
    /// <summary>The most slots that a pool can have.</summary>
    public const int MaximumSlots = 1024;

    internal const int PageBytes = 4096;

    private static int _lastId;

    private readonly FrameSlot[] _slots;
    private readonly MappedMemory _memory;
    // The pool itself plus every slot in use. The last to leave unmaps, so a reader that is still copying never loses its memory.
    private int _users = 1;
    private int _disposed;
    private uint _next;

    /// <summary>Makes the memory file, seals its size and touches every page.</summary>
    /// <param name="name">Seen in /proc; for people.</param>
    /// <param name="frameBytes">Room for pixels in a slot, 1 or more bytes.</param>
    /// <param name="slots">1 to <see cref="MaximumSlots"/>.</param>
    /// <param name="isSealed">Whether nobody but this pool shall ever write to it, so that its file can be given to whoever is not trusted.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="IOException">The memory could not be had.</exception>
    public FramePool(string name, int frameBytes, int slots, bool isSealed = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, MaximumSlots);
        Id = NextId();
        FrameBytes = frameBytes;
        SlotBytes = (FrameHeader.PixelOffset + (long)frameBytes + PageBytes - 1) / PageBytes * PageBytes;
        File = MemoryFile.Create(name, SlotBytes * slots, MemorySeals.Shrink | MemorySeals.Grow);
        try
        {
            _memory = File.Map(MapAccess.ReadWrite, populate: true);

            // After our own mapping, which stays writable. A kernel that does not know this seal leaves it a pool that is not given away.
            IsSealed = isSealed && File.TryAddSeals(MemorySeals.FutureWrite);
            File.AddSeals(MemorySeals.Seal);
        }
        catch
        {
            File.Dispose();
            throw;
        }
        _slots = new FrameSlot[slots];
        for (var i = 0; i < slots; i++)
            _slots[i] = new FrameSlot(this, _memory, i, i * SlotBytes);
    }

    /// <summary>The pool's number within the process, as in <see cref="FrameHandle.Pool"/>.</summary>
    public int Id { get; }

    /// <summary>The memory file, to be shared with other processes.</summary>
    public MemoryFile File { get; }

    /// <summary>Whether nobody else can ever write to it.</summary>
    public bool IsSealed { get; }

    /// <summary>How many slots there are.</summary>
    public int Slots => _slots.Length;

    /// <summary>Room for pixels in a slot, bytes.</summary>
    public int FrameBytes { get; }

    /// <summary>Bytes from one slot to the next in the memory file, a multiple of the page size.</summary>
    public long SlotBytes { get; }

    /// <summary>Slots that nobody writes or reads, at this moment.</summary>
    public int Free => Math.Clamp(Slots - Volatile.Read(ref _users) + (Volatile.Read(ref _disposed) == 0 ? 1 : 0), 0, Slots);

    /// <summary>Slots with a published frame that somebody holds, at this moment.</summary>
    public int Leased
    {
        get
        {
            var leased = 0;
            foreach (var slot in _slots)
                leased += slot.Frame.Leases > 0 ? 1 : 0;
            return leased;
        }
    }

    /// <summary>The frame that the handle names.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another pool, or its frame is gone.</exception>
    public Frame this[FrameHandle handle]
    {
        get
        {
            if (Find(handle) is { } frame && frame.Handle.Generation == handle.Generation && frame.Leases > 0)
                return frame;
            throw new ArgumentException($"{handle} names no frame of pool {Id} that is still held.", nameof(handle));
        }
    }

    /// <summary>A slot to write, its header cleared; null when every slot is in use (an overrun, which the caller counts). Slots are taken
    /// in turn, so that
    /// the one given back last is the last to be written again.</summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public FrameSlot? TryRent()
    {
        Enter();
        var first = _next;
        for (uint i = 0; i < (uint)_slots.Length; i++)
        {
            var index = (first + i) % (uint)_slots.Length;
            var slot = _slots[index];
            if (!slot.Frame.TryBeginWriting())
                continue;
            _next = index + 1;
            slot.Header = default;

            // The old header goes before the old pixels do, for readers of other processes: see FrameMirror.
            Interlocked.MemoryBarrier();
            return slot;
        }
        Leave();
        return null;
    }

    /// <summary>Takes a lease by name; false when that frame is gone or the handle is not of this pool.</summary>
    public bool TryLease(FrameHandle handle, out FrameLease lease)
    {
        if (Find(handle) is { } frame && frame.TryLease(handle.Generation))
        {
            lease = new FrameLease(frame, handle.Generation);
            return true;
        }
        lease = default;
        return false;
    }

    /// <summary>Ends renting. The memory goes when the last slot in use has been given back, which may be now.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    // While somebody holds it nobody writes it.
    bool IFrameOwner.IsIntact(int slot) => true;

    void IFrameOwner.Released(int slot, uint generation) => Leave();

    /// <summary>A number that no pool and no mirror in this process has yet.</summary>
    internal static int NextId() => Interlocked.Increment(ref _lastId);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        _memory.Dispose();
        File.Dispose();
    }

    private Frame? Find(FrameHandle handle) =>
        handle.Pool == Id && (uint)handle.Slot < (uint)_slots.Length ? _slots[handle.Slot].Frame : null;

    private void Enter()
    {
        while (true)
        {
            var users = Volatile.Read(ref _users);
            ObjectDisposedException.ThrowIf(users == 0 || Volatile.Read(ref _disposed) != 0, this);
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return;
        }
    }
}
