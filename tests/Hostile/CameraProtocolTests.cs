using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;

namespace CameraFabric.Hostile.Tests;

/// <summary>Commands that no driver should send: configuration, buffers, streaming (docs/hostile-inputs.md, items 28 to 35).</summary>
public sealed class CameraProtocolTests : HostileTest
{
    private const ulong End = TestMemory.GuestBase + HostileGuest.MemoryBytes;

    [Fact]
    public void Item28_UnknownCommandOrTooLittleRoom()
    {
        var guest = Attack();
        var clock = CameraMessages.Command(CameraCommand.ClockSample, [], 1);
        foreach (var type in (ushort[])[0, 0x61, 0x80, 0x7fff, ushort.MaxValue])
        {
            Assert.Equal(CameraStatus.Unsupported, guest.Command((CameraCommand)type).Status);
        }

        Assert.Equal(CameraStatus.Unsupported, Header(new CommandHeader(CameraCommand.ClockSample, 2, 16, 1)));
        Assert.Equal(CameraStatus.Invalid, Header(new CommandHeader(CameraCommand.ClockSample, 1, 17, 1)));
        Assert.Equal(CameraStatus.Invalid, Header(new CommandHeader(CameraCommand.ClockSample, 1, 15, 1)));
        Assert.Equal(CameraStatus.Invalid, Header(new CommandHeader(CameraCommand.ClockSample, 1, uint.MaxValue, 1)));
        Assert.Equal(CameraStatus.Invalid, guest.Command(clock, room: ClockSampleReply.Bytes - 1).Status);
        var capabilities = new GetCapabilitiesCommand(0, 64, 0);
        Assert.Equal(CameraStatus.Invalid, guest.Command(CameraCommand.GetCapabilities, capabilities, room: 0).Status);
        var wanted = CameraMessages.BytesOf(CameraMessages.Wanted("NV12", HostileGuest.Width, HostileGuest.Height));
        Assert.Equal(CameraStatus.Invalid, guest.Command(CameraCommand.Try, new ConfigureCommand(0, 1), wanted, room: 95).Status);
        Assert.Equal(CameraStatus.Ok, guest.Command(clock, room: ClockSampleReply.Bytes).Status);

        CameraStatus Header(CommandHeader header) => guest.Command(CameraMessages.BytesOf(header)).Status;
    }

