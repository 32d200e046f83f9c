using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Hostile.Tests;

/// <summary>Values, frame numbers and offsets of the guest (docs/hostile-inputs.md, items 36 to 38).</summary>
public sealed class ControlTests : HostileTest
{
    private static readonly uint Exposure = ControlCatalogue.ExposureTime.Id;

    [Fact]
    public void Item36_ControlValuesAndTargetFrames()
    {
        var guest = Attack();
        guest.Stream();
        var id = 0ul;

        // Out of range or of another type: STRICT refuses, otherwise the result says what became of it.
        foreach (var value in (ControlValue[])[ControlValue.From(long.MaxValue), ControlValue.From(long.MinValue), ControlValue.From(-1L)])
        {
            var packet = CameraMessages.Packet((Exposure, value));
            Assert.Equal(CameraStatus.Invalid, guest.Request(++id, 0, RequestFlags.Strict, packet: packet).Status);
            var result = guest.Request(++id, 0, packet: packet).Result;
            Assert.Equal((CameraStatus.Ok, ResultFlags.Clamped), (result.Header.Status, result.Flags & ResultFlags.Clamped));
        }

        foreach (var packet in (byte[][])
            [
                CameraMessages.Packet((Exposure, ControlValue.From(true))),
                Packet(Exposure, type: 99, count: 1), Packet(Exposure, type: 4, count: 0), Packet(Exposure, type: 4, count: 2),
                CameraMessages.Packet((0xffff_ffff, ControlValue.From(1L))),
            ])
        {
            Assert.Contains(guest.Request(++id, 0, RequestFlags.Strict, packet: packet).Status,
                new[] { CameraStatus.Invalid, CameraStatus.Unsupported });
            var result = guest.Request(++id, 0, packet: packet).Result;
            Assert.Equal((CameraStatus.Ok, ResultFlags.Ignored), (result.Header.Status, result.Flags & ResultFlags.Ignored));
        }

        Assert.Equal(CameraStatus.Invalid, guest.Request(++id, 0, packet: Packet(Exposure, type: 4, count: ushort.MaxValue)).Status);
        Assert.Equal(CameraStatus.Invalid, guest.Request(++id, 0, packet: new byte[4096]).Status);

        // A frame that has passed, and frames that never come.
        var packetOfOne = CameraMessages.Packet((Exposure, ControlValue.From(2_000_000L)));
        Assert.Equal(CameraStatus.TooLate, guest.Request(++id, 0, RequestFlags.Strict, target: 1, packet: packetOfOne).Status);
        var late = guest.Request(++id, 0, target: 1, packet: packetOfOne).Result;
        Assert.Equal((CameraStatus.Ok, ResultFlags.Late), (late.Header.Status, late.Flags & ResultFlags.Late));
        foreach (var target in (ulong[])[1ul << 63, (1ul << 63) - 1, ulong.MaxValue, ulong.MaxValue - 1])
        {
            var sent = guest.Request(++id, 0, RequestFlags.Strict, target, timeout: 20_000_000, packet: packetOfOne);
            Assert.Equal(CameraStatus.Timeout, sent.Status);
        }

        Assert.Equal(CameraStatus.Ok, guest.Request(++id, 0).Status);
    }

    [Fact]
    public void Item37_OffsetsOfTheGuest()
    {
        var guest = Attack();
        guest.Stream();
        var id = 0ul;
        foreach (var (field, value) in ((int, uint)[])
            [
                (0, 2), (4, 0), (4, uint.MaxValue), (8, uint.MaxValue), (8, 0x1000_0000), (12, 0), (12, 33), (12, 0xffff_fff8),
                (24, 0), (24, 4), (24, 0xffff_fff8), (24, 0x8000_0000), (24, 1 << 20),
            ])
        {
            var packet = CameraMessages.Packet((Exposure, ControlValue.From(2_000_000L)));
            BitConverter.TryWriteBytes(packet.AsSpan(field), value);
            Assert.Equal(CameraStatus.Invalid, guest.Request(++id, 0, packet: packet).Status);
            var command = new ControlsCommand(0, (uint)packet.Length);
            Assert.Equal(CameraStatus.Invalid, guest.Command(CameraCommand.GetControls, command, packet).Status);
        }

        foreach (var bytes in (uint[])[uint.MaxValue, 0x8000_0000, 4096])
        {
            Assert.Equal(CameraStatus.Invalid, guest.Command(CameraCommand.SetControls, new ControlsCommand(0, bytes)).Status);
            Assert.Equal(CameraStatus.Invalid, guest.Command(CameraCommand.Start, new StartCommand(guest.Generation, 0, bytes, 0)).Status);
            var request = CameraMessages.Request(guest.Generation, ++id, 0);
            BitConverter.TryWriteBytes(request.AsSpan(36), bytes);
            Assert.Equal(CameraStatus.Invalid, guest.Request(request).Status);
        }

        var total = guest.Config.CapabilityBytes;
        foreach (var offset in (uint[])[total + 1, 0x8000_0000, uint.MaxValue])
        {
            Assert.Equal(CameraStatus.Invalid, Capabilities(offset, 64));
        }

        Assert.Equal(CameraStatus.Ok, Capabilities(total, uint.MaxValue));
        IsRefused(guest, () => guest.Frontend.SetConfig(0, [1, 2, 3, 4]), "which are for reading alone");
        IsRefused(guest, () => guest.Frontend.SetConfig(int.MaxValue, [1]), "SET_CONFIG writes 1 bytes at 2147483647; the space has 136");
        IsRefused(guest, () => guest.Frontend.GetConfig(255, new byte[2]), "GET_CONFIG asks for 2 bytes at 255");
        IsRefused(guest, () => guest.Frontend.GetConfig(-1, new byte[8]), "GET_CONFIG asks for 8 bytes at 4294967295");
        Assert.Equal(CameraStatus.Ok, guest.Request(++id, 0).Status);

        CameraStatus Capabilities(uint offset, uint most) =>
            guest.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(offset, most, 0)).Status;
    }

    [Fact]
    public async Task Item38_CreatedAndDestroyedAgainAndAgain()
    {
        var guest = Attack();
        var place = guest.Allocate(HostileGuest.FrameBytes);
        var open = Open.More;
        for (var i = 0ul; i < 40; i++)
        {
            guest.Configure();
            Assert.Equal(CameraStatus.Ok, guest.Attach(0, place).Status);
            Assert.Equal(CameraStatus.Ok, guest.Start().Status);
            Assert.Equal(CameraStatus.Ok, guest.Request(i + 1, 0).Status);
            guest.Frontend.SetMemTable([guest.Guest.Region], [guest.Guest.File.Descriptor]);
            if (i % 2 == 0) Assert.Equal(CameraStatus.Ok, guest.Command(CameraCommand.Release).Status);
            else Assert.Equal(CameraStatus.Ok, guest.Stop().Status);
        }

        Open.Expect(open);
        guest.Dispose();
        for (var i = 0; i < 20; i++)
        {
            var next = Attack();
            next.Stream();
            next.Request(1, 0);
            next.Dispose();
            await Fabric.WaitAsync(static status => status.Cameras[0].Sessions == 1, "a session of the attacker stays");
        }
    }

    // A packet of one item whose type and count are what they are, over 16 bytes of data.
    private static byte[] Packet(uint id, byte type, ushort count) =>
    [
        .. CameraMessages.BytesOf(new PacketHeader(CameraWire.PacketVersion, 48, 1, 32)),
        .. CameraMessages.BytesOf(new PacketItem(id, type, 0, count, 32, 0)),
        .. new byte[16],
    ];
}
