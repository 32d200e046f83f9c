using System.Runtime.InteropServices;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Frames;

/// <summary>A published frame. Readable while a lease is held; afterwards the same object stands for the slot's next frame, which is why a
/// <see cref="FrameHandle"/> and not this reference should be kept. Thread-safe.</summary>
public sealed class Frame
{
    // Low half of the state: leases, or Writing; high half: the generation. One word, so that every change is one compare-and-swap.
    private const uint Writing = uint.MaxValue;

    private readonly IFrameOwner _owner;
    private readonly FramePlace _place;
    private readonly int _index;
    private long _state;
    private int _bytesUsed;
    private int _appliedCount;

    internal Frame(IFrameOwner owner, int index, in FramePlace place)
    {
        _owner = owner;
        _index = index;
        _place = place;
    }

    /// <summary>The frame's name, to keep or to tell.</summary>
    public FrameHandle Handle => new(_owner.Id, _index, GenerationOf(Volatile.Read(ref _state)));

    /// <summary>The pool of this process that the frame lies in; null if it lies in another process's (<see cref="FrameMirror"/>).</summary>
    public FramePool? Pool => _owner as FramePool;

    /// <summary>Room for pixels in the frame's slot, bytes.</summary>
    public int Capacity => _owner.FrameBytes;

    /// <summary>What was written about the frame. It lies in shared memory: a process that this one shares the pool with could have changed
    /// it.</summary>
    public ref readonly FrameHeader Header => ref MemoryMarshal.AsRef<FrameHeader>(_place.Memory.Read(_place.Start, FrameHeader.Bytes));

    /// <summary>The used bytes, as many as counted when the frame was published.</summary>
    public ReadOnlySpan<byte> Pixels => _place.PixelMemory.Read(_place.PixelStart, _bytesUsed);

    /// <summary>
    /// Whether <see cref="Pixels"/>, as far as they were read before this was asked, are those of this frame. Only a frame of another process
    /// (<see cref="FrameMirror"/>) can be overwritten while it is held.
    /// </summary>
    public bool IsIntact => _owner.IsIntact(_index);

    /// <summary>The controls that the sensor says it applied to this frame.</summary>
    public ReadOnlySpan<ControlEntry> Applied => MemoryMarshal.Cast<byte, ControlEntry>(
        _place.Memory.Read(_place.Start + FrameHeader.AppliedOffset, _appliedCount * ControlEntry.Bytes));

    /// <summary>Leases held now; 0 when the slot is free or being written.</summary>
    public int Leases => LeasesOf(Volatile.Read(ref _state)) is var leases && leases == Writing ? 0 : (int)leases;

    /// <summary>One lease more. The caller must hold one already (or have been handed one with a message).</summary>
    /// <exception cref="InvalidOperationException">Nobody holds a lease, so the frame may be gone.</exception>
    public FrameLease Lease()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var leases = LeasesOf(state);
            if (leases is 0 or Writing)
                throw new InvalidOperationException($"Slot {_index}: a lease can only be added to a frame that somebody holds.");
            if (Change(state, leases + 1))
                return new FrameLease(this, GenerationOf(state));
        }
    }

    /// <summary>Gives one lease back. With the last one the slot becomes free.</summary>
    /// <exception cref="InvalidOperationException">More were given back than taken.</exception>
    public void Return() => Return(null);

    internal void Return(uint? generation)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var leases = LeasesOf(state);
            if (leases is 0 or Writing || generation is { } expected && expected != GenerationOf(state))
                throw new InvalidOperationException($"Slot {_index}: a lease was given back twice; its frame is gone already.");
            if (!Change(state, leases - 1))
                continue;
            if (leases == 1)
                _owner.Released(_index, GenerationOf(state));
            return;
        }
    }

    internal bool TryLease(uint generation)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var leases = LeasesOf(state);
            if (leases is 0 or Writing || GenerationOf(state) != generation)
                return false;
            if (Change(state, leases + 1))
                return true;
        }
    }

    internal bool TryBeginWriting() => TryBeginWriting(GenerationOf(Volatile.Read(ref _state)) + 1);

    internal bool TryBeginWriting(uint generation)
    {
        var state = Volatile.Read(ref _state);
        return LeasesOf(state) == 0 && Interlocked.CompareExchange(ref _state, Join(generation, Writing), state) == state;
    }

    internal void Publish(int bytesUsed, int appliedCount)
    {
        var state = RequireWriting();
        _bytesUsed = bytesUsed;
        _appliedCount = appliedCount;
        Volatile.Write(ref _state, Join(GenerationOf(state), 1));
    }

    internal void Abandon()
    {
        var state = RequireWriting();
        Volatile.Write(ref _state, Join(GenerationOf(state), 0));
        _owner.Released(_index, GenerationOf(state));
    }

    // Only the writer leaves the state Writing, so no compare-and-swap is needed after this.
    private long RequireWriting()
    {
        var state = Volatile.Read(ref _state);
        return LeasesOf(state) == Writing
            ? state
            : throw new InvalidOperationException($"Slot {_index} is not rented: published or abandoned already.");
    }

    private bool Change(long state, uint leases) =>
        Interlocked.CompareExchange(ref _state, Join(GenerationOf(state), leases), state) == state;

    private static uint LeasesOf(long state) => (uint)state;

    private static uint GenerationOf(long state) => (uint)(state >>> 32);

    private static long Join(uint generation, uint leases) => (long)generation << 32 | leases;
}
