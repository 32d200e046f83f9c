using System.Runtime.CompilerServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Tests.Camera.Wire;

/// <summary>Every structure of the wire: its size and where each field lies, against numbers written out by hand.</summary>
public sealed class WireLayoutTests
{
    // Byte i of the image holds i + 1, so a field's value says where it was read from.
    private static T Ramp<T>(int bytes)
        where T : unmanaged
    {
        Assert.Equal(bytes, Unsafe.SizeOf<T>());
        var image = new byte[bytes];
        for (var i = 0; i < bytes; i++) image[i] = (byte)(i + 1);
        var value = CameraWire.Read<T>(image);
        var back = new byte[bytes];
        CameraWire.Write(back, in value);
        Assert.Equal(image, back);
        return value;
    }

    private static ulong At(int offset, int size)
    {
        ulong value = 0;
        for (var i = size - 1; i >= 0; i--) value = value << 8 | (byte)(offset + i + 1);
        return value;
    }

    private static void Le16(int offset, ushort actual) => Assert.Equal((ushort)At(offset, 2), actual);

    private static void Le32(int offset, uint actual) => Assert.Equal((uint)At(offset, 4), actual);

    private static void Le64(int offset, ulong actual) => Assert.Equal(At(offset, 8), actual);

    private static void Bytes(int offset, ReadOnlySpan<byte> actual)
    {
        for (var i = 0; i < actual.Length; i++) Assert.Equal((byte)(offset + i + 1), actual[i]);
    }

    private static void Numbers(int offset, PlaneNumbers actual)
    {
        for (var i = 0; i < 4; i++) Le32(offset + 4 * i, actual[i]);
    }

    [Fact]
    public void The_messages_of_frames_in_place_have_their_layout()
    {
        Assert.Equal((40, 8), (System.Runtime.CompilerServices.Unsafe.SizeOf<MapPoolReply>(), System.Runtime.CompilerServices.Unsafe.SizeOf<ReturnSlotCommand>()));
        var bytes = new byte[48];
        CameraWire.Write(bytes, new MapPoolReply(1, 2, 3, 4, 5, 6, 7));
        Assert.Equal((1UL, 2UL, 3UL), (BitConverter.ToUInt64(bytes, 0), BitConverter.ToUInt64(bytes, 8), BitConverter.ToUInt64(bytes, 16)));
        Assert.Equal((4u, 5u, 6u, 7u), (BitConverter.ToUInt32(bytes, 24), BitConverter.ToUInt32(bytes, 28), BitConverter.ToUInt32(bytes, 32), BitConverter.ToUInt32(bytes, 36)));
        CameraWire.Write(bytes, new ReturnSlotCommand(8, 9));
        Assert.Equal((8u, 9u), (BitConverter.ToUInt32(bytes, 0), BitConverter.ToUInt32(bytes, 4)));
        Assert.Equal((0x70, 0x71), ((int)CameraCommand.MapPool, (int)CameraCommand.ReturnSlot));
    }

    [Fact]
    public void Configuration_space_has_136_bytes()
    {
        var c = Ramp<CameraConfig>(136);
        Le32(0, c.Version);
        Le32(4, (uint)c.Flags);
        Le32(8, c.StreamCount);
        Le32(12, c.MaximumInFlight);
        Le32(16, c.MaximumRequestBytes);
        Le32(20, c.MaximumResultBytes);
        Le32(24, c.PipelineDepth);
        Le32(28, c.CapabilityBytes);
        Le64(32, c.CapabilityGeneration);
        var text1 = c.Name;
        Bytes(40, text1);
        var text2 = c.CameraUuid;
        Bytes(104, text2);
        var text3 = c.SyncGroupUuid;
        Bytes(120, text3);
    }

    [Fact]
    public void Command_and_response_headers_have_16_bytes()
    {
        var h = Ramp<CommandHeader>(16);
        Le16(0, (ushort)h.Type);
        Le16(2, h.Version);
        Le32(4, h.Length);
        Le64(8, h.Tag);
        var r = Ramp<ResponseHeader>(16);
        Le32(0, (uint)r.Status);
        Le32(4, r.Length);
        Le64(8, r.Tag);
    }

