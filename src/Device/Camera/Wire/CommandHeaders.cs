using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_hdr</c>: the start of every command and request.</summary>
/// <param name="Type">What it asks.</param>
/// <param name="Version"><see cref="CameraWire.HeaderVersion"/>.</param>
/// <param name="Length">This header and everything behind it, in bytes.</param>
/// <param name="Tag">Whatever the driver likes; comes back in the response.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CommandHeader(
    [field: FieldOffset(0)] CameraCommand Type,
    [field: FieldOffset(2)] ushort Version,
    [field: FieldOffset(4)] uint Length,
    [field: FieldOffset(8)] ulong Tag)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_camera_resp</c>: the start of every response and result.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Length">This header and everything behind it, in bytes.</param>
/// <param name="Tag">The command's tag.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ResponseHeader(
    [field: FieldOffset(0)] CameraStatus Status,
    [field: FieldOffset(4)] uint Length,
    [field: FieldOffset(8)] ulong Tag)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}
