using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Tests.Camera;

/// <content>Frames and results, and the bytes they are made of.</content>
internal sealed partial class ScriptedCamera
{
    private void Deliver(Held held, ulong frame)
    {
        var layout = Configuration.Layout();
        var exposure = 10_000_000L;
        foreach (var (id, _, value) in held.Controls)
        {
            if (id == ControlCatalogue.ExposureTime.Id) exposure = MemoryMarshal.Read<long>(value);
        }

        exposure = Expose?.Invoke(exposure) ?? exposure;
        if (_picture.Length < layout.TotalBytes) _picture = new byte[layout.TotalBytes];
        var picture = _picture.AsSpan(0, layout.TotalBytes);
        picture.Fill((byte)frame);
        FrameStamp.Write(layout, picture, new FrameTruth(frame, exposure, 65536, 1_000_000, 0, 0, 0, 0, layout.Width, layout.Height));
        CopyToGuest(held, picture);

        PlaneNumbers used = default;
        for (var i = 0; i < layout.Planes.Length; i++) used[i] = (uint)layout.Planes[i].Bytes;
        var packet = Packet([.. held.Controls.Select(c =>
            c.Id == ControlCatalogue.ExposureTime.Id ? (c.Id, c.Type, BitConverter.GetBytes(Report(exposure))) : c)], frame);
        var length = ResultHeader.Bytes + BufferResult.Bytes + packet.Length;
        var now = (ulong)FrameClock.System.Now;
        var dropped = _delivered == 0 ? 0 : frame - _delivered - 1;
        _delivered = frame;
        Finish(held.Chain,
        [
            .. Bytes(new ResultHeader(new ResponseHeader(CameraStatus.Ok, (uint)length, held.Header.Header.Tag), held.Header.RequestId,
                frame, now, now, ResultFlags.Checksum, 1,
                (uint)packet.Length, (uint)dropped, Crc32C.Compute(picture), 0)),
            .. Bytes(new BufferResult(0, held.Buffer, CameraStatus.Ok, 0, used)),
            .. packet,
        ]);
    }

    private void CopyToGuest(Held held, ReadOnlySpan<byte> picture)
    {
        foreach (var entry in _buffers[held.Buffer])
        {
            Assert.True(held.Chain.Memory.TryTranslate(entry.Address, entry.Length, out var range, out var error), error);
            picture[..(int)entry.Length].CopyTo(range.Writable);
            picture = picture[(int)entry.Length..];
        }

        Assert.True(picture.IsEmpty);
    }

    private void Refuse(DescriptorChain chain, in RequestHeader header, CameraStatus status) =>
        Finish(chain,
            Bytes(new ResultHeader(new ResponseHeader(status, ResultHeader.Bytes, header.Header.Tag), header.RequestId, 0, 0, 0, 0, 0, 0,
                0, 0, 0)));

    private void Finish(DescriptorChain chain, byte[] honest)
    {
        var bytes = Result(honest);
        chain.Write(0, bytes);
        chain.Queue.Complete(chain, bytes.Length);
    }

    private static List<(uint Id, byte Type, byte[] Value)> ReadControls(ReadOnlySpan<byte> packet)
    {
        Assert.True(ControlPacketReader.TryOpen(packet, CameraRequest.MaximumControls, out var reader, out var error), error);
        var controls = new List<(uint, byte, byte[])>();
        for (var i = 0; i < reader.Count; i++)
        {
            var item = reader.Read(i, out var value);
            controls.Add((item.Id, item.Type, value.ToArray()));
        }

        return controls;
    }

    private byte[] Packet(List<(uint Id, byte Type, byte[] Value)> controls, ulong frame)
    {
        if (controls.Count == 0) return [];
        var bytes = new byte[4096];
        var writer = new ControlPacketWriter(bytes, controls.Count);
        foreach (var (id, type, value) in controls)
        {
            var (flags, argument) = Judge(new ControlFlagsFor(id, frame));
            var count = PacketItem.ElementBytes(type) == 0 ? 0 : value.Length / PacketItem.ElementBytes(type);
            Assert.True(writer.TryAdd(id, type, (ushort)count, value, flags, argument));
        }

        return bytes[..writer.Finish()];
    }

    public static byte[] Bytes<T>(in T value)
        where T : unmanaged
    {
        var bytes = new byte[Unsafe.SizeOf<T>()];
        CameraWire.Write(bytes, value);
        return bytes;
    }
}