    [Fact]
    public void Command_bodies_lie_as_written_in_the_chapter()
    {
        var g = Ramp<GetCapabilitiesCommand>(16);
        Le32(0, g.Offset);
        Le32(4, g.Maximum);
        Le64(8, g.Reserved);
        var gr = Ramp<GetCapabilitiesReply>(16);
        Le64(0, gr.Generation);
        Le32(8, gr.Total);
        Le32(12, gr.Offset);
        var c = Ramp<ConfigureCommand>(8);
        Le32(0, c.Flags);
        Le32(4, c.StreamCount);
        var cr = Ramp<ConfigureReply>(8);
        Le32(0, cr.Generation);
        Le32(4, cr.StreamCount);
        var d = Ramp<DetachBufferCommand>(16);
        Le32(0, d.Generation);
        Le32(4, d.StreamId);
        Le32(8, d.BufferId);
        Le32(12, d.Reserved);
        var s = Ramp<StartCommand>(16);
        Le32(0, s.Generation);
        Le32(4, s.Flags);
        Le32(8, s.ControlsBytes);
        Le32(12, s.Reserved);
        var stop = Ramp<GenerationCommand>(8);
        Le32(0, stop.Generation);
        Le32(4, stop.Reserved);
        var controls = Ramp<ControlsCommand>(8);
        Le32(0, (uint)controls.Flags);
        Le32(4, controls.ControlsBytes);
        var owner = Ramp<OwnerCommand>(8);
        Le32(0, (uint)owner.Flags);
        Le32(4, owner.Reserved);
        var clock = Ramp<ClockSampleReply>(16);
        Le64(0, clock.DeviceNanoseconds);
        Le32(8, clock.ClockId);
        Le32(12, clock.Reserved);
    }

    [Fact]
    public void Stream_configuration_has_88_bytes()
    {
        var s = Ramp<StreamConfig>(88);
        Le32(0, s.StreamId);
        Le32(4, (uint)s.Role);
        Le32(8, s.FourCC);
        Le32(12, s.ModifierLow);
        Le32(16, s.ModifierHigh);
        Le32(20, s.Width);
        Le32(24, s.Height);
        Le32(28, s.PlaneCount);
        Numbers(32, s.Stride);
        Numbers(48, s.PlaneSize);
        Le32(64, s.MinimumBuffers);
        Le32(68, s.MaximumBuffers);
        Le32(72, s.IntervalNumerator);
        Le32(76, s.IntervalDenominator);
        Le32(80, s.ColorSpace);
        Le32(84, s.Flags);
    }

    [Fact]
    public void Attach_has_24_bytes_and_a_memory_entry_16()
    {
        var a = Ramp<AttachBufferCommand>(24);
        Le32(0, a.Generation);
        Le32(4, a.StreamId);
        Le32(8, a.BufferId);
        Le32(12, a.EntryCount);
        Le32(16, (uint)a.Flags);
        Le32(20, a.FirstEntry);
        var m = Ramp<MemoryEntry>(16);
        Le64(0, m.Address);
        Le32(8, m.Length);
        Le32(12, m.Plane);
    }

    [Fact]
    public void Request_has_56_bytes_and_a_buffer_reference_16()
    {
        var r = Ramp<RequestHeader>(56);
        Le16(0, (ushort)r.Header.Type);
        Le64(8, r.Header.Tag);
        Le64(16, r.RequestId);
        Le32(24, r.Generation);
        Le32(28, (uint)r.Flags);
        Le32(32, r.BufferCount);
        Le32(36, r.ControlsBytes);
        Le64(40, r.TargetFrame);
        Le64(48, r.TimeoutNanoseconds);
        var b = Ramp<BufferReference>(16);
        Le32(0, b.StreamId);
        Le32(4, b.BufferId);
        Le32(8, (uint)b.Flags);
        Le32(12, b.Reserved);
    }

    [Fact]
    public void Result_has_72_bytes_and_a_buffer_result_32()
    {
        var r = Ramp<ResultHeader>(72);
        Le32(0, (uint)r.Header.Status);
        Le64(8, r.Header.Tag);
        Le64(16, r.RequestId);
        Le64(24, r.FrameNumber);
        Le64(32, r.StartOfExposure);
        Le64(40, r.Done);
        Le32(48, (uint)r.Flags);
        Le32(52, r.BufferCount);
        Le32(56, r.MetadataBytes);
        Le32(60, r.DroppedBefore);
        Le32(64, r.Checksum);
        Le32(68, r.Reserved);
        var b = Ramp<BufferResult>(32);
        Le32(0, b.StreamId);
        Le32(4, b.BufferId);
        Le32(8, (uint)b.Status);
        Le32(12, (uint)b.Flags);
        Numbers(16, b.BytesUsed);
    }

    [Fact]
    public void Event_has_56_bytes()
    {
        var e = Ramp<CameraEvent>(56);
        Le16(0, (ushort)e.Type);
        Le16(2, (ushort)e.Flags);
        Le32(4, e.Length);
        Le64(8, e.Sequence);
        Le64(16, e.RequestId);
        Le64(24, e.FrameNumber);
        Le64(32, e.Timestamp);
        Le32(40, e.Code);
        Le32(44, e.StreamId);
        Le32(48, e.Argument);
        Le32(52, e.Lost);
    }

