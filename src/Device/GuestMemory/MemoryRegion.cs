namespace CameraFabric.Device.GuestMemory;

/// <summary>
/// One piece of a guest's memory, as the front-end announces it (vhost-user, "Memory region description"). Three views of the same
/// bytes: the guest's address, the front-end's own address, and the place in the file that both map.
/// </summary>
/// <param name="GuestAddress">The first guest-physical address.</param>
/// <param name="Size">Bytes, above 0.</param>
/// <param name="FrontendAddress">
/// The first address in the front-end's address space ("user address"): ring addresses are given in these.
/// </param>
/// <param name="MappingOffset">Where the region begins in the file that came with it, in bytes.</param>
public readonly record struct MemoryRegion(ulong GuestAddress, ulong Size, ulong FrontendAddress, ulong MappingOffset)
{
    /// <summary>The range and its size in hexadecimal, as in the messages of errors.</summary>
    public override string ToString() =>
        $"region 0x{GuestAddress:x}+0x{Size:x} (front-end 0x{FrontendAddress:x}, file offset 0x{MappingOffset:x})";

    internal bool Overlaps(in MemoryRegion other) =>
        Overlap(GuestAddress, Size, other.GuestAddress, other.Size);

    internal bool OverlapsInFrontend(in MemoryRegion other) =>
        Overlap(FrontendAddress, Size, other.FrontendAddress, other.Size);

    /// <summary>The same region as far as REM_MEM_REG goes: its file offset does not count.</summary>
    internal bool IsSamePlaceAs(in MemoryRegion other) =>
        GuestAddress == other.GuestAddress && Size == other.Size && FrontendAddress == other.FrontendAddress;

    // Both ranges are known not to wrap.
    private static bool Overlap(ulong first, ulong firstSize, ulong second, ulong secondSize) =>
        first < second ? second - first < firstSize : first - second < secondSize;
}
