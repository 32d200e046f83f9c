using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>In-flight memory that is not what the back-end gave away. It is refused, and its descriptor closed.</summary>
public sealed class HostileInflightTests : HostileFrontend
{
    private const int Enough = 4096;

    public static TheoryData<ulong, ulong, ushort, ushort, string> WrongNumbers => new()
    {
        { Enough, 0, 0, 8, "is for 0 queues of 8 entries; 3 queues of 1 to 256 are right" },
        { Enough, 0, 2, 8, "is for 2 queues" },
        { Enough, 0, ushort.MaxValue, ushort.MaxValue, "is for 65535 queues of 65535 entries" },
        { Enough, 0, 3, 0, "is for 3 queues of 0 entries" },
        { Enough, 0, 3, 257, "is for 3 queues of 257 entries" },
        { Enough, 0, 3, 256, "has 4096 bytes; 3 queues of 256 and the device's own 0 need 16384" },
        { 0, 0, 3, 8, "has 0 bytes" },
        { Enough, 1, 3, 8, "begins at 0x1 of its file; it must be a multiple of the page" },
        { Enough, 64, 3, 8, "begins at 0x40 of its file" },
        { Enough, 8192, 3, 8, "0x2000+0x1000 is not inside its file, which has 0x2000 bytes" },
        { 8193, 0, 3, 8, "is not inside its file" },
        { Enough, ulong.MaxValue - 4095, 3, 8, "is not inside its file" },
        { ulong.MaxValue, 4096, 3, 8, "is not inside its file" },
        { ulong.MaxValue - 4095, 4096, 3, 8, "is not inside its file" },
        { ulong.MaxValue, ulong.MaxValue - 4095, 3, 8, "is not inside its file" },
    };

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public void Numbers_that_cannot_be_are_refused(ulong size, ulong offset, ushort queues, ushort queueSize, string why)
    {
        using (var file = MemoryFile.Create("hostile", 8192)) Expect(why, new WireInflight(size, offset, queues, queueSize), file);
    }

    [Theory]
    [InlineData(MemorySeals.None)]
    [InlineData(MemorySeals.Grow | MemorySeals.Seal)]
    public void Memory_that_can_be_shrunk_is_refused(MemorySeals seals)
    {
        using (var file = MemoryFile.Create("hostile", Enough, seals))
        {
            Expect("can still be shrunk; it must be sealed with F_SEAL_SHRINK", new WireInflight(Enough, 0, 3, 8), file);
        }
    }

    [Fact]
    public void Memory_that_cannot_be_written_is_refused()
    {
        using (var file = MemoryFile.Create("hostile", Enough, MemorySeals.Shrink | MemorySeals.Write))
        {
            Expect("cannot be mapped", new WireInflight(Enough, 0, 3, 8), file);
        }
    }

    [Theory]
    [InlineData(8, 2, "is of no use for queue 1: its version is 2")]
    [InlineData(8, 1, "is of no use for queue 1: it is for 0 descriptors; the message says 8")]
    public void Memory_of_another_layout_is_refused(int offset, ushort value, string why)
    {
        using (var file = MemoryFile.Create("hostile", Enough))
        {
            using (var memory = file.Map(MapAccess.ReadWrite)) memory.WriteUInt16Release(192 + offset, value);
            Expect(why, new WireInflight(Enough, 0, 3, 8), file);
        }
    }

    [Fact]
    public void A_ring_larger_than_the_memory_does_not_start()
    {
        Rig.Negotiate().ShareMemory();
        using (var area = Rig.Frontend.GetInflight(3, 4)) Rig.Frontend.SetInflight(area);
        Rig.Program(size: 8);
        Rig.Frontend.SetVringEnable(0, true);
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetVringKick(0, Signal.Descriptor));
        Assert.Empty(Rig.Device.Told);
        Rig.Backend.Stop();
        Rig.End();
    }

    [Fact]
    public void Memory_does_not_change_under_a_ring_that_runs()
    {
        Rig.Negotiate().ShareMemory();
        Rig.Run();
        using (var area = Rig.Frontend.GetInflight(3, 8)) Assert.Throws<VhostUserException>(() => Rig.Frontend.SetInflight(area));
        Rig.AskAndExpectEcho();
    }

    [Fact]
    public void Memory_without_a_descriptor_or_without_the_negotiation_is_refused()
    {
        Rig.Negotiate();
        Rig.Send(FrontendRequest.SetInflightFd, new WireInflight(Enough, 0, 3, 8), NeedReply);
        Assert.Equal(1UL, Rig.ReceiveWord(FrontendRequest.SetInflightFd));
        Rig.Frontend.SetProtocolFeatures(ProtocolFeatures.All & ~ProtocolFeatures.InflightMemory);
        Rig.Send(FrontendRequest.SetInflightFd, new WireInflight(Enough, 0, 3, 8), NeedReply, Signal.Descriptor);
        Assert.Equal(1UL, Rig.ReceiveWord(FrontendRequest.SetInflightFd));
        ExpectNoneKept();
        Rig.Send(FrontendRequest.GetInflightFd, new WireInflight(0, 0, 3, 8));
        ExpectEnd("GET_INFLIGHT_FD came, but INFLIGHT_SHMFD is not negotiated");
    }

    private void Expect(string why, in WireInflight wire, MemoryFile file)
    {
        Rig.Negotiate();
        for (var i = 0; i < 3; i++)
        {
            Rig.Send(FrontendRequest.SetInflightFd, wire, NeedReply, file.Descriptor);
            Assert.Equal(1UL, Rig.ReceiveWord(FrontendRequest.SetInflightFd));
        }

        Open.Expect(Base + 1); // the file itself
        Rig.Send(FrontendRequest.SetInflightFd, wire, 1, file.Descriptor);
        ExpectEnd(why);
    }
}
