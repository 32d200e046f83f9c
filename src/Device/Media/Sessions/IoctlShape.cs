using System.Collections.Frozen;
using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>Which way an ioctl's payload goes, and how long it is.</summary>
/// <param name="IsRead">The driver sends it.</param>
/// <param name="IsWritten">The device answers with it.</param>
/// <param name="Bytes">Its size.</param>
internal readonly record struct IoctlShape(bool IsRead, bool IsWritten, int Bytes)
{
    private static readonly FrozenDictionary<MediaIoctl, IoctlShape> Shapes = new Dictionary<MediaIoctl, IoctlShape>
    {
        [MediaIoctl.EnumerateFormats] = Both(V4l2FormatDescription.Bytes),
        [MediaIoctl.GetFormat] = Both(V4l2Format.Bytes),
        [MediaIoctl.SetFormat] = Both(V4l2Format.Bytes),
        [MediaIoctl.TryFormat] = Both(V4l2Format.Bytes),
        [MediaIoctl.EnumerateFrameSizes] = Both(V4l2FrameSizes.Bytes),
        [MediaIoctl.EnumerateFrameIntervals] = Both(V4l2FrameIntervals.Bytes),
        [MediaIoctl.EnumerateInputs] = Both(V4l2Input.Bytes),
        [MediaIoctl.GetInput] = Both(sizeof(uint)),
        [MediaIoctl.SetInput] = Both(sizeof(uint)),
        [MediaIoctl.GetParameters] = Both(V4l2StreamParameters.Bytes),
        [MediaIoctl.SetParameters] = Both(V4l2StreamParameters.Bytes),
        [MediaIoctl.GetPriority] = new(false, true, sizeof(uint)),
        [MediaIoctl.SetPriority] = new(true, false, sizeof(uint)),
        [MediaIoctl.RequestBuffers] = Both(V4l2RequestBuffers.Bytes),
        [MediaIoctl.CreateBuffers] = Both(V4l2CreateBuffers.Bytes),
        [MediaIoctl.QueryBuffer] = Both(V4l2Buffer.Bytes),
        [MediaIoctl.PrepareBuffer] = Both(V4l2Buffer.Bytes),
        [MediaIoctl.QueueBuffer] = Both(V4l2Buffer.Bytes),
        [MediaIoctl.StreamOn] = new(true, false, sizeof(uint)),
        [MediaIoctl.StreamOff] = new(true, false, sizeof(uint)),
        [MediaIoctl.QueryExtendedControl] = Both(V4l2QueryExtendedControl.Bytes),
        [MediaIoctl.QueryControl] = Both(V4l2QueryControl.Bytes),
        [MediaIoctl.QueryMenu] = Both(V4l2QueryMenu.Bytes),
        [MediaIoctl.GetControl] = Both(V4l2Control.Bytes),
        [MediaIoctl.SetControl] = Both(V4l2Control.Bytes),
        [MediaIoctl.GetExtendedControls] = Both(V4l2ExtendedControls.Bytes),
        [MediaIoctl.SetExtendedControls] = Both(V4l2ExtendedControls.Bytes),
        [MediaIoctl.TryExtendedControls] = Both(V4l2ExtendedControls.Bytes),
        [MediaIoctl.SubscribeEvent] = new(true, false, V4l2EventSubscription.Bytes),
        [MediaIoctl.UnsubscribeEvent] = new(true, false, V4l2EventSubscription.Bytes),
    }.ToFrozenDictionary();

    /// <summary>The ioctls that the device has; everything else is ENOTTY.</summary>
    public static bool TryGet(MediaIoctl code, out IoctlShape shape) => Shapes.TryGetValue(code, out shape);

    private static IoctlShape Both(int bytes) => new(true, true, bytes);
}
