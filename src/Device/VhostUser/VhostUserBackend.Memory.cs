using System.Runtime.InteropServices;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserBackend
{
    // A chain keeps the table under which it was popped. A guest that leaves chains, e.g. event buffers, and changes its memory after each
    // could pin hundreds of tables, and so use up the mappings of the whole process.
    private const int MaximumEarlierTables = 32;
    private readonly List<MemoryTable> _earlier = [];
    private static int _unguardedTold; // once for the process: the reason is the system's, and stays

    private void SetMemoryTable(ReadOnlySpan<byte> payload)
    {
        var header = Parse<MemoryTableHeader>(payload);
        var wire = MemoryMarshal.Cast<byte, WireRegion>(payload[MemoryTableHeader.Bytes..]);
        if (header.Count == 0 || header.Count > (uint)wire.Length)
        {
            throw new VhostUserViolation(
                $"SET_MEM_TABLE announces {header.Count} regions and has room for {wire.Length}; "
                + $"1 to {VhostUserWire.MemoryTableRegions} are right");
        }

        var count = (int)header.Count;
        if (_channel.Descriptors.Count != count)
        {
            throw new VhostUserViolation(
                $"SET_MEM_TABLE has {count} regions and came with {_channel.Descriptors.Count} descriptors; each region needs its own");
        }
        var regions = new MemoryRegion[count];
        var files = new FileDescriptor[count];
        for (var i = 0; i < count; i++)
        {
            regions[i] = FromWire(wire[i]);
            files[i] = _channel.Descriptors.Take();
        }

        try
        {
            MoveTo(MemoryTable.Create(regions, files, _options.MemoryLimits, Lost));
        }
        catch (GuestMemoryException e)
        {
            throw new VhostUserViolation($"SET_MEM_TABLE: {e.Message}", inner: e);
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    private void AddMemoryRegion(SingleRegion single)
    {
        if (_channel.Descriptors.Count != 1) throw new VhostUserViolation("ADD_MEM_REG came without a descriptor; it must have one");
        using var file = _channel.Descriptors.Take();
        try
        {
            MoveTo(_memory.With(FromWire(single.Region), file, _options.MemoryLimits, Lost));
        }
        catch (GuestMemoryException e)
        {
            throw new VhostUserViolation($"ADD_MEM_REG: {e.Message}", inner: e);
        }
    }

    private void RemoveMemoryRegion(SingleRegion single)
    {
        try
        {
            MoveTo(_memory.Without(FromWire(single.Region)));
        }
        catch (GuestMemoryException e)
        {
            throw new VhostUserViolation($"REM_MEM_REG: {e.Message}", inner: e);
        }
    }

    /// <summary>
    /// Moves all running queues to another table, or none: chains that are held stay in the table under which they were popped, until they
    /// are completed.
    /// </summary>
    private void MoveTo(MemoryTable next)
    {
        _earlier.RemoveAll(static table => table.IsReleased);
        if (_earlier.Count >= MaximumEarlierTables)
        {
            next.Retire();
            throw new GuestMemoryException(
                $"{_earlier.Count} earlier tables are still in use by buffers that the device holds; "
                + "take these back before the memory changes again");
        }

        for (var moved = 0; moved < _rings.Length; moved++)
        {
            if (_rings[moved].Queue is not { } queue || queue.TryMoveTo(next, out var error)) continue;
            foreach (var ring in _rings.AsSpan(0, moved)) ring.Queue?.TryMoveTo(_memory, out _);
            next.Retire();
            throw new GuestMemoryException(error);
        }

        if (next.Unguarded.Length > 0 && Interlocked.Exchange(ref _unguardedTold, 1) == 0) _logger.Unguarded(next.Unguarded);
        var previous = _memory;
        Volatile.Write(ref _memory, next);
        previous.Retire();
        if (!previous.IsReleased) _earlier.Add(previous);
        foreach (var ring in _rings) TryStart(ring);
    }

    private void Lost(string reason) => Break(reason);

    private static MemoryRegion FromWire(in WireRegion wire) => new(wire.GuestAddress, wire.Size, wire.FrontendAddress, wire.MappingOffset);
}
