using System.Runtime.InteropServices;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// Keeps the process alive when somebody takes away memory that is mapped here, e.g. shrinks the file. The kernel answers the next access
/// with SIGBUS; the guard's handler then puts private zeros in place of the whole mapping, the access is made again, and the owner is told.
/// Without such a fault it costs nothing: accesses are plain loads and stores. Thread-safe.
/// </summary>
/// <remarks>
/// The handler is machine code (see <see cref="FaultHandler"/>), for the whole process, and is never taken away: what is not in its table
/// goes to the handler that was there before, so that the runtime's own way with SIGBUS stays as it is. It is installed, and its one
/// thread started, with the first range. The handler reads the table without a lock: an entry's end is written last and cleared first.
/// An entry is removed before its mapping is, and no thread may still be inside: that is the owner's duty, see <see cref="MappedMemory"/>.
/// </remarks>
public sealed unsafe class MemoryGuard
{
    /// <summary>How many ranges the process's own guard takes: some hundred guests with many regions each.</summary>
    public const int SharedCapacity = 16_384;

    private readonly Lock _gate = new();
    private readonly GuardedRange?[] _ranges;
    private readonly Stack<int> _free = new();
    private Header* _table;
    private EventFd? _signal;
    private string? _unavailable;

    /// <summary>Makes a guard that is not installed yet. One for the process is enough: <see cref="Shared"/>.</summary>
    /// <param name="capacity">How many ranges it takes, 1 or more.</param>
    public MemoryGuard(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _ranges = new GuardedRange?[capacity];
    }

    private MemoryGuard(string unavailable)
        : this(1) => _unavailable = unavailable;

    /// <summary>The process's guard.</summary>
    public static MemoryGuard Shared { get; } = new(SharedCapacity);

    /// <summary>How many ranges it takes.</summary>
    public int Capacity => _ranges.Length;

    /// <summary>
    /// Why it cannot guard anything on this system, in words; empty if it can. Installs it, if that was not tried before.
    /// </summary>
    public string Unavailable
    {
        get
        {
            lock (_gate) return _unavailable ??= Install();
        }
    }

    /// <summary>A guard that guards nothing, for the given reason: what a system without a way to install one has.</summary>
    public static MemoryGuard None(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new MemoryGuard(reason);
    }

    /// <summary>Guards a mapping. Null if the guard is unavailable, or its table full.</summary>
    /// <param name="start">Where the mapping begins.</param>
    /// <param name="length">Bytes of it, whole pages.</param>
    /// <param name="hit">Called once, on the guard's thread, after a hit. Must not block or throw; may come late, or never, if the range
    /// is disposed meanwhile.</param>
    internal GuardedRange? TryAdd(void* start, nuint length, Action hit)
    {
        lock (_gate)
        {
            if ((_unavailable ??= Install()).Length > 0) return null;
            if (!_free.TryPop(out var slot))
            {
                if (_table->Count == _ranges.Length) return null;
                slot = _table->Count;
            }

            var entry = EntryAt(slot);
            entry->Hit = 0;
            entry->Start = (nint)start;
            Volatile.Write(ref entry->End, (nint)start + (nint)length);
            if (slot == _table->Count) Volatile.Write(ref _table->Count, slot + 1);
            return _ranges[slot] = new GuardedRange(this, slot, hit);
        }
    }

    internal void Remove(GuardedRange range)
    {
        lock (_gate)
        {
            if (range.Slot < 0) return;
            var entry = EntryAt(range.Slot);

            // A full fence: the next range's start must not be seen while this one's end still is.
            Interlocked.Exchange(ref entry->End, 0);
            range.WasHit = entry->Hit != 0;
            _ranges[range.Slot] = null;
            _free.Push(range.Slot);
            range.Slot = -1;
        }
    }

    internal bool IsHit(GuardedRange range)
    {
        // What the caller read before, e.g. a zero that made it ask, was read before the mark is.
        Interlocked.MemoryBarrier();
        lock (_gate) return range.Slot < 0 ? range.WasHit : EntryAt(range.Slot)->Hit != 0;
    }

