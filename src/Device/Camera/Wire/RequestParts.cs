using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_request</c>: the start of a request chain. Buffer references and a control packet follow.</summary>
/// <param name="Header">Type <see cref="CameraCommand.Request"/>; its length covers the buffer references and the control packet.</param>
/// <param name="RequestId">Larger than that of every request before.</param>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="Flags">How strictly to take it.</param>
/// <param name="BufferCount">Buffer references that follow.</param>
/// <param name="ControlsBytes">Size of the control packet behind them; 0 for none.</param>
/// <param name="TargetFrame">The frame it is meant for; 0 for the next possible.</param>
/// <param name="TimeoutNanoseconds">Most nanoseconds to hold it; 0 for the device's default.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct RequestHeader(
    [field: FieldOffset(0)] CommandHeader Header,
    [field: FieldOffset(16)] ulong RequestId,
    [field: FieldOffset(24)] uint Generation,
    [field: FieldOffset(28)] RequestFlags Flags,
    [field: FieldOffset(32)] uint BufferCount,
    [field: FieldOffset(36)] uint ControlsBytes,
    [field: FieldOffset(40)] ulong TargetFrame,
    [field: FieldOffset(48)] ulong TimeoutNanoseconds)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 56;
}

/// <summary><c>struct virtio_camera_buf_ref</c>: a buffer that the request offers.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="BufferId">The buffer, attached whole and in no other request; with <see cref="BufferFlags.Return"/> a slot.</param>
/// <param name="Flags">Where the frame shall be.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct BufferReference(
    [field: FieldOffset(0)] uint StreamId,
    [field: FieldOffset(4)] uint BufferId,
    [field: FieldOffset(8)] BufferFlags Flags,
    [field: FieldOffset(12)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_camera_result</c>: the start of a result. Buffer results and a metadata packet follow.</summary>
/// <param name="Header">How the request ended; its length covers everything the device wrote.</param>
/// <param name="RequestId">The request.</param>
/// <param name="FrameNumber">The frame that answers it; 0 if none does.</param>
/// <param name="StartOfExposure">When that frame's exposure began, nanoseconds of the device's clock.</param>
/// <param name="Done">When the frame was complete in the device, nanoseconds of the device's clock.</param>
/// <param name="Flags">What is worth knowing.</param>
/// <param name="BufferCount">Buffer results that follow.</param>
/// <param name="MetadataBytes">Size of the control packet behind them; 0 for none.</param>
/// <param name="DroppedBefore">Frames between this and the one before it that this device delivered, which it did not deliver.</param>
/// <param name="Checksum">CRC-32C of stream 0's used bytes, if the flag says so.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ResultHeader(
    [field: FieldOffset(0)] ResponseHeader Header,
    [field: FieldOffset(16)] ulong RequestId,
    [field: FieldOffset(24)] ulong FrameNumber,
    [field: FieldOffset(32)] ulong StartOfExposure,
    [field: FieldOffset(40)] ulong Done,
    [field: FieldOffset(48)] ResultFlags Flags,
    [field: FieldOffset(52)] uint BufferCount,
    [field: FieldOffset(56)] uint MetadataBytes,
    [field: FieldOffset(60)] uint DroppedBefore,
    [field: FieldOffset(64)] uint Checksum,
    [field: FieldOffset(68)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 72;
}

/// <summary><c>struct virtio_camera_buf_result</c>: what became of one buffer.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="BufferId">The buffer; with <see cref="BufferFlags.Shared"/> the slot, or <see cref="CameraWire.NoSlot"/>.</param>
/// <param name="Status">Whether it holds the frame.</param>
/// <param name="Flags">Where the frame is.</param>
/// <param name="BytesUsed">Bytes written, plane by plane.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct BufferResult(
    [field: FieldOffset(0)] uint StreamId,
    [field: FieldOffset(4)] uint BufferId,
    [field: FieldOffset(8)] CameraStatus Status,
    [field: FieldOffset(12)] BufferFlags Flags,
    [field: FieldOffset(16)] PlaneNumbers BytesUsed)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 32;
}
