using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.VhostUser;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Hostile.Tests;

/// <summary>A driver that breaks the rules of a queue's set-up and life (docs/hostile-inputs.md, items 18 to 27).</summary>
public sealed class QueueTests : HostileTest
{
    private const ulong PackedRing = 1UL << 34;

    [Fact]
    public async Task Item18_PackedRingInsistedOn()
    {
        var guest = Connect().Negotiate();
        Assert.Equal(0UL, guest.Frontend.GetFeatures() & PackedRing);
        IsRefused(guest, () => guest.Frontend.SetFeatures(GuestFrontend.Features | PackedRing), "of which 0x400000000 was not offered");

        // And without asking whether that is fine.
        guest.Send(FrontendRequest.SetFeatures, GuestFrontend.Features | PackedRing);
        await IsCutOffAsync(guest, "SET_FEATURES", "0x400000000 was not offered");
    }

    [Fact]
    public async Task Item19_QueueSizes()
    {
        var guest = Connect().Negotiate().ShareMemory();
        foreach (var size in (int[])[0, 3, 255, 512, 65536, -1])
        {
            IsRefused(guest, () => guest.Frontend.SetVringNum(0, size),
                $"SET_VRING_NUM gives queue 0 {(uint)size} entries; a power of two from 1 to 256 is right");
        }

        guest.Send(FrontendRequest.SetVringNum, new VringState(1, 0));
        await IsCutOffAsync(guest, "SET_VRING_NUM gives queue 1 0 entries");
    }

    [Fact]
    public async Task Item20_RingAddresses()
    {
        var guest = Connect().Negotiate().ShareMemory();
        var right = guest.Program(0, HostileGuest.RingSize).Addresses;
        foreach (var (wrong, words) in (ReadOnlySpan<(RingAddresses, string)>)
            [
                (right with { Descriptors = right.Descriptors + 8 },
                    "the descriptor area of queue 0 at 0x7f0000000008; it must be a multiple of 16"),
                (right with { Available = right.Available + 1 }, "the available area of queue 0"),
                (right with { Used = right.Used + 2 }, "the used area of queue 0"),
            ])
        {
            var addresses = wrong;
            IsRefused(guest, () => guest.Frontend.SetVringAddr(0, addresses), words);
        }

        // Enabled, with nothing known of it yet: it waits, and nothing else happens.
        guest.Frontend.SetVringEnable(1, true);
        guest.Frontend.SetVringKick(1, null);
        guest.Dispose();

        var end = TestMemory.FrontendBase + HostileGuest.MemoryBytes;
        await EachEndsAsync(
            (right with { Available = right.Descriptors }, "the areas overlap"),
            (right with { Used = end - 64 }, "the used area 0x7f00003fffc0+262 is not inside one memory region"),
            (right with { Descriptors = 0 }, "the descriptor area 0x0+512 is not inside one memory region"),
            (right with { Descriptors = ulong.MaxValue - 15 }, "the descriptor area 0xfffffffffffffff0+512 is not inside"));
    }

    [Fact]
    public async Task Item21_KicksAtTheWrongTime()
    {
        var guest = Connect().Negotiate().ShareMemory();
        guest.Program(0, HostileGuest.RingSize);
        guest.Call();
        for (var i = 0; i < 100; i++) guest.Kick().Signal(); // not enabled: nothing may be looked at
        guest.Control.SetAvailableIndex(ushort.MaxValue);
        Assert.Equal(3, guest.Frontend.GetQueueNum());

        guest.Control.SetAvailableIndex(0);
        guest.Frontend.SetVringEnable(0, true);
        for (var i = 0; i < 100_000; i++) guest.Kicks[0].Signal();
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);

        guest.Frontend.ResetDevice();
        guest.Control.SetAvailableIndex(ushort.MaxValue);
        for (var i = 0; i < 1000; i++) guest.Kicks[0].Signal();
        Assert.Equal(3, guest.Frontend.GetQueueNum());

