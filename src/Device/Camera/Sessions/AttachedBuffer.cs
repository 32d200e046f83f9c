using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// One buffer of the guest: what it named, and, once it is whole, the pieces of mapped memory that a frame goes to. Session thread only,
/// but for <see cref="Release"/>.
/// </summary>
internal sealed class AttachedBuffer(uint bufferId)
{
    private readonly List<MemoryEntry> _entries = [];
    private readonly List<GuestRange> _ranges = [];
    private MemoryTable? _table;
    private int _busy;

    public uint BufferId { get; } = bufferId;

    /// <summary>Every slice has come, and it holds the frame.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>A request holds it.</summary>
    public bool IsBusy => Volatile.Read(ref _busy) != 0;

    public int EntryCount => _entries.Count;

    /// <summary>What the guest named, in order.</summary>
    public ReadOnlySpan<MemoryEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>Bytes that the guest named.</summary>
    public long Bytes { get; private set; }

    public int RangeCount => _ranges.Count;

    public GuestRange Range(int index) => _ranges[index];

    public void Add(in MemoryEntry entry)
    {
        _entries.Add(entry);
        Bytes += entry.Length;
    }

    /// <summary>Takes it for one request.</summary>
    public void Hold() => Volatile.Write(ref _busy, 1);

    /// <summary>Gives it back. Any thread.</summary>
    public void Release() => Volatile.Write(ref _busy, 0);

    /// <summary>After the last slice: checks that it can hold a frame and finds it in guest memory.</summary>
    /// <param name="table">The guest's memory.</param>
    /// <param name="layout">The frame.</param>
    /// <param name="error">What is wrong with it; empty if nothing is.</param>
    public bool TrySeal(MemoryTable table, FrameLayout layout, out string error)
    {
        IsWhole = TryMap(table, layout, out error);
        return IsWhole;
    }

    /// <summary>Before each use: the memory may have been plugged in or out since. Again in the same table: nothing to do.</summary>
    public bool TryRefresh(MemoryTable table, FrameLayout layout) => ReferenceEquals(table, _table) || TryMap(table, layout, out _);

    private bool TryMap(MemoryTable table, FrameLayout layout, out string error)
    {
        _ranges.Clear();
        _table = null;
        var planes = layout.Planes.Length;
        // A driver that knows the frame as one piece of memory names plane 0 throughout.
        var isOnePiece = planes == 1 || _entries[^1].Plane == 0;
        var plane = 0;
        var wanted = isOnePiece ? layout.TotalBytes : StreamWire.PlaneBytes(layout, 0);
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_entries))
        {
            while (entry.Plane > plane && wanted == 0 && plane + 1 < planes) wanted = StreamWire.PlaneBytes(layout, ++plane);
            if (entry.Plane != plane)
            {
                error = entry.Plane < plane || entry.Plane >= planes
                    ? $"buffer {BufferId}: an entry of plane {entry.Plane} after plane {plane}; planes ascend from 0 to {planes - 1}"
                    : $"buffer {BufferId}: plane {plane} is {wanted} bytes too small";
                return false;
            }

            // What lies behind the end of a plane is checked like the rest, but a frame never reaches it.
            if (!table.TryTranslate(entry.Address, entry.Length, out var range, out error))
            {
                error = $"buffer {BufferId}: {error}";
                return false;
            }

            var used = Math.Min(range.Length, wanted);
            if (used > 0) Append(range.Slice(0, used));
            wanted -= used;
        }

        if (wanted > 0 || (!isOnePiece && plane != planes - 1))
        {
            error = $"buffer {BufferId}: {(isOnePiece ? "the buffer" : $"plane {plane}")} is {wanted} bytes too small for {layout}";
            return false;
        }

        _table = table;
        error = "";
        return true;
    }

    // Pages that lie side by side become one piece: fewer and longer copies.
    private void Append(in GuestRange range)
    {
        if (_ranges.Count > 0 && _ranges[^1] is var last && ReferenceEquals(last.Memory, range.Memory)
            && last.Offset + last.Length == range.Offset)
        {
            _ranges[^1] = new GuestRange(last.Memory, last.Offset, last.Length + range.Length);
        }
        else
        {
            _ranges.Add(range);
        }
    }
}
