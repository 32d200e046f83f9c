using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Platform.Tests.Memory;

/// <summary>A file that somebody else could shrink, of each kind that a front-end may have its memory in.</summary>
internal sealed class ShrinkableFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly IDisposable _owner;

    public ShrinkableFile(string kind, int bytes)
    {
        switch (kind)
        {
            case "memfd":
                var memory = MemoryFile.Create("shrinkable", bytes, MemorySeals.None);
                (_owner, Descriptor) = (memory, memory.Descriptor);
                _handle = new SafeFileHandle(memory.Descriptor.Number, ownsHandle: false);
                break;
            default:
                var path = Path.Combine(kind, $"cf-{Guid.NewGuid():N}");
                _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, FileOptions.DeleteOnClose);
                RandomAccess.SetLength(_handle, bytes);
                Descriptor = new FileDescriptor((int)_handle.DangerousGetHandle(), ownsHandle: false);
                _owner = Descriptor;
                break;
        }
    }

    public FileDescriptor Descriptor { get; }

    public MappedMemory Map(MemoryGuard guard, Action? lost = null, MapAccess access = MapAccess.ReadWrite) =>
        MappedMemory.MapForeign(Descriptor, 0, RandomAccess.GetLength(_handle), access, guard, lost ?? (static () => { }));

    public void Resize(int bytes) => RandomAccess.SetLength(_handle, bytes);

    public void Dispose()
    {
        _handle.Dispose();
        _owner.Dispose();
    }
}
