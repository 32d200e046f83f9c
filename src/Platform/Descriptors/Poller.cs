using System.Runtime.InteropServices;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// Waits for any of many descriptors (epoll(7), level-triggered unless <see cref="PollEvents.OnChange"/> is asked for). Adding, removing
/// and waking are allowed from any thread while one waits. Allocates nothing while waiting.
/// </summary>
public sealed unsafe class Poller : IDisposable
{
    private const long WakeToken = long.MinValue;
    private const int MaximumPerWait = 64;

    // struct epoll_event is packed on x86-64 alone: there the 64 bits of user data follow the 32 bits of events directly.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int TokenOffset = IsPacked ? 4 : 8;

    private readonly EventFd _wake;

    /// <summary>Makes a poller that waits for nothing yet.</summary>
    /// <exception cref="LinuxException">No descriptor is left (EMFILE).</exception>
    public Poller()
    {
        var number = Libc.EpollCreate(Libc.EpollCloseOnExec);
        if (number < 0) throw LinuxException.For(Libc.LastError, "epoll_create1");
        Descriptor = new FileDescriptor(number);
        try
        {
            _wake = EventFd.Create();
            Control(Libc.EpollAdd, _wake.Descriptor, PollEvents.Readable, WakeToken);
        }
        catch
        {
            _wake?.Dispose();
            Descriptor.Dispose();
            throw;
        }
    }

    /// <summary>The epoll instance itself.</summary>
    internal FileDescriptor Descriptor { get; }

    /// <summary>
    /// Begins to wait for a descriptor. It must be removed before it is closed: a duplicate of it elsewhere would keep it watched.
    /// </summary>
    /// <param name="fd">The descriptor; not a regular file.</param>
    /// <param name="events">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> come unasked.</param>
    /// <param name="token">What <see cref="PollResult.Token"/> shall say; any value but <see cref="long.MinValue"/>.</param>
    /// <exception cref="ArgumentException">The token is the reserved one.</exception>
    /// <exception cref="LinuxException">It is added already (EEXIST), or cannot be waited for (EPERM).</exception>
    public void Add(FileDescriptor fd, PollEvents events, long token) => Control(Libc.EpollAdd, fd, events, Checked(token));

    /// <summary>Changes what is waited for, and the token, of a descriptor that was added.</summary>
    /// <exception cref="ArgumentException">The token is the reserved one.</exception>
    /// <exception cref="LinuxException">It was not added (ENOENT).</exception>
    public void Modify(FileDescriptor fd, PollEvents events, long token) => Control(Libc.EpollModify, fd, events, Checked(token));

    /// <summary>
    /// Stops waiting for a descriptor. A <see cref="Wait"/> that runs at this moment on another thread may still report it.
    /// </summary>
    /// <exception cref="LinuxException">It was not added (ENOENT).</exception>
    public void Remove(FileDescriptor fd) => Control(Libc.EpollRemove, fd, PollEvents.None, 0);

    /// <summary>
    /// Waits until a descriptor is ready, <see cref="Wake"/> is called or the time has passed. Interruptions by signals are waited through.
    /// </summary>
    /// <param name="results">
    /// Where to tell what is ready; at least one place, at most 64 are used. What does not fit is told next time.
    /// </param>
    /// <param name="timeout">
    /// How long at most, rounded up to milliseconds; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero only looks.
    /// </param>
    /// <returns>How many results were written; 0 after <see cref="Wake"/> alone or when the time has passed.</returns>
    /// <exception cref="ArgumentException"><paramref name="results"/> is empty.</exception>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public int Wait(Span<PollResult> results, TimeSpan timeout)
    {
        if (results.IsEmpty) throw new ArgumentException("there must be room for at least one result", nameof(results));
        var deadline = Deadline.After(timeout);

        // Never more than can be told: what the kernel hands out goes to the end of its row, so that leaving some out would starve them.
        var capacity = Math.Min(results.Length, MaximumPerWait);
        var events = stackalloc byte[capacity * EventSize];
        while (true)
        {
            var found = Libc.EpollWait(Descriptor, events, capacity, deadline.RemainingMilliseconds);
            if (found >= 0) return Report(events, found, results);
            if (Libc.LastError != ErrorNumber.Interrupted) throw LinuxException.For(Libc.LastError, "epoll_wait");
        }
    }

    /// <summary>
    /// Makes the running <see cref="Wait"/>, or else the next one, return. Any thread; any number of calls before that count as one.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The poller is disposed.</exception>
    public void Wake() => _wake.Signal();

    /// <summary>
    /// Ends the poller; the descriptors added stay open. No thread may be in <see cref="Wait"/>: <see cref="Wake"/> it first.
    /// </summary>
    public void Dispose()
    {
        Descriptor.Dispose();
        _wake.Dispose();
    }

    private static long Checked(long token) =>
        token != WakeToken ? token : throw new ArgumentException("the token long.MinValue is the poller's own", nameof(token));

    private int Report(byte* events, int found, Span<PollResult> results)
    {
        var told = 0;
        for (var i = 0; i < found; i++)
        {
            var each = events + (i * EventSize);
            var token = *(long*)(each + TokenOffset);
            if (token == WakeToken) _wake.TryConsume(out _);
            else results[told++] = new PollResult(token, *(PollEvents*)each);
        }

        return told;
    }

    private void Control(int operation, FileDescriptor fd, PollEvents events, long token)
    {
        ArgumentNullException.ThrowIfNull(fd);
        var interest = stackalloc byte[EventSize];
        *(PollEvents*)interest = events;
        *(long*)(interest + TokenOffset) = token;
        if (Libc.EpollControl(Descriptor, operation, fd, interest) < 0) throw LinuxException.For(Libc.LastError, $"epoll_ctl on {fd}");
    }
}
