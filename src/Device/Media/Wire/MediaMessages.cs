using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Media.Wire;

/// <summary><c>struct virtio_media_config</c>.</summary>
/// <param name="Capabilities">V4L2 device capabilities.</param>
/// <param name="Type">VFL_TYPE_*: 0 is a video node.</param>
/// <param name="Card">The device's name.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaConfig(
    [field: FieldOffset(0)] V4l2Capabilities Capabilities,
    [field: FieldOffset(4)] uint Type,
    [field: FieldOffset(8)] Text32 Card)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 40;
}

/// <summary><c>struct virtio_media_cmd_header</c>; alone it is OPEN.</summary>
/// <param name="Command">What it asks.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaCommandHeader([field: FieldOffset(0)] MediaCommand Command)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary><c>struct virtio_media_resp_header</c>; alone it answers an ioctl without payload, and MUNMAP.</summary>
/// <param name="Status">How it went.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaResponseHeader([field: FieldOffset(0)] MediaStatus Status)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary><c>struct virtio_media_resp_open</c>.</summary>
/// <param name="Header">How it went.</param>
/// <param name="SessionId">The session's id.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaOpenResponse(
    [field: FieldOffset(0)] MediaResponseHeader Header,
    [field: FieldOffset(8)] uint SessionId)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_media_cmd_close</c>. It has no response.</summary>
/// <param name="Header">CLOSE.</param>
/// <param name="SessionId">The session's id.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaCloseCommand(
    [field: FieldOffset(0)] MediaCommandHeader Header,
    [field: FieldOffset(8)] uint SessionId)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_media_cmd_ioctl</c>; the payload follows.</summary>
/// <param name="Header">IOCTL.</param>
/// <param name="SessionId">The session's id.</param>
/// <param name="Code">Which one.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaIoctlCommand(
    [field: FieldOffset(0)] MediaCommandHeader Header,
    [field: FieldOffset(8)] uint SessionId,
    [field: FieldOffset(12)] MediaIoctl Code)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_media_sg_entry</c>: a piece of guest memory.</summary>
/// <param name="Start">Guest-physical.</param>
/// <param name="Length">Bytes.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaSgEntry(
    [field: FieldOffset(0)] ulong Start,
    [field: FieldOffset(8)] uint Length)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_media_cmd_mmap</c>.</summary>
/// <param name="Header">MMAP.</param>
/// <param name="SessionId">The session's id.</param>
/// <param name="Flags">How it is to be seen.</param>
/// <param name="Offset">What QUERYBUF said in <c>m.offset</c>.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaMmapCommand(
    [field: FieldOffset(0)] MediaCommandHeader Header,
    [field: FieldOffset(8)] uint SessionId,
    [field: FieldOffset(12)] MediaMmapFlags Flags,
    [field: FieldOffset(16)] uint Offset)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 20;
}

/// <summary><c>struct virtio_media_resp_mmap</c>.</summary>
/// <param name="Header">How it went.</param>
/// <param name="Address">Where the buffer begins in shared memory region 0.</param>
/// <param name="Length">The buffer's length.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaMmapResponse(
    [field: FieldOffset(0)] MediaResponseHeader Header,
    [field: FieldOffset(8)] ulong Address,
    [field: FieldOffset(16)] ulong Length)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 24;
}

/// <summary><c>struct virtio_media_cmd_munmap</c>. It names no session.</summary>
/// <param name="Header">MUNMAP.</param>
/// <param name="Address">What MMAP said.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaMunmapCommand(
    [field: FieldOffset(0)] MediaCommandHeader Header,
    [field: FieldOffset(8)] ulong Address)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_media_event_header</c>.</summary>
/// <param name="Event">What it tells.</param>
/// <param name="SessionId">Whom.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaEventHeader(
    [field: FieldOffset(0)] MediaEvent Event,
    [field: FieldOffset(4)] uint SessionId)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary><c>struct virtio_media_event_dqbuf</c>, without the planes behind the buffer, which are zero for a single-planar one.</summary>
/// <param name="Header">DQBUF.</param>
/// <param name="Buffer">The buffer as it is now.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaDequeueEvent(
    [field: FieldOffset(0)] MediaEventHeader Header,
    [field: FieldOffset(8)] V4l2Buffer Buffer)
{
    /// <summary>Size on the wire, the eight planes included.</summary>
    public const int Bytes = 608;
}

/// <summary><c>struct virtio_media_event_event</c>.</summary>
/// <param name="Header">EVENT.</param>
/// <param name="Event">The event.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MediaV4l2Event(
    [field: FieldOffset(0)] MediaEventHeader Header,
    [field: FieldOffset(8)] V4l2Event Event)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 144;
}
