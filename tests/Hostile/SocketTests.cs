using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.VhostUser;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;

namespace CameraFabric.Hostile.Tests;

/// <summary>A front-end that breaks the rules of vhost-user (docs/hostile-inputs.md, items 39 to 46).</summary>
public sealed class SocketTests : HostileTest
{
    private const uint NeedReply = 9;

    [Fact]
    public async Task Item39_DescriptorsNobodyAskedFor()
    {
        var guest = Connect().Negotiate();
        using var signal = EventFd.Create();
        var open = Open.More;
        foreach (var (request, count) in ((FrontendRequest, int)[])
            [
                (FrontendRequest.GetFeatures, 1), (FrontendRequest.SetOwner, 1), (FrontendRequest.SetVringNum, 64),
                (FrontendRequest.SetVringKick, 2), (FrontendRequest.SetMemTable, 9), (FrontendRequest.AddMemReg, 8),
                (FrontendRequest.GetConfig, 64), (FrontendRequest.SetStatus, 1), ((FrontendRequest)99, 64),
            ])
        {
            var size = VhostUserRule.TryGet(request, out var rule) ? rule.Minimum : 0;
            for (var i = 0; i < 50; i++)
            {
                guest.Send((uint)request, new byte[size], NeedReply, null, [.. Enumerable.Repeat(signal.Descriptor, count)]);
                Assert.Equal(1UL, guest.ReceiveWord(request));
            }
        }

        Open.Expect(open);
        guest.Send((uint)FrontendRequest.SetOwner, [], 1, null, signal.Descriptor);
        await IsCutOffAsync(guest, "SET_OWNER came with 1 descriptors; it may have at most 0");
    }

    [Fact]
    public async Task Item40_SizesAndOffsetsThatOverflow()
    {
        var guest = Attack();
        var start = new VringState(1, 0x1_0000);
        guest.Send(FrontendRequest.SetVringBase, start, NeedReply);
        Assert.Equal(1UL, guest.ReceiveWord(FrontendRequest.SetVringBase));
        const uint setLogBase = 6;
        guest.Send(setLogBase, new byte[16], NeedReply);
        Assert.Equal(1UL, guest.ReceiveWord((FrontendRequest)setLogBase));
        IsLogged("message 6 is not implemented");
        guest.Send(FrontendRequest.SetConfig, new ConfigHeader(uint.MaxValue, uint.MaxValue, 0), NeedReply);
        Assert.Equal(1UL, guest.ReceiveWord(FrontendRequest.SetConfig));
        guest.Send(FrontendRequest.GetConfig, new ConfigHeader(uint.MaxValue, 2, 0));
        Assert.Empty(guest.Receive().Payload);
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);