        guest.StartQueue(0);
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);
        await NeighbourGetsOnAsync();
    }

    [Fact]
    public async Task Item22_RequestsWithoutEnd()
    {
        var guest = Attack();
        guest.Stream(buffers: MaximumInFlight + 1);
        var first = guest.Request(1, 0).Result;
        var held = Enumerable.Range(0, MaximumInFlight)
            .Select(i => guest.Request((ulong)i + 2, (uint)i, target: first.FrameNumber + 1000, timeout: ulong.MaxValue)).ToList();
        for (var id = 100ul; id < 200; id++) Assert.Equal(CameraStatus.Busy, guest.Request(id, MaximumInFlight).Status);

        var status = await UntilAsync(static attacker => attacker.RequestsWaiting == MaximumInFlight, "not all requests are held");
        Assert.Contains(Of(status).Requests, count => count is { Reason: "Busy", Count: 100 });
        Assert.Equal(CameraStatus.Ok, guest.Stop().Status);
        Assert.All(held, request => Assert.Equal(CameraStatus.Cancelled, request.Status));
    }

    [Fact]
    public async Task Item23_QueueIndexOutOfRangeInAKick()
    {
        var guest = Connect().Negotiate(ProtocolFeatures.All);
        foreach (var index in (uint[])[3, 255, 256, 0x8000_0000, uint.MaxValue])
        {
            guest.Send(FrontendRequest.VringKick, new VringState(index, 0), flags: 9);
            Assert.Equal(1UL, guest.ReceiveWord(FrontendRequest.VringKick));
            IsLogged($"VRING_KICK names queue {index}; there are 3");
        }

        guest.Send(FrontendRequest.VringKick, new VringState(uint.MaxValue, 0));
        await IsCutOffAsync(guest, "VRING_KICK names queue 4294967295; there are 3");
    }

    [Fact]
    public async Task Item24_IndexPassesByteAndWordBoundaries()
    {
        // A device that read the index's halves apart would see 0x00ff or 0x0000 where 0x0100 stands: lose commands, or cut the guest off.
        foreach (var start in (ushort[])[0x00f0, 0x7ff0, 0xfff0])
        {
            var guest = Connect().Negotiate().ShareMemory();
            guest.StartQueue(0, start);
            for (var i = 0; i < 64; i++) Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);
            Assert.Equal((ushort)(start + 64), guest.Control.UsedIndex);
            guest.Dispose();
            await Fabric.WaitAsync(static now => now.Cameras[0].Sessions == 1, "a session of the attacker stays");
        }
    }

    [Fact]
    public async Task Item25_GuestWritesTheUsedRing()
    {
        var guest = Attack();
        for (ushort i = 1; i <= 40; i++)
        {
            guest.Guest.Bytes.Write(guest.Control.Used, SplitRingLayout.UsedAreaBytes(HostileGuest.RingSize, true)).Fill(0xff);
            guest.Guest.Bytes.WriteUInt16Release(guest.Control.Used + SplitRingLayout.IndexOffset, (ushort)(i - 1));
            Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);

            // The device counts by itself: what stands there is what it wrote.
            Assert.Equal(i, guest.Control.UsedIndex);
        }

        await NeighbourGetsOnAsync();
    }

    [Fact]
    public async Task Item26_FeaturesNotOfferedOrChangedLater()
    {
        var guest = Connect().Negotiate();
        var offered = guest.Frontend.GetFeatures();
        for (var bit = 0; bit < 64; bit++)
        {
            if ((offered & (1UL << bit)) != 0) continue;
            var feature = 1UL << bit;
            IsRefused(guest, () => guest.Frontend.SetFeatures(offered | feature), $"of which 0x{feature:x} was not offered");
        }

        guest.Begin();
        IsRefused(guest, () => guest.Frontend.SetFeatures(offered & ~VirtioFeatures.EventIndex), "while queue 0 runs; stop it first");
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);
        guest.Send(FrontendRequest.SetFeatures, offered & ~VirtioFeatures.IndirectDescriptors);
        await IsCutOffAsync(guest, "SET_FEATURES changes", "while queue 0 runs");
    }

    [Fact]
    public async Task Item27_MemoryTakenAwayUnderARequestThatFails()
    {
        var guest = Attack();
        guest.Stream();
        var first = guest.Request(1, 0).Result;
        guest.Request(2, 1, target: first.FrameNumber + 20);
        await UntilAsync(static attacker => attacker.RequestsWaiting == 1, "the request is not held");

        // The same addresses, other memory: the frame goes where the buffer was when the request came, and nowhere else.
        using var other = MemoryFile.Create("guest", HostileGuest.MemoryBytes);
        using (var bytes = other.Map(MapAccess.ReadWrite))
        {
            guest.Guest.Bytes.Read(0, HostileGuest.MemoryBytes).CopyTo(bytes.Write(0, HostileGuest.MemoryBytes));
            guest.Frontend.SetMemTable([guest.Guest.Region], [other.Descriptor]);
        }

        guest.Guest.Bytes.Write(0, HostileGuest.MemoryBytes).Fill(0xff);
        await UntilAsync(static attacker => attacker.Delivered == 2, "the frame is not delivered");

        // A buffer beyond what is there now, with an error right behind it.
        var small = new MemoryRegion(TestMemory.GuestBase, 1 << 20, TestMemory.FrontendBase, 0);
        guest.Frontend.SetMemTable([small], [other.Descriptor]);
        guest.Send(FrontendRequest.RemMemReg, new SingleRegion(0, new WireRegion(1, 2, 3, 4)));
        await IsCutOffAsync(guest, "REM_MEM_REG", "is not in the table");
    }

    private async Task EachEndsAsync(params (RingAddresses Addresses, string Words)[] wrong)
    {
        foreach (var (addresses, words) in wrong)
        {
            var guest = Connect().Negotiate().ShareMemory();
            guest.Frontend.SetVringNum(0, HostileGuest.RingSize);
            guest.Frontend.SetVringBase(0, 0);
            guest.Frontend.SetVringAddr(0, addresses);
            guest.Kick();
            guest.Send(FrontendRequest.SetVringEnable, new VringState(0, 1));
            await IsCutOffAsync(guest, "queue 0 of 32 entries cannot start", words);
        }
    }
}
