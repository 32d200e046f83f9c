namespace CameraFabric.Platform;

/// <summary>What to wait for, or what was found (epoll_ctl(2)). <see cref="Error"/> and <see cref="HangUp"/> are always reported.</summary>
[Flags]
public enum PollEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading would not block (EPOLLIN): also at the end of a stream.</summary>
    Readable = 1,

    /// <summary>Writing would not block (EPOLLOUT).</summary>
    Writable = 4,

    /// <summary>The descriptor is in error, or the reading end of a pipe is closed (EPOLLERR).</summary>
    Error = 8,

    /// <summary>Both directions are closed (EPOLLHUP): nothing more will come, and the descriptor should be removed.</summary>
    HangUp = 0x10,

    /// <summary>The peer of a stream socket has closed at least its sending side (EPOLLRDHUP).</summary>
    PeerClosed = 0x2000,

    /// <summary>
    /// To wait for only: told once for each time that something happens (EPOLLET), not for as long as it is the case. What is left unread
    /// is not told of again until more comes.
    /// </summary>
    OnChange = 0x8000_0000,
}

/// <summary>One descriptor that <see cref="Poller.Wait"/> found ready.</summary>
/// <param name="Token">What was given to <see cref="Poller.Add"/>.</param>
/// <param name="Events">What is the case.</param>
public readonly record struct PollResult(long Token, PollEvents Events);
