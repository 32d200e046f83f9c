using CameraFabric.Guest.Memory;

namespace CameraFabric.Guest.Camera;

/// <summary>
/// Guest memory for commands. A command that timed out keeps its slot until the device gives the chain back: until then the device may
/// write there.
/// </summary>
internal sealed class CommandSlots : IDisposable
{
    /// <summary>Bytes for a command, and the same for its answer: 64 controls with values of 64 bytes fit several times over.</summary>
    public const int Bytes = 16 * 1024;

    private const int Count = 4;

    private readonly GuestRam _ram;
    private readonly ulong _memory;
    private readonly CommandSlot[] _slots;

    public CommandSlots(GuestRam ram)
    {
        _ram = ram;
        _memory = ram.Allocate(2L * Bytes * Count);
        _slots = new CommandSlot[Count];
        for (var i = 0; i < Count; i++)
        {
            var command = _memory + (ulong)(2 * i) * Bytes;
            _slots[i] = new CommandSlot(i, command, command + Bytes);
        }
    }

    public CommandSlot this[int index] => _slots[index];

    /// <summary>A slot that nobody uses; null when the device owes an answer for each.</summary>
    public CommandSlot? TryRent()
    {
        foreach (var slot in _slots)
        {
            if (slot.Busy) continue;
            slot.Busy = true;
            slot.Abandoned = slot.Answered = false;
            slot.Written = 0;
            return slot;
        }

        return null;
    }

    /// <summary>Wakes whoever waits for an answer: there will be none.</summary>
    public void WakeAll()
    {
        foreach (var slot in _slots)
        {
            if (slot is { Busy: true, Answered: false, Abandoned: false }) slot.Arrived.Release();
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots) slot.Arrived.Dispose();
        _ram.Release(_memory);
    }
}

/// <summary>One command under way. Its fields are guarded by the driver's lock for the control queue.</summary>
internal sealed class CommandSlot(int index, ulong command, ulong response)
{
    public int Index => index;

    public ulong Command => command;

    public ulong Response => response;

    public SemaphoreSlim Arrived { get; } = new(0);

    public bool Busy { get; set; }

    public bool Abandoned { get; set; }

    public bool Answered { get; set; }

    public int Written { get; set; }
}