        guest.Send((uint)FrontendRequest.SetMemTable, new byte[16], NeedReply, size: uint.MaxValue);
        await IsCutOffAsync(guest, "message 5 announces 4294967295 bytes of payload; none has more than 4096");
    }

    [Fact]
    public async Task Item41_MemoryChangedWhileRingsRun()
    {
        var guest = Attack();
        guest.Stream();
        using var elsewhere = MemoryFile.Create("guest", 1 << 20);
        var id = 0ul;
        for (var i = 0; i < 20; i++)
        {
            guest.Frontend.SetMemTable([guest.Guest.Region], [guest.Guest.File.Descriptor]);
            Assert.Equal(CameraStatus.Ok, guest.Request(++id, 0).Status);
            IsRefused(guest,
                () => guest.Frontend.SetMemTable([new MemoryRegion(0, 1 << 20, 0, 0)], [elsewhere.Descriptor]),
                "runs, and in the new memory the descriptor area");
            IsRefused(guest, () => guest.Frontend.RemMemReg(guest.Guest.Region), "runs, and in the new memory");
            Assert.Equal(CameraStatus.Ok, guest.Request(++id, 1).Status);
        }

        await NeighbourGetsOnAsync();
    }

    [Fact]
    public async Task Item42_MemoryRegions()
    {
        var guest = Connect().Negotiate();
        var file = guest.Guest.File.Descriptor;
        var right = guest.Guest.Region;
        foreach (var (region, words) in (ReadOnlySpan<(MemoryRegion, string)>)
            [
                (right with { Size = 0 }, "is empty"),
                (right with { GuestAddress = ulong.MaxValue - 4095 }, "its guest addresses wrap around 2^64"),
                (right with { FrontendAddress = ulong.MaxValue - 4095 }, "its front-end addresses wrap around 2^64"),
                (right with { MappingOffset = ulong.MaxValue - 4095 }, "the file offset and the size together pass 2^63"),
                (right with { MappingOffset = 4096 }, "its file has only 0x400000 bytes"),
                (right with { Size = HostileGuest.MemoryBytes + 4096 }, "its file has only 0x400000 bytes"),
                (right with { Size = 1UL << 62, MappingOffset = 0 }, "bytes together; at most"),
            ])
        {
            var one = region;
            IsRefused(guest, () => guest.Frontend.SetMemTable([one], [file]), words);
            IsRefused(guest, () => guest.Frontend.AddMemReg(one, file), words);
        }

        RefusesBoth(right with { FrontendAddress = 0 }, [file, file], "in guest addresses");
        RefusesBoth(right with { GuestAddress = 0 }, [file, file], "in front-end addresses");
        RefusesBoth(right, [file], "SET_MEM_TABLE has 2 regions and came with 1 descriptors");
        foreach (var count in (uint[])[0, 9, uint.MaxValue])
        {
            guest.Send(FrontendRequest.SetMemTable, new MemoryTableHeader(count, 0), NeedReply);
            Assert.Equal(1UL, guest.ReceiveWord(FrontendRequest.SetMemTable));
        }

        // One after the other until the table is full.
        var most = guest.Frontend.GetMaxMemSlots();
        for (var i = 0; i < most; i++) guest.Frontend.AddMemReg(Slot(i), file);
        IsRefused(guest, () => guest.Frontend.AddMemReg(Slot(most), file), $"{most + 1} memory regions; at most {most} are taken");
        guest.Send(FrontendRequest.SetMemTable, new MemoryTableHeader(9, 0));
        await IsCutOffAsync(guest, "SET_MEM_TABLE announces 9 regions and has room for 0; 1 to 8 are right");

        void RefusesBoth(MemoryRegion second, FileDescriptor[] files, string words) =>
            IsRefused(guest, () => guest.Frontend.SetMemTable([right, second], files), words);

        static MemoryRegion Slot(int i) => new((ulong)i << 20, 4096, (ulong)i << 20, 0);
    }

    [Fact]
    public async Task Item44_MessagesCutMixedOrAtOnce()
    {
        await Cut(guest => guest.Send(FrontendRequest.SetFeatures, 1u), "SET_FEATURES has 4 bytes of payload; it must have 8");
        await Cut(guest => guest.Send((uint)FrontendRequest.SetOwner, new byte[8]), "SET_OWNER has 8 bytes of payload; it must have 0");
        await Cut(guest => guest.Send((uint)FrontendRequest.GetFeatures, [], flags: 1 | 4), "GET_FEATURES is marked as a reply");
        await Cut(guest => guest.Send((uint)FrontendRequest.GetFeatures, [], flags: 2), "has version 2");
        await Cut(guest => guest.Send(99, [1, 2, 3]), "message 99 is not implemented");
        await Cut(guest => guest.Socket.Send("GET / HTTP/1.1\r\nHost: camera\r\n\r\n"u8, [], GuestFrontend.Soon), "version");

        // Half a message, and gone: no fault to be told, but the log has it.
        foreach (var bytes in (byte[][])[[5, 0, 0], [5, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 1, 2]])
        {
            var guest = Connect();
            guest.Socket.Send(bytes, [], GuestFrontend.Soon);
            await UntilAsync(static attacker => attacker.State == GuestState.Connected, "nobody is connected");
            guest.Dispose();
            await UntilAsync(static attacker => attacker.State == GuestState.Waiting, "the connection does not end");
        }

        IsLogged("the stream ended after 3 of 12 bytes");
        IsLogged("the stream ended after 2 of 40 bytes");

        // A second front-end waits until the first has gone. More are turned away, and those that have hung up meanwhile are passed over.
        var first = Attack();
        var second = Connect();
        var flood = Flood();
        var full = Of(await Fabric.Node.StatusAsync()).Connections + flood + 1;
        Assert.Equal(CameraStatus.Ok, first.Command(CameraCommand.ClockSample).Status);
        first.Dispose();
        Assert.Equal(CameraStatus.Ok, second.Begin().Command(CameraCommand.ClockSample).Status);
        second.Dispose();
        await UntilAsync(attacker => attacker.Connections == full, "not all that had connected are served");
        Assert.Equal(CameraStatus.Ok, Attack().Command(CameraCommand.ClockSample).Status);

        int Flood()
        {
            for (var i = 0; i < 10_000; i++)
            {
                try
                {
                    UnixSocket.Connect(AttackersSocket).Dispose();
                }
                catch (LinuxException)
                {
                    return i;
                }
            }

            throw new InvalidOperationException("ten thousand front-ends wait for one device");
        }

        async Task Cut(Action<HostileGuest> send, string words)
        {
            var guest = Connect();
            send(guest);
            await IsCutOffAsync(guest, words);
        }
    }

    [Fact]
    public async Task Item45_GoneInTheMiddleAndBackOtherwise()
    {
        var guest = Attack();
        guest.Stream();
        for (var id = 1ul; id <= 2; id++) guest.Request(id, (uint)id - 1, target: ulong.MaxValue / 2, timeout: ulong.MaxValue);
        await UntilAsync(static attacker => attacker.RequestsWaiting == 2, "the requests are not held");
        guest.Socket.Send([5, 0, 0, 0, 1], [], GuestFrontend.Soon);
        guest.Dispose();
        await UntilAsync(static attacker => attacker is { State: GuestState.Waiting, RequestsWaiting: 0 }, "the connection does not end");

        // With other features, in the same rings: nothing is left of the connection before.
        const ulong features = VirtioFeatures.Version1 | VirtioFeatures.ProtocolFeatures;
        var next = Connect(isIndirect: false).Negotiate(features: features).ShareMemory();
        next.Program(0, HostileGuest.RingSize, features);
        next.Call();
        next.Kick();
        next.Frontend.SetVringEnable(0, true);
        for (var i = 0; i < 100; i++) Assert.Equal(CameraStatus.Ok, next.Command(CameraCommand.ClockSample).Status);
        next.Control.SetDescriptor(0, TestMemory.GuestBase, 16, DescriptorFlags.Indirect, 0);
        next.Publish(CameraWire.ControlQueue);
        await IsCutOffAsync(next, "descriptor 0 is indirect, which was not negotiated");
    }

    [Fact]
    public async Task Item46_AnswersNeverReadAndBytesOneByOne()
    {
        var guest = Connect();
        var question = new byte[ConfigHeader.Bytes + 256];
        CameraWire.Write(question, new ConfigHeader(0, 256, 0));
        Assert.Throws<SocketClosedException>(() => Flood(guest, question));
        await EndsAsync("the front-end does not read the answer to GET_CONFIG");

        guest = Connect();
        guest.Socket.Send([1, 0, 0, 0, 1], [], GuestFrontend.Soon);
        await EndsAsync("the header of a message: only 5 of 12 bytes came from the peer within 2 s");

        guest.Dispose();
        guest = Connect();
        guest.Send((uint)FrontendRequest.SetFeatures, [], size: 8);
        await EndsAsync("the payload of message 2: nothing came from the peer within 2 s");

        static void Flood(HostileGuest guest, byte[] question)
        {
            while (true) guest.Send((uint)FrontendRequest.GetConfig, question);
        }

        Task EndsAsync(string words) => UntilAsync(
            attacker => attacker.State != GuestState.Connected && attacker.Reason.Contains(words, StringComparison.Ordinal), words);
    }
}
