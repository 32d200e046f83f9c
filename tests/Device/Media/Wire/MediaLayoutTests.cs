using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Device.Tests.Media.Wire;

/// <summary>Every structure of virtio-media and V4L2 on its wire: sizes and offsets against numbers written out by hand.</summary>
public sealed class MediaLayoutTests
{
    // Byte i of the image holds i + 1, so a field's value says where it was read from.
    private static T Ramp<T>(int bytes)
        where T : unmanaged
    {
        Assert.Equal(bytes, Unsafe.SizeOf<T>());
        var image = new byte[bytes];
        for (var i = 0; i < bytes; i++) image[i] = (byte)(i + 1);
        return CameraWire.Read<T>(image);
    }

    private static void At(int offset, object actual)
    {
        Span<byte> bytes = stackalloc byte[8];
        for (var i = 0; i < 8; i++) bytes[i] = (byte)(offset + i + 1);
        object expected = actual switch
        {
            byte => bytes[0],
            uint => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            int => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            ulong => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            long => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            Enum value => Enum.ToObject(value.GetType(), BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
            _ => throw new ArgumentException($"{actual.GetType()}", nameof(actual)),
        };
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Commands_and_responses_have_the_sizes_of_the_specification()
    {
        Assert.Equal(8, Unsafe.SizeOf<MediaCommandHeader>());
        Assert.Equal(8, Unsafe.SizeOf<MediaResponseHeader>());
        At(8, Ramp<MediaOpenResponse>(16).SessionId);
        At(8, Ramp<MediaCloseCommand>(16).SessionId);
        var ioctl = Ramp<MediaIoctlCommand>(16);
        At(0, ioctl.Header.Command);
        At(8, ioctl.SessionId);
        At(12, ioctl.Code);
        var entry = Ramp<MediaSgEntry>(16);
        At(0, entry.Start);
        At(8, entry.Length);
        var mmap = Ramp<MediaMmapCommand>(20);
        At(8, mmap.SessionId);
        At(12, mmap.Flags);
        At(16, mmap.Offset);
        var mapped = Ramp<MediaMmapResponse>(24);
        At(0, mapped.Header.Status);
        At(8, mapped.Address);
        At(16, mapped.Length);
        At(8, Ramp<MediaMunmapCommand>(16).Address);
        var config = Ramp<MediaConfig>(40);
        At(0, config.Capabilities);
        At(4, config.Type);
        Assert.Equal(9, config.Card[0]);
    }

    [Fact]
    public void Events_have_the_sizes_that_the_driver_insists_on()
    {
        var header = Ramp<MediaEventHeader>(8);
        At(0, header.Event);
        At(4, header.SessionId);
        At(8, Ramp<MediaDequeueEvent>(608).Buffer.Index);
        At(8, Ramp<MediaV4l2Event>(144).Event.Type);
    }

    [Fact]
    public void Buffers_lie_as_in_the_kernel()
    {
        var buffer = Ramp<V4l2Buffer>(88);
        At(0, buffer.Index);
        At(4, buffer.Type);
        At(8, buffer.BytesUsed);
        At(12, buffer.Flags);
        At(16, buffer.Field);
        At(24, buffer.Seconds);
        At(32, buffer.Microseconds);
        At(56, buffer.Sequence);
        At(60, buffer.Memory);
        At(64, buffer.Pointer);
        At(72, buffer.Length);
        At(80, buffer.RequestDescriptor);
        var plane = Ramp<V4l2Plane>(64);
        At(0, plane.BytesUsed);
        At(4, plane.Length);
        At(8, plane.Pointer);
        At(16, plane.DataOffset);
        var request = Ramp<V4l2RequestBuffers>(20);
        At(0, request.Count);
        At(4, request.Type);
        At(8, request.Memory);
        At(12, request.Capabilities);
        At(16, request.Flags);
        var create = Ramp<V4l2CreateBuffers>(256);
        At(0, create.Index);
        At(4, create.Count);
        At(8, create.Memory);
        At(16, create.Format.Type);
        At(24, create.Format.Pixels.Width);
        At(224, create.Capabilities);
        At(228, create.Flags);
        At(232, create.MaximumBuffers);
    }

    [Fact]
    public void Formats_lie_as_in_the_kernel()
    {
        var format = Ramp<V4l2Format>(208);
        At(0, format.Type);
        At(8, format.Pixels.Width);
        At(12, format.Pixels.Height);
        At(16, format.Pixels.PixelFormat);
        At(20, format.Pixels.Field);
        At(24, format.Pixels.BytesPerLine);
        At(28, format.Pixels.SizeImage);
        At(32, format.Pixels.ColorSpace);
        At(36, format.Pixels.Private);
        At(40, format.Pixels.Flags);
        At(44, format.Pixels.Encoding);
        At(48, format.Pixels.Quantization);
        At(52, format.Pixels.TransferFunction);
        Assert.Equal(48, Unsafe.SizeOf<V4l2PixelFormat>());
        var description = Ramp<V4l2FormatDescription>(64);
        At(0, description.Index);
        At(4, description.Type);
        At(8, description.Flags);
        Assert.Equal(13, description.Description[0]);
        At(44, description.PixelFormat);
        At(48, description.MediaBusCode);
        var sizes = Ramp<V4l2FrameSizes>(44);
        At(4, sizes.PixelFormat);
        At(8, sizes.Type);
        At(12, sizes.MinimumWidth);
        At(32, sizes.StepHeight);
        var intervals = Ramp<V4l2FrameIntervals>(52);
        At(4, intervals.PixelFormat);
        At(8, intervals.Width);
        At(12, intervals.Height);
        At(16, intervals.Type);
        At(20, intervals.Minimum.Numerator);
        At(24, intervals.Minimum.Denominator);
        At(28, intervals.Maximum.Numerator);
        At(36, intervals.Step.Numerator);
        var parameters = Ramp<V4l2StreamParameters>(204);
        At(0, parameters.Type);
        At(4, parameters.Capability);
        At(8, parameters.CaptureMode);
        At(12, parameters.TimePerFrame.Numerator);
        At(20, parameters.ExtendedMode);
        At(24, parameters.ReadBuffers);
        var input = Ramp<V4l2Input>(80);
        At(0, input.Index);
        Assert.Equal(5, input.Name[0]);
        At(36, input.Type);
        At(56, input.Status);
    }

    [Fact]
    public void Controls_and_their_events_lie_as_in_the_kernel()
    {
        var query = Ramp<V4l2QueryExtendedControl>(232);
        At(0, query.Id);
        At(4, query.Type);
        Assert.Equal(9, query.Name[0]);
        At(40, query.Minimum);
        At(48, query.Maximum);
        At(56, query.Step);
        At(64, query.Default);
        At(72, query.Flags);
        At(76, query.ElementSize);
        At(80, query.Elements);
        At(84, query.Dimensions);
        At(88, query.Sizes[0]);
        var menu = Ramp<V4l2QueryMenu>(44);
        At(0, menu.Id);
        At(4, menu.Index);
        Assert.Equal(9, menu.Name[0]);
        var control = Ramp<V4l2ExtendedControl>(20);
        At(0, control.Id);
        At(4, control.Size);
        At(12, control.Value);
        var controls = Ramp<V4l2ExtendedControls>(32);
        At(0, controls.Which);
        At(4, controls.Count);
        At(8, controls.ErrorIndex);
        At(12, controls.RequestDescriptor);
        At(24, controls.Pointer);
        var item = Ramp<V4l2Event>(136);
        At(0, item.Type);
        At(8, item.Control.Changes);
        At(12, item.Control.Type);
        At(16, item.Control.Value);
        At(24, item.Control.Flags);
        At(28, item.Control.Minimum);
        At(32, item.Control.Maximum);
        At(36, item.Control.Step);
        At(40, item.Control.Default);
        At(72, item.Pending);
        At(76, item.Sequence);
        At(80, item.Seconds);
        At(88, item.Nanoseconds);
        At(96, item.Id);
        var subscription = Ramp<V4l2EventSubscription>(32);
        At(0, subscription.Type);
        At(4, subscription.Id);
        At(8, subscription.Flags);
    }
}
