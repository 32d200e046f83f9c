using CameraFabric.Device.Camera.Wire;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>Holds what lies in guest memory against what the device said of it.</summary>
internal static class Frames
{
    /// <summary>The pixels are whole, and are those of the frame that the result names.</summary>
    public static void Check(in ResultHeader result, ReadOnlySpan<byte> pixels)
    {
        Assert.True(result.Flags.HasFlag(ResultFlags.Checksum), "the result has no checksum");
        Assert.Equal(result.Checksum, Crc32C.Compute(pixels));
        var layout = PixelFormats.Nv12.Layout(QemuCamera.Width, QemuCamera.Height);
        Assert.True(FrameStamp.TryRead(layout, pixels, out var truth), "the pixels carry no stamp");
        Assert.Equal((long)result.FrameNumber, (long)truth.Sequence);
    }
}
