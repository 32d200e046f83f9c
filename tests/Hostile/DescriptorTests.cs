using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Hostile.Tests;

/// <summary>A driver that breaks the rules of descriptors and chains (docs/hostile-inputs.md, items 1 to 17).</summary>
public sealed class DescriptorTests : HostileTest
{
    private const ulong Somewhere = TestMemory.GuestBase + (1 << 20);
    private const ulong End = TestMemory.GuestBase + HostileGuest.MemoryBytes;

    [Fact]
    public Task Item01_DescriptorNextLoops() => EachIsCutOffAsync(
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 1), (Somewhere, 16, DescriptorFlags.Next, 0)),
            "queue 0: the chain of descriptor 0 has more than 32 descriptors: it loops"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 0)), "it loops"));

    [Fact]
    public Task Item02_ChainLongerThanTheQueue() => EachIsCutOffAsync(
        (guest => Indirect(guest, entries: 40, chain: 33), "has more than 32 descriptors: it loops, or is longer than the queue"));

    [Fact]
    public Task Item03_DescriptorNextOutOfRange() => EachIsCutOffAsync(
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 32)), "queue 0: descriptor 0 goes on at 32; there are 32"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, ushort.MaxValue)), "goes on at 65535; there are 32"));

    [Fact]
    public Task Item04_AddressOutsideMemory() => EachIsCutOffAsync(
        (guest => Direct(guest, (End, 16, 0, 0)), "queue 0: descriptor 0, 0x40400000+0x10: no memory at guest address 0x40400000"),
        (guest => Direct(guest, (TestMemory.GuestBase - 1, 1, 0, 0)), "no memory at guest address 0x3fffffff"),
        (guest => Direct(guest, (0xfee0_0000, 4, DescriptorFlags.Write, 0)), "no memory at guest address 0xfee00000"),
        (guest => Direct(guest, (TestMemory.FrontendBase, 16, 0, 0)), "no memory at guest address 0x7f0000000000"));

    [Fact]
    public Task Item05_AddressPlusLengthWrapsAround() => EachIsCutOffAsync(
        (guest => Direct(guest, (ulong.MaxValue - 15, 32, 0, 0)), "descriptor 0: 0xfffffffffffffff0+0x20 wraps around 2^64"),
        (guest => Direct(guest, (ulong.MaxValue, 0x7fff_ffff, DescriptorFlags.Write, 0)), "wraps around 2^64"));

    [Fact]
    public Task Item06_StartInsideMemoryEndOutside() => EachIsCutOffAsync(
        (guest => Direct(guest, (End - 8, 16, 0, 0)), "descriptor 0, 0x403ffff8+0x10: no memory at guest address 0x40400000"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 1), (End - 1, 4096, DescriptorFlags.Write, 0)), "descriptor 1"));

    [Fact]
    public Task Item07_ZeroLengthOrZeroAddress() => EachIsCutOffAsync(
        (guest => Direct(guest, (Somewhere, 0, 0, 0)), "queue 0: descriptor 0 has length 0"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 1), (Somewhere, 0, DescriptorFlags.Write, 0)),
            "descriptor 1 has length 0"),
        (guest => Direct(guest, (0, 16, 0, 0)), "no memory at guest address 0x0"));

    [Fact]
    public Task Item08_SingleHugeLength() => EachIsCutOffAsync(
        (guest => Direct(guest, (Somewhere, uint.MaxValue, 0, 0)), "the chain has 4294967295 bytes; at most 2147483647 are taken"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Next, 1), (Somewhere, int.MaxValue, DescriptorFlags.Write, 0)),
            "with descriptor 1 the chain has 2147483663 bytes"));

    [Fact]
    public Task Item09_AvailableIndexJumpsBeyondTheQueue() => EachIsCutOffAsync(
        (guest => SetIndex(guest, 33), "queue 0: the available index jumped to 33, 33 beyond 0; a driver can be at most 32 ahead"));

    [Fact]
    public Task Item10_AvailableIndexGoesBackwards() => EachIsCutOffAsync(
        (guest =>
            {
                Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);
                SetIndex(guest, 0);
            },
            "queue 0: the available index jumped to 0, 65535 beyond 1"),
        (guest => SetIndex(guest, ushort.MaxValue), "jumped to 65535"));

    [Fact]
    public Task Item11_AvailableEntryOutOfRange() => EachIsCutOffAsync(
        (guest => guest.Publish(0, 32), "queue 0: entry 0 of the available ring names descriptor 32; there are 32"),
        (guest => guest.Publish(2, ushort.MaxValue), "queue 2: entry 0 of the available ring names descriptor 65535"));

    [Fact]
    public Task Item12_SameHeadTwice() => EachIsCutOffAsync(
        (guest =>
            {
                guest.Events.SetDescriptor(0, Somewhere, 1024, DescriptorFlags.Write, 0);
                guest.Events.Publish(0);
                guest.Publish(CameraWire.EventQueue);
            },
            "queue 1: entry 1 of the available ring names descriptor 0, whose chain the device still holds"));

    [Fact]
    public async Task Item13_ChangedAfterTheKick()
    {
        var guest = Attack();
        var places = guest.Stream();
        var first = guest.Request(1, 0).Result;
        var sent = guest.Request(2, 1, target: first.FrameNumber + 30);
        await UntilAsync(static attacker => attacker.RequestsWaiting == 1, "the request is not held");

        // Header, descriptors, and the table that names where the result goes: all that the device has read and will not read again.
        guest.Guest.Bytes.Write(sent.Readable, RequestHeader.Bytes + BufferReference.Bytes).Fill(0xff);
        guest.Guest.Bytes.Write(guest.Requests.Tables, 1024).Fill(0xff);
        for (var i = 0; i < HostileGuest.RingSize; i++) guest.Requests.SetDescriptor(i, 0, uint.MaxValue, (DescriptorFlags)0xffff, 77);

        var result = sent.Result;
        Assert.Equal((CameraStatus.Ok, 2ul, first.FrameNumber + 30), (result.Header.Status, result.RequestId, result.FrameNumber));
        Assert.Equal(result.Checksum, Platform.Crc32C.Compute(guest.Guest.Bytes.Read(places[1], HostileGuest.FrameBytes)));
    }

    [Fact]
    public Task Item14_IndirectTables() => EachIsCutOffAsync(
        (guest => Indirect(guest, entries: 2, chain: 1, flags: DescriptorFlags.Indirect), "is indirect itself; tables do not nest"),
        (guest => Indirect(guest, entries: 2, chain: 2, last: 0),
            "the chain in the indirect table of descriptor 0 has more than 2 descriptors: it loops"),
        (guest => Indirect(guest, entries: 2, chain: 2, last: 2), "of descriptor 0 goes on at 2; the table has 2"),
        (guest => Direct(guest, (Somewhere, 0, DescriptorFlags.Indirect, 0)), "refers to an indirect table of 0 bytes"),
        (guest => Direct(guest, (Somewhere, 40, DescriptorFlags.Indirect, 0)), "refers to an indirect table of 40 bytes"),
        (guest => Direct(guest, (Somewhere, 16, DescriptorFlags.Indirect | DescriptorFlags.Next, 1)),
            "descriptor 0 is indirect and has a next one"),
        (guest => Direct(guest, (End - 16, 32, DescriptorFlags.Indirect, 0)),
            "the indirect table of descriptor 0: the range 0x403ffff0+0x20 reaches beyond"),
        (guest => Direct(guest, (ulong.MaxValue - 15, 32, DescriptorFlags.Indirect, 0)), "the indirect table of descriptor 0: no memory"));

    [Fact]
    public async Task Item15_HeaderSplitOrCutShort()
    {
        var guest = Attack();

        // Byte by byte over descriptors is the driver's right; less than a header is not.
        var message = CameraMessages.Command(CameraCommand.ClockSample, [], tag: 7);
        var place = guest.Allocate(4096);
        var buffers = message.Select((_, i) => (DriverRing.AddressOf(place + (i * 8)), 1u, false)).ToList();
        for (var i = 0; i < message.Length; i++) guest.Guest.Bytes.Write(place + (i * 8), 1)[0] = message[i];
        buffers.Add((DriverRing.AddressOf(place + 1024), 64, true));
        guest.Control.Add(buffers.ToArray(), indirect: true);
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ClockSample).Status);
        Assert.Equal(7ul, CameraWire.Read<ResponseHeader>(guest.Guest.Bytes.Read(place + 1024, ResponseHeader.Bytes)).Tag);

        for (var length = 1; length < CommandHeader.Bytes; length++)
        {
            Assert.Equal(CameraStatus.Invalid, guest.Command(message.AsSpan(0, length)).Status);
        }

        guest.Stream();
        var request = CameraMessages.Request(guest.Generation, 1, 0);
        foreach (var length in (int[])[1, 16, RequestHeader.Bytes - 1, RequestHeader.Bytes, request.Length - 1])
        {
            Assert.Equal(CameraStatus.Invalid, guest.Request(request.AsSpan(0, length)).Status);
        }

        Assert.Equal(CameraStatus.Ok, guest.Request(1, 0).Status);
        await NeighbourGetsOnAsync();
    }

    [Fact]
    public async Task Item16_WrongDirections()
    {
        await EachIsCutOffAsync(
            (guest => Direct(guest, (Somewhere, 64, DescriptorFlags.Write | DescriptorFlags.Next, 1), (Somewhere, 16, 0, 0)),
                "queue 0: descriptor 1 is to be read but follows one to be written; readable buffers come first"),
            (guest =>
                {
                    guest.Events.SetDescriptor(0, Somewhere, 1024, 0, 0);
                    guest.Publish(CameraWire.EventQueue);
                },
                "event queue: a buffer of 0 writable bytes; an event needs 64"));
        Assert.Equal(CameraStatus.Invalid, Attack().Offer(CameraWire.ControlQueue, [], 64).Status);
    }

    [Fact]
    public Task Item17_NoRoomForTheAnswer() => EachIsCutOffAsync(
        (guest => guest.Offer(CameraWire.ControlQueue, CameraMessages.Command(CameraCommand.ClockSample, [], 1), 0),
            "control queue: a chain with 0 writable bytes has no room for a response; it needs at least 16"),
        (guest => guest.Offer(CameraWire.ControlQueue, CameraMessages.Command(CameraCommand.ClockSample, [], 1), 15),
            "a chain with 15 writable bytes"),
        (guest => guest.Offer(CameraWire.RequestQueue, CameraMessages.Request(1, 1, 0), 71),
            "request queue: a chain with 71 writable bytes has no room for a result; it needs 72"));

    private static void SetIndex(HostileGuest guest, ushort index)
    {
        guest.Control.SetAvailableIndex(index);
        guest.Kicks[CameraWire.ControlQueue].Signal();
    }

    // A chain of these descriptors, from 0, in the control queue.
    private static void Direct(
        HostileGuest guest, params (ulong Address, uint Length, DescriptorFlags Flags, ushort Next)[] descriptors)
    {
        foreach (var (index, (address, length, flags, next)) in descriptors.Index())
        {
            guest.Control.SetDescriptor(index, address, length, flags, next);
        }

        guest.Publish(CameraWire.ControlQueue);
    }

    // A table of so many entries, of which so many are chained; the last one has these flags, or goes on.
    private static void Indirect(HostileGuest guest, int entries, int chain, DescriptorFlags flags = 0, ushort? last = null)
    {
        var table = guest.Allocate(entries * Marshal.SizeOf<Descriptor>());
        for (ushort i = 0; i < chain; i++)
        {
            var isLast = i == chain - 1;
            guest.Control.SetTableEntry(table, i, Somewhere, 16, isLast && last is null ? flags : DescriptorFlags.Next,
                isLast ? last ?? 0 : (ushort)(i + 1));
        }

        guest.Control.SetDescriptor(0, DriverRing.AddressOf(table), (uint)entries * 16, DescriptorFlags.Indirect, 0);
        guest.Publish(CameraWire.ControlQueue);
    }
}
