using System.Runtime.CompilerServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Tests.Camera;

/// <summary>The messages of a driver as bytes, right or wrong in whatever way a test wants.</summary>
internal static class CameraMessages
{
    public static byte[] BytesOf<T>(in T value)
        where T : unmanaged
    {
        var bytes = new byte[Unsafe.SizeOf<T>()];
        CameraWire.Write(bytes, value);
        return bytes;
    }

    /// <summary>A command with its header.</summary>
    public static byte[] Command(CameraCommand type, ReadOnlySpan<byte> body, ulong tag)
    {
        var message = new byte[CommandHeader.Bytes + body.Length];
        CameraWire.Write(message, new CommandHeader(type, CameraWire.HeaderVersion, (uint)message.Length, tag));
        body.CopyTo(message.AsSpan(CommandHeader.Bytes));
        return message;
    }

    /// <summary>One stream as a driver asks for it, at 30 frames a second.</summary>
    public static StreamConfig Wanted(string fourcc, uint width, uint height) =>
        default(StreamConfig) with
        {
            FourCC = FourCC.Parse(fourcc).Value, Width = width, Height = height, IntervalNumerator = 1, IntervalDenominator = 30,
        };

    /// <summary>A request for one buffer of stream 0.</summary>
    public static byte[] Request(uint generation, ulong id, uint buffer, RequestFlags flags = 0, ulong target = 0, ulong timeout = 0,
        ReadOnlySpan<byte> packet = default, BufferFlags place = 0)
    {
        var length = RequestHeader.Bytes + BufferReference.Bytes + packet.Length;
        var header = new CommandHeader(CameraCommand.Request, CameraWire.HeaderVersion, (uint)length, id + 5000);
        return
        [
            .. BytesOf(new RequestHeader(header, id, generation, flags, 1, (uint)packet.Length, target, timeout)),
            .. BytesOf(new BufferReference(0, buffer, place, 0)),
            .. packet,
        ];
    }

    /// <summary>A control packet.</summary>
    public static byte[] Packet(params ReadOnlySpan<(uint Id, ControlValue Value)> items)
    {
        var target = new byte[8192];
        var writer = new ControlPacketWriter(target, items.Length);
        foreach (var (id, value) in items)
        {
            var copy = value;
            Assert.True(writer.TryAdd(id, (byte)copy.Type, (ushort)copy.Count, copy.Bytes));
        }

        return target[..writer.Finish()];
    }
}
