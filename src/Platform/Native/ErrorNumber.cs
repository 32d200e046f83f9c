namespace CameraFabric.Platform.Native;

/// <summary>The error numbers of Linux that this floor tells apart or names in messages (<c>asm-generic/errno.h</c>).</summary>
internal static class ErrorNumber
{
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int NoEntry = 2;
    public const int Invalid = 22;
    public const int BrokenPipe = 32;
    public const int Overflow = 75;
    public const int MessageTooLong = 90;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NotConnected = 107;
    public const int ConnectionRefused = 111;

    /// <summary>The name that the manual pages use, e.g. <c>ENOMEM</c>; <c>errno 133</c> for one that is not listed.</summary>
    public static string NameOf(int number) => number switch
    {
        1 => "EPERM",
        2 => "ENOENT",
        3 => "ESRCH",
        4 => "EINTR",
        5 => "EIO",
        6 => "ENXIO",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        14 => "EFAULT",
        16 => "EBUSY",
        17 => "EEXIST",
        19 => "ENODEV",
        20 => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        25 => "ENOTTY",
        26 => "ETXTBSY",
        27 => "EFBIG",
        28 => "ENOSPC",
        30 => "EROFS",
        32 => "EPIPE",
        36 => "ENAMETOOLONG",
        38 => "ENOSYS",
        40 => "ELOOP",
        75 => "EOVERFLOW",
        88 => "ENOTSOCK",
        90 => "EMSGSIZE",
        91 => "EPROTOTYPE",
        95 => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        98 => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        106 => "EISCONN",
        107 => "ENOTCONN",
        109 => "ETOOMANYREFS",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        _ => $"errno {number}",
    };
}
