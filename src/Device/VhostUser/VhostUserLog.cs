using Microsoft.Extensions.Logging;

namespace CameraFabric.Device.VhostUser;

internal static partial class VhostUserLog
{
    [LoggerMessage(1, LogLevel.Debug, "Front-end says {Request}, {Bytes} bytes, {Descriptors} descriptors")]
    public static partial void Received(this ILogger logger, string request, uint bytes, int descriptors);

    [LoggerMessage(2, LogLevel.Warning, "Refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Debug, "Queue {Index} runs: {Size} entries from {Base}, {InFlight} in flight, features 0x{Features:x}")]
    public static partial void QueueStarted(this ILogger logger, int index, int size, ushort @base, int inFlight, ulong features);

    [LoggerMessage(4, LogLevel.Debug, "Queue {Index} stopped at {Base}")]
    public static partial void QueueStopped(this ILogger logger, int index, ushort @base);

    [LoggerMessage(5, LogLevel.Error, "The memory under a stopped queue stays mapped: {Reason}")]
    public static partial void StopTimedOut(this ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Information, "Connection ended ({Reason}): {Message}")]
    public static partial void Ended(this ILogger logger, VhostUserEndReason reason, string message);

    [LoggerMessage(7, LogLevel.Warning, "Queue {Index}: the other end of its kicks is closed; only in-band kicks are heard from now on")]
    public static partial void KickClosed(this ILogger logger, int index);

    [LoggerMessage(9, LogLevel.Warning,
        "{Reason}. A front-end that shrinks its memory file while it is mapped ends this process; require-sealed-memory refuses such files")]
    public static partial void Unguarded(this ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Information, "The front-end closed the back-end's channel: {Reason}")]
    public static partial void ChannelClosed(this ILogger logger, string reason);
}
