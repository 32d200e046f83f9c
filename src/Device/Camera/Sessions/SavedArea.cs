using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Memory of the front-end that outlives this process, in which a session keeps what its guest has said (docs/recovery.md). Two slots are
/// written in turn, each with a number and a checksum, so that a process that is killed at any store leaves either the state before or
/// the one after, whole. The front-end can write here as it likes: what is read is copied once and judged by others. Thread-safe; after
/// <see cref="Close"/> nothing is touched any more.
/// </summary>
public sealed class SavedArea
{
    /// <summary>Bytes that a device asks for: two slots of a quarter of a MiB, enough for the pages of 60 MiB of buffers.</summary>
    public const int Bytes = 512 * 1024;

    private const int LiveBytes = 64;

    // Numbers beyond are a front-end's own: they could not be followed by larger ones for ever.
    private const ulong LargestNumber = 1UL << 62;

    private readonly Lock _gate = new();
    private readonly GuestRange _range;
    private readonly int _slotBytes;
    private bool _isClosed;
    private ulong _number;
    private int _newest = 1;

    /// <summary>An area over memory that stays mapped until <see cref="Close"/>.</summary>
    /// <param name="range">The memory: it begins at a multiple of 8 bytes.</param>
    /// <exception cref="ArgumentException">It is not aligned, or too small for anything.</exception>
    public SavedArea(in GuestRange range)
    {
        _range = range;
        _slotBytes = (range.Length - LiveBytes) / 2 & ~(LiveBytes - 1);
        if (range.Offset % sizeof(ulong) != 0) throw new ArgumentException($"saved state at offset {range.Offset}; needs a multiple of 8");
        if (_slotBytes < 1024) throw new ArgumentException($"{range.Length} bytes for a saved state; needs {LiveBytes + 2048} or more");
    }

    /// <summary>The longest state that fits, in bytes.</summary>
    public int Capacity => _slotBytes - SavedSlot.Bytes;

    /// <summary>The number of the last event that went out; 0 when the area is closed. Written before the guest can see the event.</summary>
    public ulong LastEvent
    {
        get
        {
            lock (_gate) return _isClosed ? 0 : Volatile.Read(ref Live);
        }

        set
        {
            lock (_gate)
            {
                if (!_isClosed) Volatile.Write(ref Live, value);
            }
        }
    }

    private ref ulong Live => ref MemoryMarshal.Cast<byte, ulong>(_range.Memory.Write(_range.Offset, sizeof(ulong)))[0];

    /// <summary>Puts a state in the place of the older of the two.</summary>
    /// <returns>False if it is closed or the state does not fit; then nothing is changed.</returns>
    public bool TrySave(ReadOnlySpan<byte> state)
    {
        lock (_gate)
        {
            if (_isClosed || state.Length > Capacity) return false;
            _newest ^= 1;
            var slot = Slot(_newest);
            var header = new SavedSlot(SavedSlot.Mark, (uint)state.Length, ++_number, 0, 0, 0);
            // First the number goes, so that a slot half written can never be taken for the one before it; the checksum would tell as well.
            slot[..SavedSlot.Bytes].Clear();
            state.CopyTo(slot[SavedSlot.Bytes..]);
            Interlocked.MemoryBarrier();
            CameraWire.Write(slot, header with { Checksum = ChecksumOf(header, state) });
            return true;
        }
    }

    /// <summary>The newest state that is whole, copied; null if there is none, or the area is closed.</summary>
    public byte[]? Load()
    {
        lock (_gate)
        {
            if (_isClosed) return null;
            byte[]? newest = null;
            for (var i = 0; i < 2; i++)
            {
                if (Copy(Slot(i), out var number) is not { } state || (newest is not null && number < _number)) continue;
                (newest, _number, _newest) = (state, number, i);
            }

            return newest;
        }
    }

    /// <summary>The memory goes: nothing of it is touched after this has returned. Any thread.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
    }

    private Span<byte> Slot(int index) => _range.Memory.Write(_range.Offset + LiveBytes + (long)index * _slotBytes, _slotBytes);

    private byte[]? Copy(ReadOnlySpan<byte> slot, out ulong number)
    {
        var header = CameraWire.Read<SavedSlot>(slot[..SavedSlot.Bytes].ToArray());
        number = header.Number;
        if (header.Magic != SavedSlot.Mark || header.Number is 0 or > LargestNumber || header.Length > (uint)Capacity) return null;
        var state = slot.Slice(SavedSlot.Bytes, (int)header.Length).ToArray();
        return header.Checksum == ChecksumOf(header, state) ? state : null;
    }

    private static uint ChecksumOf(in SavedSlot header, ReadOnlySpan<byte> state)
    {
        Span<byte> bytes = stackalloc byte[SavedSlot.Bytes];
        CameraWire.Write(bytes, header with { Checksum = 0 });
        return Crc32C.Compute(state, Crc32C.Compute(bytes));
    }
}
