using CameraFabric.Fabric.Accounting;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>Tells of refused connections, so that a flood of them does not fill the log: what is left out is counted. Thread-safe.</summary>
/// <param name="time">What time it is.</param>
/// <param name="logger">The log.</param>
internal sealed partial class RefusalLog(TimeProvider time, ILogger logger)
{
    private const int LinesPerSecond = 1;
    private const int LinesAtOnce = 20;
    private readonly TokenBucket _lines = new(LinesPerSecond, LinesAtOnce);
    private readonly long _start = time.GetTimestamp();
    private long _leftOut;

    /// <summary>One was refused.</summary>
    /// <param name="peer">Where it came from.</param>
    /// <param name="reason">Why, for people.</param>
    public void Add(string peer, string reason)
    {
        var now = (long)time.GetElapsedTime(_start).TotalNanoseconds;
        if (_lines.IsEmpty(now))
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        _lines.Take(now, 1);
        LogRefused(peer, reason, Interlocked.Exchange(ref _leftOut, 0));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "links: {Peer} is refused: {Reason} ({LeftOut} more were refused without a line)")]
    private partial void LogRefused(string peer, string reason, long leftOut);
}
