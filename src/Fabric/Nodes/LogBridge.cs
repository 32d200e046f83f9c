using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLogLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace CameraFabric.Fabric.Nodes;

/// <summary>Passes what Akka logs on to the program's logger. Named in reference.conf.</summary>
public sealed partial class LogBridge : UntypedActor
{
    private readonly ILoggerFactory? _loggers = Context.System.Settings.Setup.Get<NodeSetup>() is { HasValue: true } setup
        ? setup.Value.Loggers : null;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent entry when _loggers is not null:
                Write(_loggers.CreateLogger($"Akka.{entry.LogClass.Name}"), LevelOf(entry.LogLevel()), entry.LogSource,
                    entry.ToString() ?? "", entry.Cause);
                break;
        }
    }

    private static Level LevelOf(AkkaLogLevel level) => level switch
    {
        AkkaLogLevel.DebugLevel => Level.Debug,
        AkkaLogLevel.InfoLevel => Level.Information,
        AkkaLogLevel.WarningLevel => Level.Warning,
        _ => Level.Error,
    };

    [LoggerMessage(Message = "{Source}: {Text}")]
    private static partial void Write(ILogger logger, Level level, string source, string text, Exception? exception);
}
