using System.Buffers.Binary;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Tests.Virtqueues;

/// <summary>A device's side of a split ring, as plain as the specification's text: what the driver's side is held against.</summary>
internal sealed class RingModel(GuestRam ram, DriverQueue queue, bool eventIndex)
{
    private ushort _nextAvailable;
    private ushort _usedIndex;
    private ushort _callBefore;

    public readonly record struct Piece(ulong Address, int Length, bool Writable);

    public sealed record Chain(int Head, IReadOnlyList<Piece> Pieces);

    public ushort NextAvailable => _nextAvailable;

    public ushort DriverIndex => Read16(queue.AvailableRing + 2);

    public Chain? Pop()
    {
        if (_nextAvailable == DriverIndex) return null;
        var head = Read16(queue.AvailableRing + 4 + 2 * (ulong)(_nextAvailable % queue.Size));
        _nextAvailable++;
        return new Chain(head, Walk(queue.DescriptorTable, head, queue.Size, nested: false));
    }

    /// <summary>Puts a used entry and says whether the driver wants to be called for it (virtio 1.3 §2.7.7.2).</summary>
    public bool Use(uint head, uint written)
    {
        var entry = queue.UsedRing + 4 + 8 * (ulong)(_usedIndex % queue.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(ram.Write(entry, 4), head);
        BinaryPrimitives.WriteUInt32LittleEndian(ram.Write(entry + 4, 4), written);
        var before = _callBefore;
        SetUsedIndex((ushort)(_usedIndex + 1));
        _callBefore = _usedIndex;
        if (!eventIndex) return (Read16(queue.AvailableRing) & 1) == 0;
        var wanted = Read16(queue.AvailableRing + 4 + 2 * (ulong)queue.Size);
        return (ushort)(_usedIndex - wanted - 1) < (ushort)(_usedIndex - before);
    }

    public void SetUsedIndex(ushort index)
    {
        _usedIndex = index;
        ram.WriteUInt16(queue.UsedRing + 2, index);
    }

    public void WantKick(bool wanted)
    {
        if (eventIndex) ram.WriteUInt16(queue.UsedRing + 4 + 8 * (ulong)queue.Size, wanted ? _nextAvailable : (ushort)(_nextAvailable - 1));
        else ram.WriteUInt16(queue.UsedRing, wanted ? (ushort)0 : (ushort)1);
    }

    private List<Piece> Walk(ulong table, int at, int entries, bool nested)
    {
        var pieces = new List<Piece>();
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < entries, "a loop in the chain");
            Assert.InRange(at, 0, entries - 1);
            var d = ram.Read(table + 16 * (ulong)at, 16);
            var address = BinaryPrimitives.ReadUInt64LittleEndian(d);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(d[8..]);
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(d[12..]);
            if ((flags & 4) != 0)
            {
                Assert.False(nested, "a table inside a table");
                Assert.Equal(4, flags);
                Assert.Equal(0, length % 16);
                return Walk(address, 0, length / 16, nested: true);
            }

            var writable = (flags & 2) != 0;
            if (pieces.Count > 0) Assert.False(pieces[^1].Writable && !writable, "a readable descriptor after a writable one");
            pieces.Add(new Piece(address, length, writable));
            if ((flags & 1) == 0) return pieces;
            at = BinaryPrimitives.ReadUInt16LittleEndian(d[14..]);
        }
    }

    private ushort Read16(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(ram.Read(address, 2));
}
