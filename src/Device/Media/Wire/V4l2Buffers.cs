using System.Runtime.InteropServices;

namespace CameraFabric.Device.Media.Wire;

/// <summary><c>struct v4l2_buffer</c>, 64 bits.</summary>
/// <param name="Index">Which buffer.</param>
/// <param name="Type">Whose.</param>
/// <param name="BytesUsed">Bytes of the frame.</param>
/// <param name="Flags">What is to be known.</param>
/// <param name="Field">V4L2_FIELD_NONE is 1.</param>
/// <param name="Seconds">Time of the frame.</param>
/// <param name="Microseconds">Its fraction.</param>
/// <param name="Sequence">Number of the frame within the stream.</param>
/// <param name="Memory">Where it lies.</param>
/// <param name="Pointer"><c>m</c>: offset, user pointer or planes.</param>
/// <param name="Length">Bytes of the buffer.</param>
/// <param name="RequestDescriptor">Of a media request; not offered.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Buffer(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] V4l2BufferType Type,
    [field: FieldOffset(8)] uint BytesUsed,
    [field: FieldOffset(12)] V4l2BufferFlags Flags,
    [field: FieldOffset(16)] uint Field,
    [field: FieldOffset(24)] long Seconds,
    [field: FieldOffset(32)] long Microseconds,
    [field: FieldOffset(56)] uint Sequence,
    [field: FieldOffset(60)] V4l2Memory Memory,
    [field: FieldOffset(64)] ulong Pointer,
    [field: FieldOffset(72)] uint Length,
    [field: FieldOffset(80)] int RequestDescriptor)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 88;

    /// <summary>V4L2_FIELD_NONE: whole frames.</summary>
    public const uint FieldNone = 1;
}

/// <summary><c>struct v4l2_plane</c>, 64 bits. This device is single-planar: it only steps over them.</summary>
/// <param name="BytesUsed">Bytes of the frame.</param>
/// <param name="Length">Bytes of the plane.</param>
/// <param name="Pointer">Offset or user pointer.</param>
/// <param name="DataOffset">Where the frame begins.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Plane(
    [field: FieldOffset(0)] uint BytesUsed,
    [field: FieldOffset(4)] uint Length,
    [field: FieldOffset(8)] ulong Pointer,
    [field: FieldOffset(16)] uint DataOffset)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 64;
}

/// <summary><c>struct v4l2_requestbuffers</c>.</summary>
/// <param name="Count">How many.</param>
/// <param name="Type">Whose.</param>
/// <param name="Memory">Where they lie.</param>
/// <param name="Capabilities">What the device can do.</param>
/// <param name="Flags">Memory consistency; not offered.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2RequestBuffers(
    [field: FieldOffset(0)] uint Count,
    [field: FieldOffset(4)] V4l2BufferType Type,
    [field: FieldOffset(8)] V4l2Memory Memory,
    [field: FieldOffset(12)] V4l2BufferCapabilities Capabilities,
    [field: FieldOffset(16)] byte Flags)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 20;
}

/// <summary><c>struct v4l2_create_buffers</c>.</summary>
/// <param name="Index">The first of them.</param>
/// <param name="Count">How many.</param>
/// <param name="Memory">Where they lie.</param>
/// <param name="Format">What they shall hold.</param>
/// <param name="Capabilities">What the device can do.</param>
/// <param name="Flags">Memory consistency; not offered.</param>
/// <param name="MaximumBuffers">How many the queue can have.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2CreateBuffers(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] uint Count,
    [field: FieldOffset(8)] V4l2Memory Memory,
    [field: FieldOffset(16)] V4l2Format Format,
    [field: FieldOffset(224)] V4l2BufferCapabilities Capabilities,
    [field: FieldOffset(228)] uint Flags,
    [field: FieldOffset(232)] uint MaximumBuffers)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 256;
}
