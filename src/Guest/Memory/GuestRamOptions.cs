using CameraFabric.Platform;

namespace CameraFabric.Guest.Memory;

/// <summary>Where a guest's memory lies, as the device is told.</summary>
/// <remarks>
/// The three addresses differ on purpose. A back-end that takes a guest physical address for a front-end address, or forgets
/// the offset of the mapping, works by luck in a guest where they are equal; here it fails at the first ring.
/// </remarks>
public sealed record GuestRamOptions
{
    /// <summary>
    /// Guest physical address of the first byte; multiple of the page size. Default 4 GiB: where PC machines put their upper memory.
    /// </summary>
    public ulong GuestAddress { get; init; } = 0x1_0000_0000;

    /// <summary>
    /// Address of the first byte in the front-end's own address space, as vhost-user names rings; multiple of the page size.
    /// </summary>
    public ulong FrontendAddress { get; init; } = 0x7A00_0000_0000;

    /// <summary>Bytes of the memory file before the first byte of guest memory; multiple of the page size. Default one page.</summary>
    public long MappingOffset { get; init; } = GuestRam.PageBytes;

    /// <summary>
    /// What can never be done to the memory file. By default its size is fixed for good; <see cref="MemorySeals.Seal"/> alone makes memory
    /// that can be shrunk under the device, and that the device cannot seal, for trying devices.
    /// </summary>
    public MemorySeals Seals { get; init; } = MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.Seal;

    /// <summary>Name of the memory file as /proc shows it.</summary>
    public string Name { get; init; } = "guest-ram";
}
