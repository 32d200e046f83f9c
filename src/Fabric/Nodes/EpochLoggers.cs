using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>
/// Loggers of one camera in a rig with nodes: each line ends with the epoch of the camera's placement, so that lines of an earlier home can
/// be told from those of a later one. The node's name stands in each line already.
/// </summary>
/// <param name="loggers">The node's loggers.</param>
/// <param name="epoch">The epoch now; 0 while there is none, which is not written.</param>
internal sealed class EpochLoggers(ILoggerFactory loggers, Func<uint> epoch) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new EpochLogger(loggers.CreateLogger(categoryName), epoch);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <summary>The node's loggers are the node's: they stay.</summary>
    public void Dispose()
    {
    }

    private sealed class EpochLogger(ILogger inner, Func<uint> epoch) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var now = epoch();
            inner.Log(logLevel, eventId, state, exception, (entry, error) => WithEpoch(formatter(entry, error), now));
        }

        // Some messages are about the epoch, and have it where it belongs.
        private static string WithEpoch(string text, uint epoch) =>
            epoch == 0 || text.Contains($"epoch {epoch}", StringComparison.Ordinal) ? text : $"{text} (epoch {epoch})";
    }
}