    [Fact]
    public void Control_packet_header_and_item_have_16_bytes()
    {
        var h = Ramp<PacketHeader>(16);
        Le32(0, h.Version);
        Le32(4, h.TotalBytes);
        Le32(8, h.Count);
        Le32(12, h.DataOffset);
        var i = Ramp<PacketItem>(16);
        Le32(0, i.Id);
        Assert.Equal(5, i.Type);
        Assert.Equal(6, (int)i.Flags);
        Le16(6, i.Count);
        Le32(8, i.Offset);
        Le32(12, i.Argument);
    }

    [Fact]
    public void Capability_records_lie_as_written_in_the_chapter()
    {
        var h = Ramp<CapabilityRecord>(8);
        Le16(0, (ushort)h.Type);
        Le16(2, h.Reserved);
        Le32(4, h.Length);
        var s = Ramp<StreamRecord>(16);
        Le32(0, s.StreamId);
        Le32(4, (uint)s.Role);
        Le32(8, s.MinimumBuffers);
        Le32(12, s.MaximumBuffers);
        var f = Ramp<FormatRecord>(24);
        Le32(0, f.StreamId);
        Le32(4, f.FourCC);
        Le32(8, f.Flags);
        Le32(12, f.PlaneCount);
        Le32(16, f.SizeCount);
        Le32(20, f.Reserved);
        var z = Ramp<SizeRecord>(48);
        Le32(0, z.MinimumWidth);
        Le32(4, z.MinimumHeight);
        Le32(8, z.MaximumWidth);
        Le32(12, z.MaximumHeight);
        Le32(16, z.StepWidth);
        Le32(20, z.StepHeight);
        Le32(24, z.ShortestNumerator);
        Le32(28, z.ShortestDenominator);
        Le32(32, z.LongestNumerator);
        Le32(36, z.LongestDenominator);
        Le32(40, z.MaximumBytes);
        Le32(44, z.Reserved);
        var v = Ramp<VendorRecord>(72);
        Le32(0, v.Namespace);
        var text4 = v.Uuid;
        Bytes(8, text4);
        var text5 = v.Name;
        Bytes(24, text5);
        var k = Ramp<CalibrationRecord>(8);
        Le32(0, k.TextBytes);
        var m = Ramp<CameraRecord>(80);
        var text6 = m.Model;
        Bytes(0, text6);
        Le32(64, m.PipelineDepth);
        Le32(68, m.TimeBase);
        Le32(72, m.MaximumInFlight);
        Le32(76, m.MaximumBuffers);
        var t = Ramp<TextRecord>(16);
        Le32(0, (uint)t.Kind);
        Le32(4, t.Id);
        Le32(8, t.Index);
        Le32(12, t.TextBytes);
    }

    [Fact]
    public void Control_record_has_104_bytes_and_a_menu_entry_40()
    {
        var c = Ramp<ControlRecord>(104);
        Le32(0, c.Id);
        Assert.Equal(5, c.Type);
        Assert.Equal(6, c.Direction);
        Assert.Equal(7, c.Scope);
        Assert.Equal(8, c.Flags);
        Le16(8, c.MinimumCount);
        Le16(10, c.MaximumCount);
        Le32(12, c.DelayFrames);
        Le64(16, (ulong)c.Minimum);
        Le64(24, (ulong)c.Maximum);
        Le64(32, (ulong)c.Default);
        Le64(40, (ulong)c.Step);
        var text7 = c.Name;
        Bytes(48, text7);
        var text8 = c.Unit;
        Bytes(80, text8);
        Le32(96, c.MenuCount);
        Le32(100, c.Reserved);
        var m = Ramp<MenuRecord>(40);
        Le64(0, (ulong)m.Value);
        var text9 = m.Name;
        Bytes(8, text9);
    }

    [Fact]
    public void Missing_bytes_count_as_zero_and_more_bytes_are_ignored()
    {
        Assert.Equal(new CommandHeader((CameraCommand)0x0201, 3, 0, 0), CameraWire.Read<CommandHeader>([1, 2, 3]));
        Assert.Equal(new GenerationCommand(1, 2), CameraWire.Read<GenerationCommand>([1, 0, 0, 0, 2, 0, 0, 0, 99, 99]));
    }

    [Fact]
    public void Uuid_goes_over_the_wire_first_byte_first()
    {
        var uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        var wire = WireUuid.From(uuid);
        Assert.Equal("00112233445566778899AABBCCDDEEFF", Convert.ToHexString(wire));
        Assert.Equal(uuid, wire.ToGuid());
    }

    [Fact]
    public void Text_is_cut_between_characters()
    {
        Assert.Equal("0123456789abcde", Text16.From("0123456789abcdeé").ToString()); // é would begin at byte 15 and end at 17
        Assert.Equal("0123456789abcdef", Text16.From("0123456789abcdefg").ToString());
        Assert.Equal("", default(Text64).ToString());
    }
}
