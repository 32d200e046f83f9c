using System.Text;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>Paths as socket addresses (unix(7)).</summary>
internal static unsafe class UnixAddresses
{
    /// <summary>The longest path in bytes of UTF-8.</summary>
    public const int MaximumPath = Libc.UnixAddress.PathCapacity - 1;

    /// <exception cref="ArgumentException">Empty, too long, or with a zero byte; the message says which.</exception>
    public static Libc.UnixAddress FromPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var length = Encoding.UTF8.GetByteCount(path);
        if (length > MaximumPath)
        {
            throw new ArgumentException($"the socket path '{path}' has {length} bytes; Linux takes at most {MaximumPath}", nameof(path));
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("a socket path must not contain a zero character", nameof(path));
        }

        var address = new Libc.UnixAddress { Family = Libc.FamilyUnix };
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.Path, MaximumPath));
        return address;
    }

    public static FileDescriptor NewSocket(int flags)
    {
        var number = Libc.Socket(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec | flags, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.For(Libc.LastError, "making a unix socket");
    }
}