    [Fact]
    public void Item29_GenerationsAndIdsOfOthers()
    {
        var guest = Attack();
        guest.Stream();
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.Release).Status);
        var old = guest.Generation;
        guest.Stream();
        var right = guest.Generation;
        foreach (var generation in (uint[])[0, old, right + 1, uint.MaxValue])
        {
            guest.Generation = generation;
            Assert.Equal(CameraStatus.Stale, guest.Attach(7, HostileGuest.MemoryBytes / 2).Status);
            Assert.Equal(CameraStatus.Stale, guest.Detach(0).Status);
            Assert.Equal(CameraStatus.Stale, guest.Start().Status);
            Assert.Equal(CameraStatus.Stale, guest.Stop().Status);
            Assert.Equal(CameraStatus.Stale, guest.Flush().Status);
            Assert.Equal(CameraStatus.Stale, guest.Request(generation + 1ul, 0).Status);
        }

        // Request ids only ascend; one that was used, and the flood of others, leave nothing behind.
        guest.Generation = right;
        Assert.Equal(CameraStatus.Invalid, guest.Request(1, 0).Status);
        Assert.Equal(CameraStatus.Ok, guest.Request(ulong.MaxValue, 0).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Request(ulong.MaxValue, 0).Status);
    }

    [Fact]
    public void Item30_SizesThatOverflow()
    {
        var guest = Attack();
        ReadOnlySpan<StreamConfig> wrong =
        [
            Wanted(0, 0), Wanted(65535, 65535), Wanted(65536, 65536), Wanted(uint.MaxValue, uint.MaxValue), Wanted(0x8000_0000, 2),
            Wanted(321, 241), Wanted(1, uint.MaxValue),
            Wanted(320, 240) with { FourCC = uint.MaxValue }, Wanted(320, 240) with { FourCC = 0 },
            Wanted(320, 240) with { ModifierHigh = uint.MaxValue, ColorSpace = uint.MaxValue, Flags = uint.MaxValue },
            Wanted(320, 240) with { IntervalNumerator = 0 }, Wanted(320, 240) with { IntervalDenominator = 0 },
            Wanted(320, 240) with { IntervalNumerator = uint.MaxValue, IntervalDenominator = 1 },
            Wanted(320, 240) with { IntervalNumerator = 1, IntervalDenominator = uint.MaxValue },
            Wanted(320, 240) with { PlaneCount = uint.MaxValue, MaximumBuffers = uint.MaxValue },
        ];
        foreach (var wanted in wrong) IsTheNearest(guest.TryStream(wanted));

        // What CONFIGURE gives to one who does not steer is the camera as it is.
        Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.ReleaseOwner, new OwnerCommand(0, 0)).Status);
        foreach (var wanted in wrong)
        {
            var given = guest.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), CameraMessages.BytesOf(wanted));
            IsTheNearest(given, HostileGuest.Width, HostileGuest.Height);
        }

        foreach (var (count, status) in ((uint, CameraStatus)[])
            [(0, CameraStatus.Invalid), (2, CameraStatus.Unsupported), (uint.MaxValue, CameraStatus.Unsupported)])
        {
            Assert.Equal(status, guest.Command(CameraCommand.Try, new ConfigureCommand(0, count), CameraMessages.BytesOf(wrong[0])).Status);
        }

        Assert.Equal(CameraStatus.Invalid, guest.TryStream(Wanted(320, 240) with { StreamId = uint.MaxValue }).Status);
    }

    [Fact]
    public void Item31_CountsAndIdsOfBuffers()
    {
        var guest = Attack();
        guest.Stream();
        var entry = new MemoryEntry(DriverRing.AddressOf(guest.Allocate(HostileGuest.FrameBytes)), HostileGuest.FrameBytes, 0);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(7, [entry], count: uint.MaxValue).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(7, [entry], count: 0x1000_0001).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(7, [entry], count: 0).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(7, [entry], first: uint.MaxValue).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(0, [entry]).Status);

        foreach (var buffer in (uint[])[7, 0x8000_0000, uint.MaxValue])
        {
            Assert.Equal(CameraStatus.Invalid, guest.Request(1ul + buffer, buffer).Status);
        }

        var id = 1ul << 40;
        foreach (var count in (uint[])[0, 2, uint.MaxValue])
        {
            var message = CameraMessages.Request(guest.Generation, ++id, 0);
            BitConverter.TryWriteBytes(message.AsSpan(32), count);
            Assert.Equal(CameraStatus.Invalid, guest.Request(message).Status);
        }

        var first = guest.Request(++id, 0).Result;
        var held = guest.Request(++id, 0, target: first.FrameNumber + 1000, timeout: ulong.MaxValue);
        Assert.Equal(CameraStatus.Invalid, guest.Request(++id, 0).Status);
        Assert.Equal(CameraStatus.Busy, guest.Detach(0).Status);
        Assert.Equal(CameraStatus.Ok, guest.Flush().Status);
        Assert.Equal(CameraStatus.Cancelled, held.Status);

        for (uint buffer = 2; buffer < MaximumBuffers; buffer++) Assert.Equal(CameraStatus.Ok, guest.Attach(buffer, [entry]).Status);
        for (uint buffer = 100; buffer < 200; buffer++) Assert.Equal(CameraStatus.NoMemory, guest.Attach(buffer, [entry]).Status);
    }

    [Fact]
    public void Item32_ScatterLists()
    {
        var guest = Attack();
        guest.Configure();
        var place = guest.Allocate(HostileGuest.FrameBytes);
        var here = DriverRing.AddressOf(place);
        const uint frame = HostileGuest.FrameBytes;
        ReadOnlySpan<(ulong Address, uint Length)> wrong =
        [
            (End, frame), (End - 4096, frame), (End - frame + 1, frame),
            (0, frame), (TestMemory.GuestBase - 1, frame), (ulong.MaxValue - 100, frame),
            (here, 0), (here, uint.MaxValue), (here, 0x8000_0000), (here, frame - 1), (here, 1),
        ];
        foreach (var (address, length) in wrong)
        {
            var status = guest.Attach(1, [new MemoryEntry(address, length, 0)]).Status;
            Assert.True(status is CameraStatus.Invalid or CameraStatus.NoMemory, $"0x{address:x}+{length}: {status}");
        }

        Assert.Equal(CameraStatus.Invalid, guest.Attach(1, [new MemoryEntry(here, 8, 1), new MemoryEntry(here, frame, 0)]).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(1, [new MemoryEntry(here, frame, uint.MaxValue)]).Status);

        // More entries than a buffer may have, slice by slice; and a slice longer than a command may be.
        const int slice = 4000;
        var bytes = new MemoryEntry[slice];
        Array.Fill(bytes, new MemoryEntry(here, 1, 0));
        var last = CameraStatus.Ok;
        uint sent = 0;
        for (; last == CameraStatus.Ok && sent < 10 * slice; sent += slice) last = guest.Attach(2, bytes, AttachFlags.More, sent).Status;
        Assert.Equal((CameraStatus.NoMemory, 5u * slice), (last, sent));
        Assert.Equal(CameraStatus.NoMemory, guest.Command(CameraMessages.Command(CameraCommand.AttachBuffer, new byte[65536], 1)).Status);

        guest.AttachFrame(0);
        Assert.Equal(CameraStatus.Ok, guest.Start().Status);
        Assert.Equal(CameraStatus.Ok, guest.Request(1, 0).Status);
    }

    [Fact]
    public void Item33_AttachedAndDetachedTwice()
    {
        var guest = Attack();
        guest.Configure();
        var place = guest.AttachFrame(0);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(0, place).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Attach(1, place, stream: 1).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Detach(1).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Detach(0, stream: uint.MaxValue).Status);
        Assert.Equal(CameraStatus.Ok, guest.Detach(0).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Detach(0).Status);

        // Neither whole nor given up: a slice alone is no buffer.
        Assert.Equal(CameraStatus.Ok, guest.Attach(3, [new MemoryEntry(DriverRing.AddressOf(place), 4096, 0)], AttachFlags.More).Status);
        Assert.Equal(CameraStatus.Ok, guest.Start().Status);
        Assert.Equal(CameraStatus.Invalid, guest.Request(1, 3).Status);
        Assert.Equal(CameraStatus.Ok, guest.Detach(3).Status);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(CameraStatus.Ok, guest.Attach(0, place).Status);
            Assert.Equal(CameraStatus.Ok, guest.Detach(0).Status);
        }
    }

    [Fact]
    public async Task Item34_EventBuffersNeverGivenBack()
    {
        var guest = Attack();
        guest.Configure();
        for (var i = 0; i < 150; i++)
        {
            Assert.Equal(CameraStatus.Ok, guest.Start().Status);
            Assert.Equal(CameraStatus.Ok, guest.Stop().Status);
        }

        Assert.Equal(CameraStatus.Ok, guest.Start().Status);
        await UntilAsync(
            static attacker => attacker.Dropped.Any(static drop => drop is { Reason: "NoRequest", Count: > 20 }), "no frame is dropped");

        // 300 events and a device that keeps 256: the next event says how many there were.
        var occurred = CameraWire.Read<CameraEvent>(guest.Offer(CameraWire.EventQueue, [], 64).Bytes);
        Assert.Equal((CameraEventType.Stream, 1ul), (occurred.Type, occurred.Sequence));
        Assert.True(occurred.Lost > 40, $"{occurred}");
    }

    [Fact]
    public async Task Item35_StreamingInAllTheWrongPlaces()
    {
        var guest = Attack();
        Assert.Equal(CameraStatus.Stale, guest.Start().Status);
        guest.Configure();
        Assert.Equal(CameraStatus.Ok, guest.Start().Status); // without buffers: its frames are dropped and counted
        Assert.Equal(CameraStatus.Busy, guest.Start().Status);
        Assert.Equal(CameraStatus.Invalid, guest.Request(1, 0).Status);
        var place = guest.AttachFrame(0);
        var ids = 10ul;
        foreach (var end in (Func<HostileGuest.Sent>[])[guest.Flush, guest.Stop, () => guest.Command(CameraCommand.Release)])
        {
            var first = guest.Request(++ids, 0).Result;
            Assert.Equal(CameraStatus.Ok, first.Header.Status);
            var held = guest.Request(++ids, 0, target: first.FrameNumber + 1000, timeout: ulong.MaxValue);
            Assert.Equal(CameraStatus.Ok, end().Status);
            Assert.Equal(CameraStatus.Cancelled, held.Status);

            // The buffer is the guest's again: nothing is written there.
            guest.Guest.Bytes.Write(place, HostileGuest.FrameBytes).Fill(0xaa);
            await NeighbourGetsOnAsync();
            Assert.DoesNotContain(guest.Guest.Bytes.Read(place, HostileGuest.FrameBytes).ToArray(), static value => value != 0xaa);
            if (end == guest.Flush) continue;
            guest.Start();
        }

        guest.Configure().Attach(0, place);
        guest.Start();
        var last = guest.Request(++ids, 0).Result;
        guest.Request(++ids, 0, target: last.FrameNumber + 1000, timeout: ulong.MaxValue);
        await UntilAsync(static attacker => attacker.RequestsWaiting == 1, "the request is not held");
        guest.Dispose();
        await UntilAsync(static attacker => attacker is { RequestsWaiting: 0, UnderWay: 0 }, "the request stays when its guest is gone");
    }

    private static StreamConfig Wanted(uint width, uint height) => CameraMessages.Wanted("NV12", width, height);

    // CONFIGURE and TRY answer with what the camera can do: a size that it has, and planes that hold it.
    private static void IsTheNearest(HostileGuest.Sent sent, uint width = 0, uint height = 0)
    {
        Assert.Equal(CameraStatus.Ok, sent.Status);
        var given = CameraWire.Read<StreamConfig>(sent.Body[ConfigureReply.Bytes..]);
        Assert.InRange(given.Width, 320u, 3840u);
        Assert.InRange(given.Height, 240u, 2160u);
        if (width > 0) Assert.Equal((width, height), (given.Width, given.Height));
        ulong total = 0;
        for (var plane = 0; plane < (int)given.PlaneCount; plane++) total += given.PlaneSize[plane];
        Assert.InRange(total, (ulong)given.Width * given.Height, (ulong)given.Width * given.Height * 8);
    }
}
