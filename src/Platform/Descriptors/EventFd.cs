using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// A signal between threads or processes: an eventfd(2), or a pipe or stream socket used like one (user-mode Linux hands out
/// those for its calls). Thread-safe; no member blocks but <see cref="Wait"/>.
/// </summary>
/// <remarks>
/// The descriptor is made non-blocking. That is a property of the open file, which the other process shares: a peer that deliberately
/// makes it blocking again and fills it can hold up the thread that signals it, so signal only from threads that serve that peer.
/// </remarks>
public sealed unsafe class EventFd : IDisposable
{
    private const int StreamChunk = 4096;
    private readonly bool _isSocket;
    private readonly bool _isStream;

    private EventFd(FileDescriptor descriptor, bool isSocket, bool isStream)
    {
        Descriptor = descriptor;
        _isSocket = isSocket;
        _isStream = isStream;
    }

    /// <summary>The descriptor, e.g. to pass to another process or to a <see cref="Poller"/>. Owned by this object.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Makes a new eventfd, non-blocking and close-on-exec.</summary>
    /// <param name="initial">The count that is pending from the start; at most 2^32 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initial"/> is larger than eventfd(2) takes.</exception>
    /// <exception cref="LinuxException">No descriptor is left (EMFILE).</exception>
    public static EventFd Create(ulong initial = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initial, uint.MaxValue);
        var number = Libc.EventFd((uint)initial, Libc.EventFdNonBlocking | Libc.EventFdCloseOnExec);
        return number >= 0 ? new EventFd(new FileDescriptor(number), false, false) : throw LinuxException.For(Libc.LastError, "eventfd");
    }

    /// <summary>
    /// Takes over a descriptor that somebody else made: an eventfd, a pipe's end or a socket. It belongs to the new object, and is closed
    /// if it is refused.
    /// </summary>
    /// <exception cref="ArgumentException">It is something else, e.g. a regular file; the message says what.</exception>
    /// <exception cref="LinuxException">The kernel refuses to tell what it is, or to make it non-blocking.</exception>
    public static EventFd FromDescriptor(FileDescriptor fd)
    {
        ArgumentNullException.ThrowIfNull(fd);
        try
        {
            var type = Libc.StatusOf(fd).Type;
            if (type is not (0 or Libc.TypeSocket or Libc.TypePipe) || (type == 0 && !IsEventFd(fd)))
            {
                throw new ArgumentException($"{fd} is {Describe(type)}: a signal is an eventfd, a pipe or a stream socket", nameof(fd));
            }

            var flags = Libc.Fcntl(fd, Libc.FcntlGetFlags, 0);
            if (flags < 0 || Libc.Fcntl(fd, Libc.FcntlSetFlags, flags | Libc.OpenNonBlocking) < 0)
            {
                throw LinuxException.For(Libc.LastError, "making a signal's descriptor non-blocking");
            }

            return new EventFd(fd, type == Libc.TypeSocket, type != 0);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Signals: writes the value 1 as 8 bytes. Never blocks. False if the signal could not be added, because so many are pending
    /// already that the reader will wake anyway, or because nobody is left to read (a pipe or socket whose other end is closed).
    /// </summary>
    /// <exception cref="LinuxException">Any other failure, e.g. the wrong end of a pipe (EBADF).</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public bool Signal()
    {
        ulong one = 1;
        while (true)
        {
            if (!CanGoOn(Libc.PollWritable)) return false;
            var written = _isSocket
                ? Libc.Send(Descriptor, &one, sizeof(ulong), Libc.MessageDoNotWait | Libc.MessageNoSignal)
                : Libc.Write(Descriptor, &one, sizeof(ulong));
            if (written >= 0) return written == sizeof(ulong);
            switch (Libc.LastError)
            {
                case ErrorNumber.Interrupted:
                    continue;
                case ErrorNumber.TryAgain or ErrorNumber.BrokenPipe or ErrorNumber.ConnectionReset or ErrorNumber.NotConnected:
                    return false;
                default:
                    throw LinuxException.For(Libc.LastError, "signalling an eventfd");
            }
        }
    }

    /// <summary>
    /// Takes what is pending, without blocking; false if nothing was. Of a pipe or socket at most 4 KiB are taken at once, so that a
    /// flooding peer cannot keep the reader: what is left keeps the descriptor readable.
    /// </summary>
    /// <param name="count">
    /// The eventfd's count; of a pipe or socket the number of 8-byte words that came, at least 1. 0 if nothing was pending.
    /// </param>
    /// <exception cref="LinuxException">A failure other than having nothing to read.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public bool TryConsume(out ulong count) => TryConsume(out count, out _);

    /// <summary>Waits until a signal is pending and takes it; false if <paramref name="timeout"/> passed first.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero only looks.</param>
    /// <exception cref="SocketClosedException">It is a pipe or socket, and its other end is closed: no signal will ever come.</exception>
    /// <exception cref="LinuxException">A failure of poll(2) or read(2).</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public bool Wait(TimeSpan timeout)
    {
        var deadline = Deadline.After(timeout);
        while (true)
        {
            if (TryConsume(out _, out var ended)) return true;
            if (ended) throw new SocketClosedException("the other end of a signal's pipe or socket is closed");
            if (!Readiness.Wait(Descriptor, Libc.PollReadable, deadline)) return false;
        }
    }

    /// <summary>Closes the descriptor.</summary>
    public void Dispose() => Descriptor.Dispose();

    private bool TryConsume(out ulong count, out bool ended)
    {
        ended = false;
        var chunk = stackalloc byte[_isStream ? StreamChunk : sizeof(ulong)];
        var capacity = (nuint)(_isStream ? StreamChunk : sizeof(ulong));
        while (true)
        {
            if (!CanGoOn(Libc.PollReadable))
            {
                count = 0;
                return false;
            }

            var got = _isSocket ? Libc.Receive(Descriptor, chunk, capacity, Libc.MessageDoNotWait) : Libc.Read(Descriptor, chunk, capacity);
            if (got > 0)
            {
                count = _isStream ? Math.Max(1, (ulong)got / sizeof(ulong)) : *(ulong*)chunk;
                return true;
            }

            count = 0;
            if (got == 0)
            {
                ended = true;
                return false;
            }

            switch (Libc.LastError)
            {
                case ErrorNumber.Interrupted:
                    continue;
                case ErrorNumber.ConnectionReset:
                    ended = true;
                    return false;
                case ErrorNumber.TryAgain:
                    return false;
                default:
                    throw LinuxException.For(Libc.LastError, "reading an eventfd");
            }
        }
    }

    // O_NONBLOCK belongs to the open file, which whoever passed the descriptor still has: it can take the flag away again, and a write to a
    // full eventfd would then wait for ever. So the call is made only where it would not wait. Sockets are told with each call.
    private bool CanGoOn(short wanted)
    {
        if (_isSocket || Readiness.Wait(Descriptor, wanted, Deadline.After(TimeSpan.Zero))) return true;
        var flags = Libc.Fcntl(Descriptor, Libc.FcntlGetFlags, 0);
        return flags >= 0 && (flags & Libc.OpenNonBlocking) != 0;
    }

    // Anonymous files have no type of their own in stat(2): timerfd, epoll and others look the same there, but not by name.
    private static bool IsEventFd(FileDescriptor fd)
    {
        var target = new FileInfo($"/proc/self/fd/{fd.Number}").LinkTarget;
        return target is null || target.StartsWith("anon_inode:[eventfd", StringComparison.Ordinal);
    }

    private static string Describe(int type) => type switch
    {
        Libc.TypeRegular => "a regular file",
        0x4000 => "a directory",
        0x2000 => "a character device",
        0x6000 => "a block device",
        _ => "another kind of file",
    };
}
