using System.Diagnostics.CodeAnalysis;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// One end of a connected unix socket (AF_UNIX, SOCK_STREAM), over which bytes and descriptors travel. One thread may send while
/// another receives; <see cref="Shutdown"/> may be called from any thread.
/// </summary>
public sealed partial class UnixSocket : IDisposable
{
    internal UnixSocket(FileDescriptor descriptor) => Descriptor = descriptor;

    /// <summary>The socket's descriptor, e.g. for a <see cref="Poller"/>. Owned by this object.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// The process that connected, or that listened, at the time the connection was made (SO_PEERCRED); 0 if it is in a name space not
    /// visible from here.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refuses to tell.</exception>
    public unsafe int PeerProcessId
    {
        get
        {
            Libc.PeerCredentials peer;
            var length = (uint)sizeof(Libc.PeerCredentials);
            return Libc.GetOption(Descriptor, Libc.LevelSocket, Libc.OptionPeerCredentials, &peer, &length) == 0
                ? peer.ProcessId
                : throw LinuxException.For(Libc.LastError, "reading the credentials of a socket's peer");
        }
    }

    /// <summary>Connects to a listener.</summary>
    /// <param name="path">Where it listens; at most 107 bytes in UTF-8.</param>
    /// <exception cref="ArgumentException">The path is empty, too long or contains a zero character.</exception>
    /// <exception cref="LinuxException">
    /// Nobody listens there (ENOENT, ECONNREFUSED), it is not allowed (EACCES), or too many wait to be accepted (EAGAIN).
    /// </exception>
    public static UnixSocket Connect(string path)
    {
        var error = ConnectOrError(path, out var socket);
        return socket ?? throw new LinuxException($"connecting to '{path}'", error);
    }

    /// <summary>Connects to a listener, or says why not. Does not wait for a listener to appear.</summary>
    /// <param name="path">Where it listens; at most 107 bytes in UTF-8.</param>
    /// <param name="socket">The connection; null if there is none.</param>
    /// <param name="error">Why there is none, in words; empty if there is one.</param>
    /// <exception cref="ArgumentException">The path is empty, too long or contains a zero character.</exception>
    public static bool TryConnect(string path, [NotNullWhen(true)] out UnixSocket? socket, out string error)
    {
        var number = ConnectOrError(path, out socket);
        error = socket is null ? $"connecting to '{path}' failed: {LinuxException.Describe(number)}" : "";
        return socket is not null;
    }

    /// <summary>Two ends that are connected to each other.</summary>
    /// <exception cref="LinuxException">No descriptor is left (EMFILE).</exception>
    public static unsafe (UnixSocket First, UnixSocket Second) Pair()
    {
        var numbers = stackalloc int[2];
        return Libc.SocketPair(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec, 0, numbers) == 0
            ? (new UnixSocket(new FileDescriptor(numbers[0])), new UnixSocket(new FileDescriptor(numbers[1])))
            : throw LinuxException.For(Libc.LastError, "socketpair");
    }

    /// <summary>
    /// Takes over a connected socket, e.g. one inherited from a parent process. It belongs to the new object, and is closed if it is
    /// refused.
    /// </summary>
    /// <exception cref="ArgumentException">It is not a unix stream socket.</exception>
    public static UnixSocket FromDescriptor(FileDescriptor fd)
    {
        ArgumentNullException.ThrowIfNull(fd);
        if (OptionOf(fd, Libc.OptionDomain) == Libc.FamilyUnix && OptionOf(fd, Libc.OptionType) == Libc.SocketStream)
        {
            return new UnixSocket(fd);
        }

        var text = fd.ToString();
        fd.Dispose();
        throw new ArgumentException($"{text} is not a unix stream socket", nameof(fd));
    }

    /// <summary>
    /// Ends the connection in both directions. Whoever waits at either end, in this process or another, wakes and finds it closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Shutdown()
    {
        if (Libc.Shutdown(Descriptor, Libc.ShutdownBoth) < 0 && Libc.LastError != ErrorNumber.NotConnected)
        {
            throw LinuxException.For(Libc.LastError, "shutting down a unix socket");
        }
    }

    /// <summary>
    /// Takes nothing more: whoever receives wakes with the end of the stream, and the peer cannot send. This end still can. Any thread.
    /// </summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void ShutdownReceiving()
    {
        if (Libc.Shutdown(Descriptor, Libc.ShutdownRead) < 0 && Libc.LastError != ErrorNumber.NotConnected)
        {
            throw LinuxException.For(Libc.LastError, "shutting down a unix socket's receiving side");
        }
    }

    /// <summary>Closes this end. A thread that waits in it keeps it open until its wait ends: call <see cref="Shutdown"/> first.</summary>
    public void Dispose() => Descriptor.Dispose();

    private static unsafe int OptionOf(FileDescriptor fd, int option)
    {
        int value;
        uint length = sizeof(int);
        return Libc.GetOption(fd, Libc.LevelSocket, option, &value, &length) == 0 ? value : -1;
    }

    private static unsafe int ConnectOrError(string path, out UnixSocket? socket)
    {
        var address = UnixAddresses.FromPath(path);

        // Non-blocking, because a listener whose queue is full must not hold the caller for ever.
        var descriptor = UnixAddresses.NewSocket(Libc.SocketNonBlocking);
        int error;
        do error = Libc.Connect(descriptor, &address, (uint)sizeof(Libc.UnixAddress)) == 0 ? 0 : Libc.LastError;
        while (error == ErrorNumber.Interrupted);
        if (error != 0) descriptor.Dispose();
        socket = error == 0 ? new UnixSocket(descriptor) : null;
        return error;
    }
}
