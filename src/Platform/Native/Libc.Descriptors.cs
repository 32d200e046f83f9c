using System.Runtime.InteropServices;

namespace CameraFabric.Platform.Native;

/// <summary>The C library's calls, by subject: this part is about descriptors.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    /// <summary><c>errno</c> as the last call of this thread left it; to be read before any other call is made.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    public const int FcntlGetFlags = 3;
    public const int FcntlSetFlags = 4;
    public const int FcntlDuplicateCloseOnExec = 1030;
    public const int FcntlAddSeals = 1033;
    public const int FcntlGetSeals = 1034;
    public const int OpenNonBlocking = 0x800;

    public const int EventFdNonBlocking = 0x800;
    public const int EventFdCloseOnExec = 0x80000;

    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EpollRemove = 2;
    public const int EpollModify = 3;

    public const short PollReadable = 1;
    public const short PollWritable = 4;
    public const short PollInvalid = 0x20;

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }

    // Sets no error number: it runs when handles are released, between a failed call and the reading of that call's error.
    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(FileDescriptor descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(FileDescriptor descriptor, void* buffer, nuint length);

    // Variadic in C; on the 64-bit Linux ABIs a variadic integer travels like a named one.
    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(FileDescriptor descriptor, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(FileDescriptor epoll, int operation, FileDescriptor descriptor, void* interest);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(FileDescriptor epoll, void* events, int capacity, int timeoutMilliseconds);
}
