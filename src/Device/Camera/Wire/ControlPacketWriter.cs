namespace CameraFabric.Device.Camera.Wire;

/// <summary>Writes a control packet into a span: item after item, then <see cref="Finish"/>. Allocates nothing.</summary>
public ref struct ControlPacketWriter
{
    private readonly Span<byte> _target;
    private readonly int _capacity;
    private readonly int _dataOffset;
    private int _end;

    /// <summary>Begins a packet.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="maximumItems">Most items it will get: room for their table is set aside. Fewer fit if the target is short.</param>
    public ControlPacketWriter(Span<byte> target, int maximumItems)
    {
        _target = target;
        _capacity = Math.Max(0, Math.Min(maximumItems, (target.Length - PacketHeader.Bytes) / PacketItem.Bytes));
        _dataOffset = PacketHeader.Bytes + _capacity * PacketItem.Bytes;
        _end = _dataOffset;
    }

    /// <summary>Items written.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of a packet with so many items and so many bytes of values, each value rounded up to 8.</summary>
    public static int Measure(int items, int alignedValueBytes) => PacketHeader.Bytes + items * PacketItem.Bytes + alignedValueBytes;

    /// <summary>Adds an item; false, and nothing changed, if it does not fit.</summary>
    /// <param name="id">The control.</param>
    /// <param name="type">Type of its elements.</param>
    /// <param name="count">Elements; 0 for an item without a value.</param>
    /// <param name="value">The elements, little-endian.</param>
    /// <param name="flags">What became of it.</param>
    /// <param name="argument">Frames to the frame of effect.</param>
    /// <exception cref="ArgumentException">The value is not <paramref name="count"/> elements of its type.</exception>
    public bool TryAdd(
        uint id, byte type, ushort count, scoped ReadOnlySpan<byte> value, ItemFlags flags = ItemFlags.None, uint argument = 0)
    {
        if (PacketItem.ElementBytes(type) * count != value.Length)
        {
            throw new ArgumentException($"{value.Length} bytes are not {count} elements of type {type}", nameof(value));
        }

        var aligned = CameraWire.Align(value.Length);
        if (Count >= _capacity || _end + aligned > _target.Length) return false;
        var offset = value.IsEmpty ? 0u : (uint)_end;
        CameraWire.Write(_target[(PacketHeader.Bytes + Count * PacketItem.Bytes)..],
            new PacketItem(id, type, flags, count, offset, argument));
        if (!value.IsEmpty)
        {
            value.CopyTo(_target[_end..]);
            _target[(_end + value.Length)..(_end + aligned)].Clear();
        }

        _end += aligned;
        Count++;
        return true;
    }

    /// <summary>Writes the packet's header and returns the packet's size; 0 if not even the header fits.</summary>
    public readonly int Finish()
    {
        if (_target.Length < PacketHeader.Bytes) return 0;
        // Table entries set aside and not used lie between the items and the data; they must not carry what was in the memory before.
        _target[(PacketHeader.Bytes + Count * PacketItem.Bytes).._dataOffset].Clear();
        CameraWire.Write(_target, new PacketHeader(CameraWire.PacketVersion, (uint)_end, (uint)Count, (uint)_dataOffset));
        return _end;
    }
}
