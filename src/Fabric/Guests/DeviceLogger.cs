using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// The log of one guest's device: within its budget of lines, and with the device's name before lines of those who do not know it. Errors,
/// which are the node's own, and what is below Information pass as they are. Thread-safe.
/// </summary>
/// <param name="inner">Where the lines go.</param>
/// <param name="budget">How many there may be.</param>
/// <param name="device">The device's name.</param>
internal sealed partial class DeviceLogger(ILogger inner, LineBudget budget, string device) : ILogger
{
    /// <summary>Whether the lines do not have the device's name and get it here.</summary>
    public bool SaysName { get; init; }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel)) return;
        if (logLevel is LogLevel.Information or LogLevel.Warning)
        {
            if (!budget.TryTake(out var leftOut)) return;
            Tell(leftOut);
        }

        inner.Log(logLevel, eventId, state, exception, !SaysName ? formatter : (s, e) => $"{device}: {formatter(s, e)}");
    }

    /// <summary>Tells what was left out, if it is time to.</summary>
    public void Summarize() => Tell(budget.TakeLeftOut());

    private void Tell(long leftOut)
    {
        if (leftOut > 0) LogLeftOut(inner, device, leftOut);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: {Count} more lines about it were left out")]
    private static partial void LogLeftOut(ILogger logger, string device, long count);
}