    private Entry* EntryAt(int slot) => (Entry*)(_table + 1) + slot;

    private string Install()
    {
        try
        {
            _signal = EventFd.Create();
            _table = (Header*)NativeMemory.AllocZeroed((nuint)sizeof(Header) + ((nuint)_ranges.Length * (nuint)sizeof(Entry)));
            _table->Signal = _signal.Descriptor.Number;
            if (FaultHandler.For(RuntimeInformation.ProcessArchitecture, (nint)_table) is not { } code)
            {
                return Undo($"there is no fault handler for {RuntimeInformation.ProcessArchitecture}, only for x64 and arm64");
            }

            Handle(MapCode(code));
            new Thread(Watch) { IsBackground = true }.Start();
            return "";
        }
        catch (LinuxException e)
        {
            return Undo(e.Message);
        }
    }

    private string Undo(string reason)
    {
        _signal?.Dispose();
        NativeMemory.Free(_table);
        _table = null;
        return reason;
    }

    /// <summary>
    /// Maps code to run. From a memory file, because many a hardened system lets nobody run what he wrote in memory but, as the runtime's
    /// own compiler needs it, lets files be mapped; because a sealed file cannot be written again; and because the kernel then sees
    /// to the instruction cache.
    /// </summary>
    private static void* MapCode(byte[] code)
    {
        using var file = MemoryFile.Create("camera-fabric-fault-handler", code.Length, MemorySeals.Shrink | MemorySeals.Grow);
        fixed (byte* bytes = code)
        {
            if (Libc.Write(file.Descriptor, bytes, (nuint)code.Length) != code.Length)
            {
                throw LinuxException.For(Libc.LastError, "writing the fault handler");
            }
        }

        file.AddSeals(MemorySeals.Write | MemorySeals.Seal);
        var mapped = Libc.Map(
            null, (nuint)code.Length, Libc.ProtectRead | Libc.ProtectExecute, Libc.MapPrivate, file.Descriptor, 0);
        return mapped != (void*)-1 ? mapped : throw LinuxException.For(Libc.LastError, "mapping the fault handler to run it");
    }

    private void Handle(void* handler)
    {
        Libc.SignalAction previous;
        if (Libc.ChangeAction(Libc.SignalBus, null, &previous) < 0) throw LinuxException.For(Libc.LastError, "sigaction of SIGBUS");
        _table->Previous = previous.Handler;

        // The one before goes on as if it had been called itself: on the same stack, with the same signals blocked.
        var wanted = previous;
        wanted.Handler = (nint)handler;
        wanted.Flags = previous.Handler is Libc.DefaultAction or Libc.IgnoreAction
            ? Libc.ActionWithInformation | Libc.ActionOnAlternateStack | Libc.ActionRestart
            : (previous.Flags & ~Libc.ActionOnce) | Libc.ActionWithInformation;
        if (Libc.ChangeAction(Libc.SignalBus, &wanted, null) < 0) throw LinuxException.For(Libc.LastError, "sigaction of SIGBUS");
    }

    private void Watch()
    {
        ThreadTuning.NameCurrent("memory-guard");
        var due = new List<GuardedRange>();
        while (true)
        {
            _signal!.Wait(Timeout.InfiniteTimeSpan);
            lock (_gate)
            {
                foreach (var range in _ranges.AsSpan(0, _table->Count))
                {
                    if (range is null or { IsTold: true } || EntryAt(range.Slot)->Hit == 0) continue;
                    range.IsTold = true;
                    due.Add(range);
                }
            }

            foreach (var range in due) range.Tell();
            due.Clear();
        }
    }

    // Both as the handler's sources have them.
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Header
    {
        [FieldOffset(0)] public int Signal;
        [FieldOffset(4)] public int Count;
        [FieldOffset(8)] public nint Previous;
    }

    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Entry
    {
        [FieldOffset(0)] public nint Start;
        [FieldOffset(8)] public nint End;
        [FieldOffset(16)] public int Hit;
    }
}
