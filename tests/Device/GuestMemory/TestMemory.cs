using CameraFabric.Device.GuestMemory;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.GuestMemory;

/// <summary>
/// A guest's memory in one memory file, seen from the guest's side: written directly, found by guest address in the table.
/// </summary>
internal sealed class TestMemory : IDisposable
{
    public const ulong GuestBase = 0x4000_0000;
    public const ulong FrontendBase = 0x7f00_0000_0000;

    public TestMemory(int bytes = 1 << 20)
    {
        File = MemoryFile.Create("guest", bytes);
        Bytes = File.Map(MapAccess.ReadWrite);
        Region = new MemoryRegion(GuestBase, (ulong)bytes, FrontendBase, 0);
        Table = MemoryTable.Create([Region], [File.Descriptor], new MemoryLimits());
    }

    public MemoryFile File { get; }

    public MappedMemory Bytes { get; }

    public MemoryRegion Region { get; }

    public MemoryTable Table { get; }

    public void Dispose()
    {
        Table.Retire();
        Bytes.Dispose();
        File.Dispose();
    }
}
