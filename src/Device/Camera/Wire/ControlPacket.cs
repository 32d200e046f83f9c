using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_pkt</c>: the start of a control packet. <see cref="PacketItem"/>s follow, then the data.</summary>
/// <param name="Version"><see cref="CameraWire.PacketVersion"/>.</param>
/// <param name="TotalBytes">The whole packet, in bytes.</param>
/// <param name="Count">Items.</param>
/// <param name="DataOffset">Where the data begins, from the packet's start, a multiple of 8.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct PacketHeader(
    [field: FieldOffset(0)] uint Version,
    [field: FieldOffset(4)] uint TotalBytes,
    [field: FieldOffset(8)] uint Count,
    [field: FieldOffset(12)] uint DataOffset)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary><c>struct virtio_camera_item</c>: one control and where its value lies.</summary>
/// <param name="Id">The control.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Flags">What became of it, in packets that the device wrote; 0 in those of the driver.</param>
/// <param name="Count">Elements; 0 for an item without a value.</param>
/// <param name="Offset">Where the value lies, from the packet's start, a multiple of 8.</param>
/// <param name="Argument">Frames from this one to the frame of effect, in packets that the device wrote; 0 in those of the driver.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct PacketItem(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] byte Type,
    [field: FieldOffset(5)] ItemFlags Flags,
    [field: FieldOffset(6)] ushort Count,
    [field: FieldOffset(8)] uint Offset,
    [field: FieldOffset(12)] uint Argument)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>Bytes of one element of a type; 0 for a type that version 1 does not know.</summary>
    public static int ElementBytes(byte type) => type switch
    {
        1 or 2 or 8 => 1, // bool, u8, bytes
        3 or 5 => 4,      // i32, fixed point Q16.16
        4 or 7 => 8,      // i64, size
        6 => 16,          // rectangle
        _ => 0,
    };
}
