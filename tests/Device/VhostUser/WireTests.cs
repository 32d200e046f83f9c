using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CameraFabric.Device.VhostUser;

namespace CameraFabric.Device.Tests.VhostUser;

public sealed class WireTests
{
    [Fact]
    public void Every_structure_has_the_size_of_the_specification()
    {
        Assert.Equal((12, MessageHeader.Bytes), (Unsafe.SizeOf<MessageHeader>(), 12));
        Assert.Equal((8, VringState.Bytes), (Unsafe.SizeOf<VringState>(), 8));
        Assert.Equal((40, VringAddress.Bytes), (Unsafe.SizeOf<VringAddress>(), 40));
        Assert.Equal((8, MemoryTableHeader.Bytes), (Unsafe.SizeOf<MemoryTableHeader>(), 8));
        Assert.Equal((32, WireRegion.Bytes), (Unsafe.SizeOf<WireRegion>(), 32));
        Assert.Equal((40, SingleRegion.Bytes), (Unsafe.SizeOf<SingleRegion>(), 40));
        Assert.Equal((12, ConfigHeader.Bytes), (Unsafe.SizeOf<ConfigHeader>(), 12));
        Assert.Equal((20, WireInflight.Bytes), (Unsafe.SizeOf<WireInflight>(), 20));
        Assert.Equal((40, WireMapping.Bytes), (Unsafe.SizeOf<WireMapping>(), 40));
        Assert.Equal((8, SharedMemoryHeader.Bytes), (Unsafe.SizeOf<SharedMemoryHeader>(), 8));
        Assert.Equal(2056, SharedMemoryHeader.AnswerBytes);
    }

    [Fact]
    public void Every_field_has_the_offset_of_the_specification()
    {
        Assert.Equal("01000000 02000000 03000000", Hex(new MessageHeader(1, 2, 3)));
        Assert.Equal("01000000 02000000", Hex(new VringState(1, 2)));
        Assert.Equal(
            "01000000 02000000 03000000 00000000 04000000 00000000 05000000 00000000 06000000 00000000",
            Hex(new VringAddress(Index: 1, Flags: 2, Descriptors: 3, Used: 4, Available: 5, Log: 6)));
        Assert.Equal("01000000 02000000", Hex(new MemoryTableHeader(1, 2)));
        Assert.Equal(
            "01000000 00000000 02000000 00000000 03000000 00000000 04000000 00000000",
            Hex(new WireRegion(GuestAddress: 1, Size: 2, FrontendAddress: 3, MappingOffset: 4)));
        Assert.Equal(
            "09000000 00000000 01000000 00000000 02000000 00000000 03000000 00000000 04000000 00000000",
            Hex(new SingleRegion(9, new WireRegion(1, 2, 3, 4))));
        Assert.Equal("01000000 02000000 03000000", Hex(new ConfigHeader(Offset: 1, Size: 2, Flags: 3)));
        Assert.Equal("01000000 00000000 02000000 00000000 03000400", Hex(new WireInflight(Size: 1, Offset: 2, Queues: 3, QueueSize: 4)));
        Assert.Equal(
            "05000000 00000000 00200000 00000000 00100000 00000000 00300000 00000000 01000000 00000000",
            Hex(new SharedMapping(Region: 5, Offset: 0x1000, FileOffset: 0x2000, Length: 0x3000, IsWritable: true).ToWire()));
        Assert.Equal("01000000 00000000", Hex(new SharedMemoryHeader(1, 0)));
    }

    [Theory]
    [InlineData(FrontendRequest.GetFeatures, 1)]
    [InlineData(FrontendRequest.SetMemTable, 5)]
    [InlineData(FrontendRequest.SetVringNum, 8)]
    [InlineData(FrontendRequest.GetVringBase, 11)]
    [InlineData(FrontendRequest.SetProtocolFeatures, 16)]
    [InlineData(FrontendRequest.SetVringEnable, 18)]
    [InlineData(FrontendRequest.SetBackendReqFd, 21)]
    [InlineData(FrontendRequest.GetConfig, 24)]
    [InlineData(FrontendRequest.GetInflightFd, 31)]
    [InlineData(FrontendRequest.SetInflightFd, 32)]
    [InlineData(FrontendRequest.ResetDevice, 34)]
    [InlineData(FrontendRequest.VringKick, 35)]
    [InlineData(FrontendRequest.RemMemReg, 38)]
    [InlineData(FrontendRequest.GetStatus, 40)]
    [InlineData(FrontendRequest.GetSharedMemoryConfig, 44)]
    public void Messages_have_the_numbers_of_the_specification(FrontendRequest request, int number) => Assert.Equal(number, (int)request);

    [Fact]
    public void Every_message_that_is_named_has_a_rule_and_only_those()
    {
        for (uint number = 0; number < 256; number++)
        {
            var request = (FrontendRequest)number;
            Assert.Equal(Enum.IsDefined(request), VhostUserRule.TryGet(request, out var rule));
            Assert.True(rule.Maximum <= VhostUserWire.MaximumPayloadBytes && rule.Minimum <= rule.Maximum);
        }
    }

    [Fact]
    public void Only_what_is_implemented_is_offered()
    {
        Assert.Equal(0b1_1111_0110_0010_1001UL, (ulong)ProtocolFeatures.All);
        Assert.Equal(22, System.Numerics.BitOperations.Log2((ulong)ProtocolFeatures.SharedMemory));
        Assert.Equal((9, 10), ((int)BackendRequest.SharedMemoryMap, (int)BackendRequest.SharedMemoryUnmap));
    }

    private static string Hex<T>(T value)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
        return string.Join(' ', Convert.ToHexStringLower(bytes).Chunk(8).Select(c => new string(c)));
    }
}
