using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// A file that is nothing but memory (memfd_create(2)), to be mapped here and in the processes that its descriptor is passed to.
/// Thread-safe.
/// </summary>
public sealed class MemoryFile : IDisposable
{
    private const MemorySeals KnownSeals = MemorySeals.Seal | MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.Write | MemorySeals.FutureWrite;

    private MemoryFile(FileDescriptor descriptor, long size)
    {
        Descriptor = descriptor;
        Size = size;
    }

    /// <summary>The descriptor, e.g. to pass to another process. Owned by this object.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// Bytes, as they were when this object was made. Unless <see cref="MemorySeals.Shrink"/> and <see cref="MemorySeals.Grow"/> are set,
    /// others can change it.
    /// </summary>
    public long Size { get; }

    /// <summary>What is sealed now; <see cref="MemorySeals.None"/> also for a file that knows no seals, e.g. one on a disk.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public MemorySeals Seals
    {
        get
        {
            var seals = Libc.Fcntl(Descriptor, Libc.FcntlGetSeals, 0);
            if (seals >= 0) return (MemorySeals)seals & KnownSeals;
            return Libc.LastError == ErrorNumber.Invalid
                ? MemorySeals.None
                : throw LinuxException.For(Libc.LastError, "reading the seals of a file");
        }
    }

    /// <summary>Makes a new memory file of zeros; its pages are taken from the system as they are touched.</summary>
    /// <param name="name">A name for <c>/proc</c>; at most 249 bytes, need not be unique.</param>
    /// <param name="size">Bytes, above 0.</param>
    /// <param name="seals">What to seal at once; by default its size, for good.</param>
    /// <exception cref="ArgumentException">The name is too long or contains a zero character.</exception>
    /// <exception cref="LinuxException">No descriptor (EMFILE) or no memory (ENOMEM) is left.</exception>
    public static MemoryFile Create(string name, long size, MemorySeals seals = MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.Seal)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (System.Text.Encoding.UTF8.GetByteCount(name) > 249 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"the name '{name}' must have at most 249 bytes and no zero character", nameof(name));
        }

        // Newer kernels want to be told that the file is not for running; older ones do not know the flag.
        const uint flags = Libc.MemoryFileCloseOnExec | Libc.MemoryFileAllowSealing;
        var number = Libc.MemoryFileCreate(name, flags | Libc.MemoryFileNotExecutable);
        if (number < 0 && Libc.LastError == ErrorNumber.Invalid) number = Libc.MemoryFileCreate(name, flags);
        if (number < 0) throw LinuxException.For(Libc.LastError, $"memfd_create of '{name}'");
        var file = new MemoryFile(new FileDescriptor(number), size);
        try
        {
            if (Libc.SetFileSize(file.Descriptor, size) < 0) throw LinuxException.For(Libc.LastError, $"sizing '{name}' to {size} bytes");
            if (seals != MemorySeals.None) file.AddSeals(seals);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes over a file that somebody else made; its size is asked of the kernel. It belongs to the new object, and is closed if it is
    /// refused. The caller judges its <see cref="Seals"/>: without <see cref="MemorySeals.Shrink"/> its maker can raise SIGBUS in whoever
    /// reads it.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refuses to tell its size.</exception>
    public static MemoryFile FromDescriptor(FileDescriptor fd)
    {
        ArgumentNullException.ThrowIfNull(fd);
        try
        {
            var size = Libc.StatusOf(fd).Size;
            return size <= long.MaxValue
                ? new MemoryFile(fd, (long)size)
                : throw new LinuxException($"statx of {fd}", ErrorNumber.Overflow);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>Seals for good.</summary>
    /// <exception cref="LinuxException">
    /// Sealing is sealed (EPERM), the file knows no seals (EINVAL), or it is mapped for writing and shall not be written (EBUSY).
    /// </exception>
    public void AddSeals(MemorySeals seals)
    {
        if (Libc.Fcntl(Descriptor, Libc.FcntlAddSeals, (nint)(seals & KnownSeals)) < 0)
        {
            throw LinuxException.For(Libc.LastError, $"sealing a memory file ({seals})");
        }
    }

    /// <summary>
    /// Seals for good, if that is possible: false where sealing is sealed, the descriptor is for reading alone, or the file knows no
    /// seals, as one on a disk or in <c>/dev/shm</c>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public bool TryAddSeals(MemorySeals seals) => Libc.Fcntl(Descriptor, Libc.FcntlAddSeals, (nint)(seals & KnownSeals)) == 0;

    /// <summary>Maps the whole file. The mapping outlives this object.</summary>
    /// <param name="access">What for.</param>
    /// <param name="populate">Whether to take all pages from the system now, so that no later access has to.</param>
    /// <exception cref="LinuxException">The kernel refuses, e.g. to map a write-sealed file for writing (EPERM).</exception>
    public MappedMemory Map(MapAccess access, bool populate = false) => MappedMemory.Map(Descriptor, 0, Size, access, populate);

    /// <summary>Closes the descriptor; what is mapped, here or elsewhere, stays.</summary>
    public void Dispose() => Descriptor.Dispose();
}
