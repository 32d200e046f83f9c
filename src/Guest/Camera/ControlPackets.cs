using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Camera;

/// <summary>Control packets between the wire and the driver's types. Allocates nothing unless something is wrong.</summary>
internal static class ControlPackets
{
    /// <summary>Writes a packet; no bytes for no controls.</summary>
    /// <returns>Bytes written, or -1 when they do not fit.</returns>
    public static int Write(Span<byte> target, ReadOnlySpan<ControlEntry> controls)
    {
        if (controls.IsEmpty) return 0;
        var writer = new ControlPacketWriter(target, controls.Length);
        foreach (ref readonly var control in controls)
        {
            if (!writer.TryAdd(control.Id, (byte)control.Value.Type, (ushort)control.Value.Count, control.Value.Bytes)) return -1;
        }

        return writer.Finish();
    }

    /// <summary>Writes a packet of ids without values: what GET_CONTROLS asks for.</summary>
    /// <returns>Bytes written, or -1 when they do not fit.</returns>
    public static int WriteIds(Span<byte> target, ReadOnlySpan<uint> ids)
    {
        if (ids.IsEmpty) return 0;
        var writer = new ControlPacketWriter(target, ids.Length);
        foreach (var id in ids)
        {
            if (!writer.TryAdd(id, (byte)ControlType.Int32, 0, default)) return -1;
        }

        return writer.Finish();
    }

    /// <summary>
    /// Reads a packet that was copied out of guest memory. Items of types or sizes this driver does not know come without a value.
    /// </summary>
    /// <param name="packet">Exactly the packet.</param>
    /// <param name="target">Where the controls go: room for <see cref="CameraWire.MaximumPacketItems"/>.</param>
    /// <param name="count">Controls read.</param>
    /// <param name="error">What is wrong with the packet, when it is.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, Span<ReportedControl> target, out int count, out string error)
    {
        count = 0;
        var most = Math.Min(target.Length, CameraWire.MaximumPacketItems);
        if (!ControlPacketReader.TryOpen(packet, most, out var reader, out error)) return false;
        for (; count < reader.Count; count++)
        {
            var item = reader.Read(count, out var bytes);
            if (bytes.IsEmpty || !ControlValue.TryFromArray((ControlType)item.Type, bytes, out var value)) value = default;
            target[count] = new ReportedControl(item.Id, item.Flags, item.Argument, value);
        }

        return true;
    }
}
