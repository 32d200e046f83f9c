using System.Runtime.InteropServices;

namespace CameraFabric.Platform.Native;

/// <summary>The C library's calls, by subject: this part is about files and memory.</summary>
internal static unsafe partial class Libc
{
    public const int CurrentDirectory = -100;
    public const int AtEmptyPath = 0x1000;
    public const int AtDoNotFollow = 0x100;
    public const uint StatBasicAndBirth = 0xfff;

    public const int TypeMask = 0xF000;
    public const int TypeSocket = 0xC000;
    public const int TypeRegular = 0x8000;
    public const int TypePipe = 0x1000;

    public const uint MemoryFileCloseOnExec = 1;
    public const uint MemoryFileAllowSealing = 2;
    public const uint MemoryFileNotExecutable = 8;

    public const int ProtectNone = 0;
    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int ProtectExecute = 4;
    public const int MapShared = 1;
    public const int MapPrivate = 2;
    public const int MapFixed = 0x10;
    public const int MapAnonymous = 0x20;
    public const int MapNoReserve = 0x4000;
    public const int MapPopulate = 0x8000;

    public const long HugePageFileSystem = 0x958458f6;

    /// <summary>
    /// <c>struct statx</c>, as far as it is read here. Unlike <c>struct stat</c> it is laid out alike on every architecture.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(80)] public long BirthSeconds;
        [FieldOffset(88)] public uint BirthNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;

        public readonly int Type => Mode & TypeMask;

        /// <summary>
        /// Whether both are the same file: numbers of inodes are used again, so that the moment of birth is compared too, where it is
        /// known.
        /// </summary>
        public readonly bool IsSameFileAs(in FileStatus other) =>
            Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor
            && BirthSeconds == other.BirthSeconds && BirthNanoseconds == other.BirthNanoseconds;
    }

    /// <summary><c>struct statfs</c> of 64-bit Linux, as far as it is read here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileSystemStatus
    {
        [FieldOffset(0)] public long Type;
        [FieldOffset(8)] public long BlockSize;
    }

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(FileDescriptor directory, byte* path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int directory, byte* path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int FileSystemOf(FileDescriptor descriptor, FileSystemStatus* status);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemoryFileCreate(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetFileSize(FileDescriptor descriptor, long size);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* wanted, nuint length, int protection, int flags, FileDescriptor descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* wanted, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* start, nuint length);

    /// <summary>What the descriptor refers to.</summary>
    /// <exception cref="LinuxException">The kernel refuses to tell.</exception>
    public static FileStatus StatusOf(FileDescriptor descriptor)
    {
        FileStatus status;
        byte empty = 0;
        return Statx(descriptor, &empty, AtEmptyPath, StatBasicAndBirth, &status) == 0
            ? status
            : throw LinuxException.For(Libc.LastError, "statx of a descriptor");
    }

    /// <summary>
    /// What lies at the path itself (a symbolic link is not followed); false with the error number if nothing can be told.
    /// </summary>
    public static bool TryStatusOf(string path, out FileStatus status, out int errorNumber)
    {
        FileStatus found;
        var bytes = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* name = bytes)
        {
            errorNumber = Statx(CurrentDirectory, name, AtDoNotFollow, StatBasicAndBirth, &found) < 0 ? Libc.LastError : 0;
        }

        status = found;
        return errorNumber == 0;
    }
}
