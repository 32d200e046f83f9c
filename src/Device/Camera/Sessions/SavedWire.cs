using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>The start of a slot of a <see cref="SavedArea"/>; the state follows.</summary>
/// <param name="Magic"><see cref="Mark"/>; anything else is no state, or one of another version.</param>
/// <param name="Length">Bytes of the state.</param>
/// <param name="Number">Rises by one with every state saved; 1 or more.</param>
/// <param name="Checksum">CRC-32C of this header, with 0 here, and of the state.</param>
/// <param name="Reserved">0.</param>
/// <param name="Reserved2">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal readonly record struct SavedSlot(
    [field: FieldOffset(0)] uint Magic,
    [field: FieldOffset(4)] uint Length,
    [field: FieldOffset(8)] ulong Number,
    [field: FieldOffset(16)] uint Checksum,
    [field: FieldOffset(20)] uint Reserved,
    [field: FieldOffset(24)] ulong Reserved2)
{
    /// <summary>Size in the area.</summary>
    public const int Bytes = 32;

    /// <summary>"CFS" and the version of the format, 1.</summary>
    public const uint Mark = 0x01534643;
}

/// <summary>
/// What a guest has said and is in force. Behind it, each part at a multiple of 8: the answer to the last command, a control packet, and
/// for each buffer a <see cref="SavedBuffer"/> with its <see cref="MemoryEntry"/>s.
/// </summary>
/// <param name="CapabilityGeneration">As the guest reads it.</param>
/// <param name="CapabilityChecksum">CRC-32C of what the guest reads about the camera.</param>
/// <param name="Generation">The configuration in force; 0: none.</param>
/// <param name="LastGeneration">The last one that was given out.</param>
/// <param name="State">0 idle, 1 configured, 2 streaming.</param>
/// <param name="Role">The guest's <see cref="SessionRole"/>.</param>
/// <param name="Flags">Whether the rest is there.</param>
/// <param name="BufferCount">Buffers that follow.</param>
/// <param name="ControlsBytes">Bytes of the control packet.</param>
/// <param name="AnswerBytes">Bytes of the answer; 0: the state is not the work of a command.</param>
/// <param name="CommandHead">The command's chain.</param>
/// <param name="CommandBytes">The command's length.</param>
/// <param name="CommandChecksum">CRC-32C of the command.</param>
/// <param name="Reserved">0.</param>
/// <param name="Stream">The configuration.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal readonly record struct SavedSession(
    [field: FieldOffset(0)] ulong CapabilityGeneration,
    [field: FieldOffset(8)] uint CapabilityChecksum,
    [field: FieldOffset(12)] uint Generation,
    [field: FieldOffset(16)] uint LastGeneration,
    [field: FieldOffset(20)] uint State,
    [field: FieldOffset(24)] uint Role,
    [field: FieldOffset(28)] SavedFlags Flags,
    [field: FieldOffset(32)] uint BufferCount,
    [field: FieldOffset(36)] uint ControlsBytes,
    [field: FieldOffset(40)] uint AnswerBytes,
    [field: FieldOffset(44)] uint CommandHead,
    [field: FieldOffset(48)] uint CommandBytes,
    [field: FieldOffset(52)] uint CommandChecksum,
    [field: FieldOffset(56)] ulong Reserved,
    [field: FieldOffset(64)] StreamConfig Stream)
{
    /// <summary>Size in the area.</summary>
    public const int Bytes = 152;

    /// <summary>No configuration.</summary>
    public const uint Idle = 0;

    /// <summary>Configured, no frames wanted.</summary>
    public const uint Configured = 1;

    /// <summary>Frames wanted.</summary>
    public const uint Streaming = 2;
}

/// <summary>What there is to say about a saved state as a whole.</summary>
[Flags]
internal enum SavedFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It did not fit: buffers and controls are missing, so the configuration cannot be restored.</summary>
    Incomplete = 1,
}

/// <summary>One attached buffer; its entries follow.</summary>
/// <param name="BufferId">The driver's name for it.</param>
/// <param name="EntryCount">Entries that follow.</param>
/// <param name="Flags">MORE: its last slice has not come yet.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal readonly record struct SavedBuffer(
    [field: FieldOffset(0)] uint BufferId,
    [field: FieldOffset(4)] uint EntryCount,
    [field: FieldOffset(8)] AttachFlags Flags,
    [field: FieldOffset(12)] uint Reserved)
{
    /// <summary>Size in the area.</summary>
    public const int Bytes = 16;
}
