using System.Runtime.InteropServices;

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// The layout of a split virtqueue (virtio 1.3 section 2.7): three areas, all little-endian. Both the device's and the driver's side use
/// it.
/// </summary>
public static class SplitRingLayout
{
    /// <summary>Bytes of one descriptor.</summary>
    public const int DescriptorBytes = 16;

    /// <summary>The largest queue size, a power of two.</summary>
    public const int LargestSize = 32768;

    /// <summary>Where the flags are in the available area and in the used area.</summary>
    public const int FlagsOffset = 0;

    /// <summary>Where the index is in the available area and in the used area.</summary>
    public const int IndexOffset = 2;

    /// <summary>Where the ring begins in the available area and in the used area.</summary>
    public const int RingOffset = 4;

    /// <summary>Bytes of one entry of the used ring: le32 id, le32 len.</summary>
    public const int UsedElementBytes = 8;

    /// <summary>VIRTQ_AVAIL_F_NO_INTERRUPT in the available area's flags: the driver wants no call.</summary>
    public const ushort NoInterrupt = 1;

    /// <summary>VIRTQ_USED_F_NO_NOTIFY in the used area's flags: the device wants no kick.</summary>
    public const ushort NoNotify = 1;

    /// <summary>Bytes of the descriptor area. Its alignment is 16.</summary>
    public static int DescriptorAreaBytes(int size) => DescriptorBytes * size;

    /// <summary>Bytes of the available area. Its alignment is 2.</summary>
    public static int AvailableAreaBytes(int size, bool eventIndex) => RingOffset + (2 * size) + (eventIndex ? 2 : 0);

    /// <summary>Bytes of the used area. Its alignment is 4.</summary>
    public static int UsedAreaBytes(int size, bool eventIndex) => RingOffset + (UsedElementBytes * size) + (eventIndex ? 2 : 0);

    /// <summary>Where <c>used_event</c> is in the available area: the driver wants a call when the used index passes it.</summary>
    public static int UsedEventOffset(int size) => RingOffset + (2 * size);

    /// <summary>Where <c>avail_event</c> is in the used area: the device wants a kick when the available index passes it.</summary>
    public static int AvailableEventOffset(int size) => RingOffset + (UsedElementBytes * size);

    /// <summary>
    /// Whether going from <paramref name="before"/> to <paramref name="after"/> passed the index after which the other side wants to be
    /// told (2.7.7.1, 2.7.10).
    /// </summary>
    public static bool Passed(ushort wanted, ushort after, ushort before) => (ushort)(after - wanted - 1) < (ushort)(after - before);
}

/// <summary>What a descriptor says of its buffer (virtio 1.3 section 2.7.5). Other bits are reserved and ignored.</summary>
[Flags]
public enum DescriptorFlags : ushort
{
    /// <summary>A buffer to read, the last of its chain.</summary>
    None = 0,

    /// <summary>VIRTQ_DESC_F_NEXT: the chain goes on at <see cref="Descriptor.Next"/>.</summary>
    Next = 1,

    /// <summary>VIRTQ_DESC_F_WRITE: for the device to write; otherwise to read.</summary>
    Write = 2,

    /// <summary>VIRTQ_DESC_F_INDIRECT: the buffer is a table of descriptors.</summary>
    Indirect = 4,
}

/// <summary>One descriptor as it lies in memory (virtio 1.3 section 2.7.5): 16 bytes.</summary>
/// <param name="Address">Guest-physical.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Next">The next descriptor's index, if <see cref="DescriptorFlags.Next"/> is set.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = SplitRingLayout.DescriptorBytes)]
public readonly record struct Descriptor(ulong Address, uint Length, DescriptorFlags Flags, ushort Next);

/// <summary>Where a ring's three areas lie, in the front-end's address space (SET_VRING_ADDR).</summary>
/// <param name="Descriptors">The descriptor area; a multiple of 16.</param>
/// <param name="Available">The available area; a multiple of 2.</param>
/// <param name="Used">The used area; a multiple of 4.</param>
public readonly record struct RingAddresses(ulong Descriptors, ulong Available, ulong Used);
