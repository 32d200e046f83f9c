using System.Runtime.InteropServices;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserBackend
{
    // A chain keeps the table under which it was popped. A guest that leaves chains, e.g. event buffers, and changes its memory after each
    // could pin hundreds of tables, and so use up the mappings of the whole process.
    private const int MaximumEarlierTables = 32;

    // And each table may have all its regions anew, of which each takes places that all guests share: mappings of the process, and the guard's.
    private const int MaximumMappedTables = 3;
    private MemoryTable[] _earlier = []; // never changed, but replaced
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
        MemoryTable[] earlier = [.. _earlier.Where(table => !table.IsReleased)];
        if (earlier.Length >= MaximumEarlierTables)
        {
            next.Retire();
            throw new GuestMemoryException(
                $"{earlier.Length} earlier tables are still in use by buffers that the device holds; "
                + "take these back before the memory changes again");
        }

        var mapped = MemoryTable.CountMapped([.. earlier, _memory, next]);
        var mostMapped = MaximumMappedTables * _options.MaximumMemoryRegions;
        if (mapped > mostMapped)
        {
            next.Retire();
            throw new GuestMemoryException(
                $"{mapped} regions would be mapped, with those of {earlier.Length} earlier tables that are still in use by buffers that the "
                + $"device holds; at most {mostMapped} are: take buffers back before the memory changes again");
        }

        try
        {
            _options.MemoryBudget?.Replace(_memory, next);
        }
        catch (GuestMemoryException)
        {
            next.Retire();
            throw;
        }

        for (var moved = 0; moved < _rings.Length; moved++)
        {
            if (_rings[moved].Queue is not { } queue || queue.TryMoveTo(next, out var error)) continue;
            _options.MemoryBudget?.Replace(next, _memory, isUndo: true);
            foreach (var ring in _rings.AsSpan(0, moved)) ring.Queue?.TryMoveTo(_memory, out _);
            next.Retire();
            throw new GuestMemoryException(error);
        }

        if (next.Unguarded.Length > 0 && Interlocked.Exchange(ref _unguardedTold, 1) == 0) _logger.Unguarded(next.Unguarded);
        var previous = _memory;

        // In this order: who looks for a loss meanwhile finds the table in the one place or in the other.
        Volatile.Write(ref _earlier, [.. earlier, previous]);
        Volatile.Write(ref _memory, next);
        previous.Retire();
        foreach (var ring in _rings) TryStart(ring);
    }

    private void Lost(string reason) => Break(reason);

    /// <summary>
    /// What became of any of the connection's memory that an access found gone; null if none was. Any thread. Chains that are held are read
    /// in the tables under which they were popped.
    /// </summary>
    private string? DescribeLoss()
    {
        if (Volatile.Read(ref _memory).DescribeLoss() is { } loss) return loss;
        foreach (var table in Volatile.Read(ref _earlier))
        {
            if (table.DescribeLoss() is { } earlier) return earlier;
        }

        return Volatile.Read(ref _inflight)?.DescribeLoss();
    }

    private static MemoryRegion FromWire(in WireRegion wire) => new(wire.GuestAddress, wire.Size, wire.FrontendAddress, wire.MappingOffset);
}
