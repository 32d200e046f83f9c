using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary>Body of GET_CAPABILITIES: which part of the blob.</summary>
/// <param name="Offset">First byte wanted.</param>
/// <param name="Maximum">Most bytes wanted.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct GetCapabilitiesCommand(
    [field: FieldOffset(0)] uint Offset,
    [field: FieldOffset(4)] uint Maximum,
    [field: FieldOffset(8)] ulong Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Reply to GET_CAPABILITIES; the bytes follow.</summary>
/// <param name="Generation">The blob's generation: parts of two generations do not belong together.</param>
/// <param name="Total">Size of the whole blob.</param>
/// <param name="Offset">First byte that follows.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct GetCapabilitiesReply(
    [field: FieldOffset(0)] ulong Generation,
    [field: FieldOffset(8)] uint Total,
    [field: FieldOffset(12)] uint Offset)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Body of TRY and CONFIGURE; <see cref="StreamConfig"/>s follow.</summary>
/// <param name="Flags">0.</param>
/// <param name="StreamCount">How many follow.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ConfigureCommand(
    [field: FieldOffset(0)] uint Flags,
    [field: FieldOffset(4)] uint StreamCount)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Reply to TRY and CONFIGURE; the adjusted <see cref="StreamConfig"/>s follow.</summary>
/// <param name="Generation">CONFIGURE: the new generation, never 0. TRY: 0.</param>
/// <param name="StreamCount">How many follow.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ConfigureReply(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint StreamCount)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Body of BUF_ATTACH; <see cref="MemoryEntry"/>s follow.</summary>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="StreamId">The stream.</param>
/// <param name="BufferId">The driver's name for the buffer, unique in the stream.</param>
/// <param name="EntryCount">Entries in this command.</param>
/// <param name="Flags">Whether more slices follow.</param>
/// <param name="FirstEntry">Entries of this buffer sent before.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct AttachBufferCommand(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint StreamId,
    [field: FieldOffset(8)] uint BufferId,
    [field: FieldOffset(12)] uint EntryCount,
    [field: FieldOffset(16)] AttachFlags Flags,
    [field: FieldOffset(20)] uint FirstEntry)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 24;
}

/// <summary>One piece of guest memory of a buffer.</summary>
/// <param name="Address">Guest-physical address, as in a descriptor.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Plane">The plane it belongs to; ascending in a buffer.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MemoryEntry(
    [field: FieldOffset(0)] ulong Address,
    [field: FieldOffset(8)] uint Length,
    [field: FieldOffset(12)] uint Plane)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Body of BUF_DETACH.</summary>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="StreamId">The stream.</param>
/// <param name="BufferId">The buffer.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct DetachBufferCommand(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint StreamId,
    [field: FieldOffset(8)] uint BufferId,
    [field: FieldOffset(12)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Body of START; a control packet follows if <paramref name="ControlsBytes"/> is not 0.</summary>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="Flags">0.</param>
/// <param name="ControlsBytes">Size of the control packet.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct StartCommand(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint Flags,
    [field: FieldOffset(8)] uint ControlsBytes,
    [field: FieldOffset(12)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Body of STOP and of FLUSH.</summary>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct GenerationCommand(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Body of SET_CONTROLS and GET_CONTROLS; a control packet follows. The reply is a control packet alone.</summary>
/// <param name="Flags">SET_CONTROLS: whether it is all or nothing. GET_CONTROLS: 0.</param>
/// <param name="ControlsBytes">Size of the control packet.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ControlsCommand(
    [field: FieldOffset(0)] SetControlsFlags Flags,
    [field: FieldOffset(4)] uint ControlsBytes)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Body of ACQUIRE_OWNER and RELEASE_OWNER.</summary>
/// <param name="Flags">ACQUIRE_OWNER: whether to take it by force. RELEASE_OWNER: 0.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct OwnerCommand(
    [field: FieldOffset(0)] AcquireFlags Flags,
    [field: FieldOffset(4)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Reply to CLOCK_SAMPLE.</summary>
/// <param name="DeviceNanoseconds">The device's clock, in nanoseconds, read while the command was handled.</param>
/// <param name="ClockId">1: the host's CLOCK_MONOTONIC.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ClockSampleReply(
    [field: FieldOffset(0)] ulong DeviceNanoseconds,
    [field: FieldOffset(8)] uint ClockId,
    [field: FieldOffset(12)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>The clock of every time stamp of this device.</summary>
    public const uint HostMonotonic = 1;
}

/// <summary><c>struct virtio_camera_shm_map_reply</c>: where the frames are.</summary>
/// <param name="Offset">Where the pool begins in shared memory region 0.</param>
/// <param name="Length">Bytes that are mapped.</param>
/// <param name="SlotBytes">Bytes from one slot to the next.</param>
/// <param name="Slots">How many slots.</param>
/// <param name="DataOffset">Where a frame's bytes begin in its slot.</param>
/// <param name="MaximumLeases">Frames that the driver may hold at once.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MapPoolReply(
    [field: FieldOffset(0)] ulong Offset,
    [field: FieldOffset(8)] ulong Length,
    [field: FieldOffset(16)] ulong SlotBytes,
    [field: FieldOffset(24)] uint Slots,
    [field: FieldOffset(28)] uint DataOffset,
    [field: FieldOffset(32)] uint MaximumLeases,
    [field: FieldOffset(36)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 40;
}

/// <summary><c>struct virtio_camera_shm_return</c>: a frame that is given back.</summary>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="Slot">The slot that it is in.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ReturnSlotCommand(
    [field: FieldOffset(0)] uint Generation,
    [field: FieldOffset(4)] uint Slot)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}
