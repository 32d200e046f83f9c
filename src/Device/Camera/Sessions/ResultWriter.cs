using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>Writes results: header, buffer result, metadata packet. Allocates nothing.</summary>
internal static class ResultWriter
{
    private const ItemFlags Deviations = ItemFlags.Late | ItemFlags.Clamped | ItemFlags.Ignored;

    /// <summary>What became of the controls that were asked for, all together.</summary>
    public static ResultFlags Judge(ReadOnlySpan<ControlEntry> asked, ReadOnlySpan<ControlEntry> applied, bool isLate)
    {
        ItemFlags all = 0;
        foreach (ref readonly var entry in asked) all |= Judge(entry, applied, isLate, out _);
        return ((all & ItemFlags.Late) != 0 ? ResultFlags.Late : 0)
            | ((all & ItemFlags.Clamped) != 0 ? ResultFlags.Clamped : 0)
            | ((all & ItemFlags.Ignored) != 0 ? ResultFlags.Ignored : 0);
    }

    /// <summary>A whole result; metadata that does not fit is left out item by item.</summary>
    public static int Write(Span<byte> target, in ResultHeader result, uint bufferId, BufferFlags flags, FrameLayout layout, int bytesUsed,
        ReadOnlySpan<ControlEntry> asked, ReadOnlySpan<ControlEntry> applied, bool isLate)
    {
        const int Fixed = ResultHeader.Bytes + BufferResult.Bytes;
        var isOk = result.Header.Status == CameraStatus.Ok;
        var used = isOk ? SplitByPlane(layout, bytesUsed) : default;
        CameraWire.Write(target[ResultHeader.Bytes..], new BufferResult(StreamWire.StreamId, bufferId, result.Header.Status, flags, used));
        var metadata = WriteMetadata(target[Fixed..], asked, applied, isLate, out var isCut);
        CameraWire.Write(target, result with
        {
            Header = result.Header with { Length = (uint)(Fixed + metadata) },
            Flags = result.Flags | (isCut ? ResultFlags.Truncated : 0),
            BufferCount = 1,
            MetadataBytes = (uint)metadata,
        });
        return Fixed + metadata;
    }

    /// <summary>A result without a frame.</summary>
    public static int Write(Span<byte> target, in ResultHeader result, uint bufferId, BufferFlags flags)
    {
        const int Length = ResultHeader.Bytes + BufferResult.Bytes;
        CameraWire.Write(target, result with { Header = result.Header with { Length = Length }, BufferCount = 1 });
        CameraWire.Write(target[ResultHeader.Bytes..], new BufferResult(StreamWire.StreamId, bufferId, result.Header.Status, flags, default));
        return Length;
    }

    /// <summary>A result that says only a status: for a request that was never accepted.</summary>
    public static int WriteRefusal(Span<byte> target, ulong tag, ulong requestId, CameraStatus status)
    {
        var header = new ResponseHeader(status, ResultHeader.Bytes, tag);
        CameraWire.Write(target, new ResultHeader(header, requestId, 0, 0, 0, ResultFlags.None, 0, 0, 0, 0, 0));
        return ResultHeader.Bytes;
    }

    // First everything that the frame reports, then what was asked for and is not among it.
    private static int WriteMetadata(
        Span<byte> target, ReadOnlySpan<ControlEntry> asked, ReadOnlySpan<ControlEntry> applied, bool isLate, out bool isCut)
    {
        isCut = false;
        var missing = 0;
        foreach (ref readonly var entry in asked) missing += Find(applied, entry.Id) < 0 ? 1 : 0;
        if (applied.Length + missing == 0) return 0;
        var writer = new ControlPacketWriter(target, applied.Length + missing);
        foreach (ref readonly var entry in applied)
        {
            var flags = (ItemFlags)(entry.Flags & (uint)(ItemFlags.Applied | Deviations));
            var argument = 0u;
            var at = Find(asked, entry.Id);
            if (at >= 0) flags = Judge(asked[at], applied, isLate, out argument);
            isCut |= !writer.TryAdd(entry.Id, (byte)entry.Value.Type, (ushort)entry.Value.Count, entry.Value.Bytes, flags, argument);
        }

        foreach (ref readonly var entry in asked)
        {
            if (Find(applied, entry.Id) >= 0) continue;
            var flags = Judge(entry, applied, isLate, out var argument);
            isCut |= !writer.TryAdd(entry.Id, (byte)entry.Value.Type, 0, default, flags, argument);
        }

        return writer.Finish();
    }

    private static ItemFlags Judge(in ControlEntry asked, ReadOnlySpan<ControlEntry> applied, bool isLate, out uint argument)
    {
        argument = 0;
        var flags = (ItemFlags)(asked.Flags & (uint)Deviations);
        if ((flags & ItemFlags.Ignored) != 0) return ItemFlags.Ignored;
        var at = Find(applied, asked.Id);
        // Nothing in the frame bears witness that the control was used.
        if (at < 0) return ItemFlags.Ignored;
        ref readonly var entry = ref applied[at];
        var sensor = (ItemFlags)(entry.Flags & (uint)Deviations);
        flags |= sensor;
        if (entry.Value == asked.Value) return flags | ItemFlags.Applied | (isLate ? ItemFlags.Late : 0);
        // That the value was clamped on its way to the sensor does not explain why the sensor used yet another one.
        if ((sensor & (ItemFlags.Clamped | ItemFlags.Ignored)) == 0) flags |= ItemFlags.Late;
        // Not in force in this frame; when it will be is not known better than "after this one".
        argument = (flags & ItemFlags.Late) != 0 ? 1u : 0u;
        return flags;
    }

    private static int Find(ReadOnlySpan<ControlEntry> entries, uint id)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Id == id) return i;
        }

        return -1;
    }

    private static PlaneNumbers SplitByPlane(FrameLayout layout, int bytesUsed)
    {
        PlaneNumbers used = default;
        var left = bytesUsed;
        for (var i = 0; i < Math.Min(layout.Planes.Length, CameraWire.MaximumPlanes) && left > 0; i++)
        {
            var bytes = Math.Min(left, StreamWire.PlaneBytes(layout, i));
            used[i] = (uint)bytes;
            left -= bytes;
        }

        return used;
    }
}
