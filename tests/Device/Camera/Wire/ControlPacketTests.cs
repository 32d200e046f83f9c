using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Wire;

public sealed class ControlPacketTests
{
    private const byte Int32 = 3;
    private const byte Int64 = 4;
    private const byte Bytes = 8;

    private static byte[] TwoItems()
    {
        var target = new byte[256];
        target.AsSpan().Fill(0xee);
        var writer = new ControlPacketWriter(target, 3);
        Assert.True(writer.TryAdd(7, Int64, 1, [1, 2, 3, 4, 5, 6, 7, 8], ItemFlags.Applied | ItemFlags.Clamped, 2));
        Assert.True(writer.TryAdd(9, Bytes, 3, [10, 11, 12]));
        return target[..writer.Finish()];
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var packet = TwoItems();
        Assert.True(ControlPacketReader.TryOpen(packet, 2, out var reader, out var error), error);
        Assert.Equal(2, reader.Count);
        Assert.Equal(new PacketItem(7, Int64, ItemFlags.Applied | ItemFlags.Clamped, 1, 64, 2), reader.Read(0, out var first));
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, first.ToArray());
        Assert.Equal(9u, reader.Read(1, out var second).Id);
        Assert.Equal(new byte[] { 10, 11, 12 }, second.ToArray());
    }

    [Fact]
    public void Room_set_aside_and_not_used_carries_nothing_of_what_was_there()
    {
        var packet = TwoItems();
        Assert.Equal(PacketHeader.Bytes + 3 * PacketItem.Bytes + 16, packet.Length);
        Assert.DoesNotContain((byte)0xee, packet);
    }

    [Fact]
    public void No_bytes_are_the_empty_packet()
    {
        Assert.True(ControlPacketReader.TryOpen([], 8, out var reader, out _));
        Assert.Equal(0, reader.Count);
    }

    [Fact]
    public void Bytes_behind_the_packet_are_ignored()
    {
        byte[] longer = [.. TwoItems(), 1, 2, 3];
        Assert.True(ControlPacketReader.TryOpen(longer, 8, out var reader, out var error), error);
        Assert.Equal(2, reader.Count);
    }

    [Theory]
    [InlineData(0, 2u, "version 2")]
    [InlineData(4, 0u, "total_bytes 0")]
    [InlineData(4, 4096u, "total_bytes 4096")]
    [InlineData(4, uint.MaxValue, "total_bytes 4294967295")]
    [InlineData(8, 9u, "9 items")]
    [InlineData(8, uint.MaxValue, "4294967295 items")]
    [InlineData(8, 0x10000001u, "items")] // times 16 wraps round to 16
    [InlineData(12, 0u, "data_offset 0")]
    [InlineData(12, 24u, "data_offset 24")]
    [InlineData(12, 65u, "data_offset 65")]
    [InlineData(12, 4096u, "data_offset 4096")]
    [InlineData(24, 0u, "item 0")] // value in the table
    [InlineData(24, 68u, "item 0")] // not aligned
    [InlineData(24, 76u, "item 0")]
    [InlineData(24, 80u, "item 0")] // begins where the packet ends
    [InlineData(24, 4096u, "item 0")]
    [InlineData(24, 0xfffffff8u, "item 0")]
    [InlineData(20, 0xffff0004u, "item 0")] // 65535 elements of 8 bytes
    [InlineData(32, 7u, "items 0 and 1 both carry id 0x7")]
    public void A_field_that_lies_is_found_and_named(int offset, uint lie, string reason)
    {
        var packet = TwoItems();
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(offset), lie);
        Assert.False(ControlPacketReader.TryOpen(packet, 8, out _, out var error));
        Assert.Contains(reason, error);
    }

    [Fact]
    public void Two_items_may_share_a_value()
    {
        var packet = TwoItems();
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(24), 72);
        Assert.True(ControlPacketReader.TryOpen(packet, 8, out _, out var error), error);
    }

    [Fact]
    public void An_item_of_an_unknown_type_has_no_value_and_harms_nobody()
    {
        var packet = TwoItems();
        packet[PacketHeader.Bytes + 4] = 200;
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(PacketHeader.Bytes + 8), uint.MaxValue);
        Assert.True(ControlPacketReader.TryOpen(packet, 8, out var reader, out var error), error);
        Assert.Equal(200, reader.Read(0, out var value).Type);
        Assert.True(value.IsEmpty);
    }

    [Fact]
    public void Any_items_are_read_back_as_they_were_written()
    {
        var item = from type in Gen.Choose(1, 8)
                   from count in Gen.Choose(0, 5)
                   from flags in Gen.Choose(0, 15)
                   from argument in Gen.Choose(0, int.MaxValue)
                   from value in ArbMap.Default.GeneratorFor<byte>().ArrayOf(count * PacketItem.ElementBytes((byte)type))
                   select (Type: (byte)type, Count: (ushort)count, Flags: (ItemFlags)flags, Argument: (uint)argument, Value: value);
        Prop.ForAll(Gen.Choose(0, 20).SelectMany(item.ArrayOf).ToArbitrary(), items =>
        {
            var values = items.Sum(each => CameraWire.Align(each.Value.Length));
            var target = new byte[ControlPacketWriter.Measure(items.Length, values)];
            var writer = new ControlPacketWriter(target, items.Length);
            for (var i = 0; i < items.Length; i++)
            {
                var (type, count, flags, argument, value) = items[i];
                Assert.True(writer.TryAdd((uint)i * 7919, type, count, value, flags, argument));
            }

            Assert.True(ControlPacketReader.TryOpen(target.AsSpan(0, writer.Finish()), items.Length, out var reader, out var error), error);
            Assert.Equal(items.Length, reader.Count);
            for (var i = 0; i < items.Length; i++)
            {
                var read = reader.Read(i, out var value);
                Assert.Equal(((uint)i * 7919, items[i].Type, items[i].Flags, items[i].Count, items[i].Argument),
                    (read.Id, read.Type, read.Flags, read.Count, read.Argument));
                Assert.Equal(items[i].Value, value.ToArray());
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_the_bytes_an_opened_packet_reads_only_itself()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (noise, at) =>
        {
            var packet = TwoItems();
            for (var i = 0; i < noise.Length; i++) packet[(at.Get + i * 5) % packet.Length] = noise[i];
            if (!ControlPacketReader.TryOpen(packet, 8, out var reader, out var error)) return error.Length > 0;
            var total = 0;
            for (var i = 0; i < reader.Count; i++)
            {
                reader.Read(i, out var value);
                total += value.Length;
            }

            return error.Length == 0 && total >= 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_item_that_does_not_fit_leaves_the_packet_as_it_was()
    {
        var target = new byte[PacketHeader.Bytes + 2 * PacketItem.Bytes + 8];
        var writer = new ControlPacketWriter(target, 2);
        Assert.False(writer.TryAdd(1, Int64, 2, new byte[16]));
        Assert.True(writer.TryAdd(2, Int32, 1, [1, 0, 0, 0]));
        Assert.False(writer.TryAdd(3, Int32, 1, [1, 0, 0, 0]));
        Assert.True(writer.TryAdd(4, 0, 0, []));
        Assert.False(writer.TryAdd(5, 0, 0, []));
        Assert.Equal(target.Length, writer.Finish());
        Assert.True(ControlPacketReader.TryOpen(target, 8, out var reader, out var error), error);
        Assert.Equal(2, reader.Count);
    }

    [Fact]
    public void A_target_without_room_for_a_header_gets_nothing()
    {
        var target = new byte[15];
        var writer = new ControlPacketWriter(target, 4);
        Assert.False(writer.TryAdd(1, 0, 0, []));
        Assert.Equal(0, writer.Finish());
        Assert.All(target, b => Assert.Equal(0, b));
    }

    [Fact]
    public void A_value_that_is_not_its_type_is_refused()
    {
        var target = new byte[64];
        Assert.Throws<ArgumentException>(() =>
        {
            var writer = new ControlPacketWriter(target, 1);
            writer.TryAdd(1, Int32, 1, [1, 2, 3]);
        });
    }
}
