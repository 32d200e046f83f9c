using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLogLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace CameraFabric.Fabric.Nodes;

/// <summary>Passes what Akka logs on to the program's logger. Named in reference.conf.</summary>
public sealed partial class LogBridge : UntypedActor
{
    private readonly ILogger? _logger = Context.System.Settings.Setup.Get<NodeSetup>() is { HasValue: true } setup
        ? setup.Value.Loggers.CreateLogger("Akka") : null;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent entry when _logger is not null:
                Write(_logger, LevelOf(entry.LogLevel()), entry.LogSource, entry.Message?.ToString() ?? "", entry.Cause);
                break;
        }
    }

    // What Akka tells of its own running is for those who look into it; what it means for the fabric, the fabric says itself.
    private static Level LevelOf(AkkaLogLevel level) => level switch
    {
        AkkaLogLevel.DebugLevel => Level.Trace,
        AkkaLogLevel.InfoLevel => Level.Debug,
        AkkaLogLevel.WarningLevel => Level.Warning,
        _ => Level.Error,
    };

    [LoggerMessage(Message = "{Source}: {Text}")]
    private static partial void Write(ILogger logger, Level level, string source, string text, Exception? exception);
}
