using System.Runtime.InteropServices;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The structures of vhost-user as they travel (section "Message specification"): host byte order, packed. Both ends are on one machine,
/// which is little-endian.
/// </summary>
internal static class VhostUserWire
{
    public const uint VersionMask = 0x3;
    public const uint Version = 0x1;
    public const uint ReplyFlag = 0x4;
    public const uint NeedReplyFlag = 0x8;

    /// <summary>The ring's number in the 64 bits of KICK, CALL and ERR.</summary>
    public const ulong VringIndexMask = 0xff;

    /// <summary>No descriptor came along: the other side polls, or the notifications are in-band.</summary>
    public const ulong VringNoDescriptorFlag = 0x100;

    /// <summary>How many regions SET_MEM_TABLE holds; more can only be added singly.</summary>
    public const int MemoryTableRegions = 8;

    /// <summary>VHOST_USER_MAX_CONFIG_SIZE.</summary>
    public const int MaximumConfigBytes = 256;

    /// <summary>No payload that is known is longer; of an unknown message that asks for an answer this much is skipped.</summary>
    public const int MaximumPayloadBytes = 4096;
}

/// <summary>What every message begins with: 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct MessageHeader(uint Request, uint Flags, uint Size)
{
    public const int Bytes = 12;

    public bool IsReply => (Flags & VhostUserWire.ReplyFlag) != 0;

    public bool NeedsReply => (Flags & VhostUserWire.NeedReplyFlag) != 0;
}

/// <summary>A ring's number and a value: 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct VringState(uint Index, uint Value)
{
    public const int Bytes = 8;
}

/// <summary>
/// A ring's addresses: 40 bytes. Bit 0 of the flags asks for logging, which is not offered: the log address is then not looked at.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct VringAddress(uint Index, uint Flags, ulong Descriptors, ulong Used, ulong Available, ulong Log)
{
    public const int Bytes = 40;
}

/// <summary>What a memory table begins with: 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct MemoryTableHeader(uint Count, uint Padding)
{
    public const int Bytes = 8;
}

/// <summary>One memory region: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct WireRegion(ulong GuestAddress, ulong Size, ulong FrontendAddress, ulong MappingOffset)
{
    public const int Bytes = 32;
}

/// <summary>One memory region by itself, as in ADD_MEM_REG and REM_MEM_REG: 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct SingleRegion(ulong Padding, WireRegion Region)
{
    public const int Bytes = 40;
}

/// <summary>The memory for what is in flight, and where it lies in its file: 20 bytes, or padded to 24.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct WireInflight(ulong Size, ulong Offset, ushort Queues, ushort QueueSize)
{
    public const int Bytes = 20;

    /// <summary>As front-ends send it that take the size of the structure for that of the message.</summary>
    public const int PaddedBytes = 24;
}

/// <summary>What a configuration message begins with: 12 bytes, the data follow.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct ConfigHeader(uint Offset, uint Size, uint Flags)
{
    public const int Bytes = 12;
}

/// <summary>A mapping into a shared memory region, as in SHMEM_MAP and SHMEM_UNMAP: 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct WireMapping(
    byte Region, byte Padding1, ushort Padding2, uint Padding3, ulong FileOffset, ulong Offset, ulong Length, ulong Flags)
{
    public const int Bytes = 40;

    /// <summary>The guest may write there.</summary>
    public const ulong WritableFlag = 1;
}

/// <summary>What the answer to GET_SHMEM_CONFIG begins with: 8 bytes; the sizes of all 256 regions follow, 64 bits each.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct SharedMemoryHeader(uint Count, uint Padding)
{
    public const int Bytes = 8;

    /// <summary>Regions that there can be.</summary>
    public const int Regions = 256;

    /// <summary>Bytes of the whole answer.</summary>
    public const int AnswerBytes = Bytes + (Regions * sizeof(ulong));
}
