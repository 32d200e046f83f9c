using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>A listening unix socket (AF_UNIX, SOCK_STREAM) at a path of the file system. Thread-safe.</summary>
public sealed unsafe class UnixListener : IDisposable
{
    private readonly Libc.FileStatus _identity;
    private int _isDisposed;

    private UnixListener(string path, FileDescriptor descriptor)
    {
        Path = path;
        Descriptor = descriptor;
        if (!Libc.TryStatusOf(path, out _identity, out var error)) throw new LinuxException($"looking at the new socket '{path}'", error);
    }

    /// <summary>The listening descriptor, non-blocking; readable when a connection waits. Owned by this object.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Where it listens.</summary>
    public string Path { get; }

    /// <summary>
    /// Listens at a path. A socket file there at which nobody listens any more, left behind by a process that died, is removed first.
    /// </summary>
    /// <param name="path">The path; at most 107 bytes in UTF-8. Its folder must exist.</param>
    /// <param name="backlog">How many connections may wait to be accepted.</param>
    /// <exception cref="ArgumentException">The path is empty, too long or contains a zero character.</exception>
    /// <exception cref="IOException">Somebody listens there, or something other than a socket lies there.</exception>
    /// <exception cref="LinuxException">
    /// The kernel refuses, e.g. because the folder does not exist (ENOENT) or is not writable (EACCES).
    /// </exception>
    public static UnixListener Bind(string path, int backlog = 4)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(backlog);
        var address = UnixAddresses.FromPath(path);
        RemoveStale(path);
        var descriptor = UnixAddresses.NewSocket(Libc.SocketNonBlocking);
        try
        {
            var length = (uint)sizeof(Libc.UnixAddress);
            if (Libc.Bind(descriptor, &address, length) < 0) throw LinuxException.For(Libc.LastError, $"binding a socket to '{path}'");
            if (Libc.Listen(descriptor, backlog) < 0) throw LinuxException.For(Libc.LastError, $"listening at '{path}'");
            return new UnixListener(path, descriptor);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Accepts a connection if one waits, else null. Does not block.</summary>
    /// <exception cref="LinuxException">The kernel refuses, e.g. because no descriptor is left (EMFILE).</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public UnixSocket? TryAccept()
    {
        while (true)
        {
            var number = Libc.Accept(Descriptor, null, null, Libc.SocketCloseOnExec);
            if (number >= 0) return new UnixSocket(new FileDescriptor(number));
            switch (Libc.LastError)
            {
                case ErrorNumber.Interrupted or ErrorNumber.ConnectionAborted:
                    continue;
                case ErrorNumber.TryAgain:
                    return null;
                default:
                    throw LinuxException.For(Libc.LastError, $"accepting a connection at '{Path}'");
            }
        }
    }

    /// <summary>Waits for a connection and accepts it; null if the time passed first.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <exception cref="LinuxException">The kernel refuses, e.g. because no descriptor is left (EMFILE).</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public UnixSocket? Accept(TimeSpan timeout)
    {
        var deadline = Deadline.After(timeout);
        while (true)
        {
            if (TryAccept() is { } accepted) return accepted;
            if (!Readiness.Wait(Descriptor, Libc.PollReadable, deadline)) return null;
        }
    }

    /// <summary>Stops listening and removes the socket file, unless another one has taken its place meanwhile.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        if (Libc.TryStatusOf(Path, out var status, out _) && status.IsSameFileAs(_identity)) _ = Libc.Unlink(Path);
        Descriptor.Dispose();
    }

    private static void RemoveStale(string path)
    {
        if (!Libc.TryStatusOf(path, out var status, out var error))
        {
            if (error == ErrorNumber.NoEntry) return;
            throw new LinuxException($"looking whether '{path}' is free for a socket", error);
        }

        if (status.Type != Libc.TypeSocket)
        {
            throw new IOException($"'{path}' exists and is not a socket; it is left alone: choose another path, or remove it");
        }

        using var probe = UnixAddresses.NewSocket(Libc.SocketNonBlocking);
        var address = UnixAddresses.FromPath(path);
        var connected = Libc.Connect(probe, &address, (uint)sizeof(Libc.UnixAddress)) == 0;
        error = connected ? 0 : Libc.LastError;
        switch (error)
        {
            // EAGAIN: the queue of connections is full, so somebody keeps it.
            case 0 or ErrorNumber.TryAgain:
                throw new IOException($"somebody listens at '{path}' already; stop that process, or choose another path");
            case ErrorNumber.ConnectionRefused:
                if (Libc.Unlink(path) < 0 && Libc.LastError != ErrorNumber.NoEntry)
                {
                    throw LinuxException.For(Libc.LastError, $"removing the stale socket '{path}'");
                }

                break;
            case ErrorNumber.NoEntry:
                break;
            default:
                throw new LinuxException($"looking whether somebody listens at '{path}'", error);
        }
    }
}
