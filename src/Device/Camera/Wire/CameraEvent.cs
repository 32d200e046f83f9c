using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_event</c>: what the device writes into a buffer of the event queue.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Flags">Whether something had to be left out.</param>
/// <param name="Length">This structure and a control packet behind it, in bytes.</param>
/// <param name="Sequence">1 for the first event written, then one more each.</param>
/// <param name="RequestId">The request it is about; 0 for none.</param>
/// <param name="FrameNumber">The frame it is about; 0 for none.</param>
/// <param name="Timestamp">When it happened, nanoseconds of the device's clock.</param>
/// <param name="Code">By type.</param>
/// <param name="StreamId">The stream.</param>
/// <param name="Argument">By type.</param>
/// <param name="Lost">Events since the one before that were joined to others or dropped.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CameraEvent(
    [field: FieldOffset(0)] CameraEventType Type,
    [field: FieldOffset(2)] CameraEventFlags Flags,
    [field: FieldOffset(4)] uint Length,
    [field: FieldOffset(8)] ulong Sequence,
    [field: FieldOffset(16)] ulong RequestId,
    [field: FieldOffset(24)] ulong FrameNumber,
    [field: FieldOffset(32)] ulong Timestamp,
    [field: FieldOffset(40)] uint Code,
    [field: FieldOffset(44)] uint StreamId,
    [field: FieldOffset(48)] uint Argument,
    [field: FieldOffset(52)] uint Lost)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 56;
}
