using System.Runtime.InteropServices;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// One owned file descriptor of Linux. It is closed exactly once: by <see cref="SafeHandle.Dispose()"/>, or by the finalizer if it was
/// forgotten. A native call in progress on another thread keeps it open until that call returns. Thread-safe.
/// </summary>
public sealed class FileDescriptor : SafeHandle
{
    /// <summary>Wraps a descriptor number. Whoever made it must have made it close-on-exec.</summary>
    /// <param name="fd">The number, 0 or above; -1 makes an invalid handle.</param>
    /// <param name="ownsHandle">Whether disposing closes it.</param>
    public FileDescriptor(int fd, bool ownsHandle = true)
        : base(-1, ownsHandle) => SetHandle(fd);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, e.g. to write into a message; it is the kernel's only as long as this object is not disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int Number
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    /// <summary>A second descriptor, close-on-exec, for the same open file (<c>F_DUPFD_CLOEXEC</c>); the caller owns it.</summary>
    /// <exception cref="LinuxException">No descriptor is left (EMFILE).</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public FileDescriptor Duplicate()
    {
        var number = Libc.Fcntl(this, Libc.FcntlDuplicateCloseOnExec, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.For(Libc.LastError, "duplicating a descriptor");
    }

    /// <inheritdoc/>
    public override string ToString() => IsClosed ? "closed descriptor" : $"descriptor {handle}";

    // An EINTR from close(2) on Linux still means closed: trying again could close somebody else's descriptor.
    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
