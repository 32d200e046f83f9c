using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Where a session keeps what its guest has said, in bytes that outlive this process (docs/recovery.md). Two slots are written in turn,
/// each with a number and a checksum, so that a process that is killed at any store leaves either the state before or the one after,
/// whole. The front-end can write here as it likes: what is read is copied once, and judged by whoever uses it. One thread at a time.
/// </summary>
internal sealed class SavedArea
{
    // The first word is the number of the last event; the rest of its cache line is free.
    private const int LiveBytes = 64;

    // Numbers beyond are somebody's joke: they could not be followed by larger ones for ever.
    private const ulong LargestNumber = 1UL << 62;

    private readonly SavedState _memory;
    private readonly int _slotBytes;
    private ulong _number;
    private int _newest = 1;

    /// <summary>An area; what is in it stays until it is replaced.</summary>
    /// <param name="memory">The bytes; accesses after the connection's end do nothing.</param>
    public SavedArea(SavedState memory)
    {
        _memory = memory;
        _slotBytes = Math.Max(0, (memory.Length - LiveBytes) / 2) & ~(LiveBytes - 1);
        // What is saved from now on is newer than what is there.
        _ = Load();
    }

    /// <summary>The longest state that fits, in bytes; below 0 where nothing can be kept.</summary>
    public int Capacity => _slotBytes - SavedSlot.Bytes;

    /// <summary>The number of the last event that went out. Set before the guest can see the event.</summary>
    public ulong LastEvent
    {
        get => Capacity >= 0 && _memory.TryReadWord(0, out var number) ? number : 0;
        set
        {
            if (Capacity >= 0) _memory.TryWriteWord(0, value);
        }
    }

    /// <summary>Puts a state in the place of the older of the two.</summary>
    /// <returns>False if it does not fit or the connection has ended; then nothing is changed.</returns>
    public bool TrySave(ReadOnlySpan<byte> state)
    {
        if (state.Length > Capacity) return false;
        var place = PlaceOf(_newest ^ 1);
        Span<byte> header = stackalloc byte[SavedSlot.Bytes];
        Write(header, new SavedSlot(SavedSlot.Mark, (uint)state.Length, _number + 1, 0, 0, 0), state);

        // The first word, with the mark, goes first and comes last: a slot half written is none, whatever its checksum says.
        if (!_memory.TryWriteWord(place, 0)) return false;
        _memory.TryWrite(place + sizeof(ulong), header[sizeof(ulong)..]);
        _memory.TryWrite(place + SavedSlot.Bytes, state);
        if (!_memory.TryWriteWord(place, BitConverter.ToUInt64(header))) return false;
        _newest ^= 1;
        _number++;
        return true;
    }

    /// <summary>The newest state that is whole, copied; null if there is none, or the connection has ended.</summary>
    public byte[]? Load()
    {
        byte[]? newest = null;
        for (var i = 0; i < 2; i++)
        {
            if (Copy(PlaceOf(i), out var number) is not { } state || (newest is not null && number < _number)) continue;
            (newest, _number, _newest) = (state, number, i);
        }

        return newest;
    }

    private int PlaceOf(int slot) => LiveBytes + slot * _slotBytes;

    private byte[]? Copy(int place, out ulong number)
    {
        number = 0;
        Span<byte> bytes = stackalloc byte[SavedSlot.Bytes];
        if (Capacity < 0 || !_memory.TryRead(place, bytes)) return null;
        var header = CameraWire.Read<SavedSlot>(bytes);
        number = header.Number;
        if (header.Magic != SavedSlot.Mark || header.Number is 0 or > LargestNumber || header.Length > (uint)Capacity) return null;
        var state = new byte[header.Length];
        if (!_memory.TryRead(place + SavedSlot.Bytes, state)) return null;
        Write(bytes, header with { Checksum = 0 }, state);
        return CameraWire.Read<SavedSlot>(bytes).Checksum == header.Checksum ? state : null;
    }

    private static void Write(Span<byte> target, in SavedSlot header, ReadOnlySpan<byte> state)
    {
        CameraWire.Write(target, header);
        CameraWire.Write(target, header with { Checksum = Crc32C.Compute(state, Crc32C.Compute(target)) });
    }
}
