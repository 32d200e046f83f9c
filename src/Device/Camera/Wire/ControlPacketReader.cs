namespace CameraFabric.Device.Camera.Wire;

/// <summary>
/// A control packet whose every length has been checked. Hand it bytes that nobody else can change (copied from guest memory once):
/// after <see cref="TryOpen"/> no access can leave the packet, whatever it says.
/// </summary>
public readonly ref struct ControlPacketReader
{
    private readonly ReadOnlySpan<byte> _packet;

    private ControlPacketReader(ReadOnlySpan<byte> packet, int count)
    {
        _packet = packet;
        Count = count;
    }

    /// <summary>Items in the packet.</summary>
    public int Count { get; }

    /// <summary>
    /// Checks a packet: version, sizes, offsets and that no id comes twice. No bytes at all are the empty packet; bytes behind the packet
    /// are ignored.
    /// </summary>
    /// <param name="bytes">The packet.</param>
    /// <param name="maximumItems">Most items to accept.</param>
    /// <param name="reader">The packet, if it is right.</param>
    /// <param name="error">What is wrong, where, and what would be right; empty if nothing is.</param>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, int maximumItems, out ControlPacketReader reader, out string error)
    {
        reader = default;
        error = "";
        if (bytes.IsEmpty) return true;
        if (bytes.Length < PacketHeader.Bytes)
        {
            error = $"control packet: {bytes.Length} bytes, its header alone has {PacketHeader.Bytes}";
            return false;
        }

        var header = CameraWire.Read<PacketHeader>(bytes);
        if (header.Version != CameraWire.PacketVersion)
        {
            error = $"control packet: version {header.Version}, this device reads version {CameraWire.PacketVersion}";
        }
        else if (header.TotalBytes < PacketHeader.Bytes || header.TotalBytes > (uint)bytes.Length)
        {
            error = $"control packet: total_bytes {header.TotalBytes} is outside {PacketHeader.Bytes}..{bytes.Length}";
        }
        else if (header.Count > (uint)maximumItems)
        {
            error = $"control packet: {header.Count} items, at most {maximumItems} are read";
        }
        else if (header.DataOffset < PacketHeader.Bytes + header.Count * PacketItem.Bytes || header.DataOffset > header.TotalBytes
            || header.DataOffset % CameraWire.Alignment != 0)
        {
            error = $"control packet: data_offset {header.DataOffset} is not a multiple of {CameraWire.Alignment} in "
                + $"{PacketHeader.Bytes + header.Count * PacketItem.Bytes}..{header.TotalBytes}";
        }
        else
        {
            var packet = bytes[..(int)header.TotalBytes];
            for (var i = 0; i < (int)header.Count && error.Length == 0; i++) error = CheckItem(packet, i, header.DataOffset);
            if (error.Length == 0) reader = new ControlPacketReader(packet, (int)header.Count);
        }

        return error.Length == 0;
    }

    /// <summary>
    /// Item <paramref name="index"/> and the bytes of its value; none for an item without a value or of a type not known.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No such item.</exception>
    public PacketItem Read(int index, out ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var item = ItemAt(_packet, index);
        var bytes = PacketItem.ElementBytes(item.Type) * item.Count;
        value = bytes == 0 ? default : _packet.Slice((int)item.Offset, bytes);
        return item;
    }

    private static PacketItem ItemAt(ReadOnlySpan<byte> packet, int index) =>
        CameraWire.Read<PacketItem>(packet[(PacketHeader.Bytes + index * PacketItem.Bytes)..]);

    private static string CheckItem(ReadOnlySpan<byte> packet, int index, uint dataOffset)
    {
        var item = ItemAt(packet, index);
        for (var before = 0; before < index; before++)
        {
            if (ItemAt(packet, before).Id == item.Id) return $"control packet: items {before} and {index} both carry id 0x{item.Id:x}";
        }

        // A count of 65535 times 16 bytes an element stays far inside 32 bits; the sum is taken in 64 because the offset is the guest's.
        var bytes = (long)PacketItem.ElementBytes(item.Type) * item.Count;
        if (bytes == 0) return "";
        if (item.Offset % CameraWire.Alignment != 0 || item.Offset < dataOffset || item.Offset + bytes > packet.Length)
        {
            return $"control packet: item {index} (id 0x{item.Id:x}) has {bytes} bytes at {item.Offset}, "
                + $"which is not a multiple of {CameraWire.Alignment} inside {dataOffset}..{packet.Length}";
        }

        return "";
    }
}
