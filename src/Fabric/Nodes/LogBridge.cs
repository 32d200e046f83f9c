using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLogLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace CameraFabric.Fabric.Nodes;

/// <summary>Passes what Akka logs on to the program's logger. Named in reference.conf.</summary>
public sealed partial class LogBridge : UntypedActor
{
    // Akka refuses a caller without a certificate itself, and shows the stack of each handshake that failed. NodeTls is not asked then.
    private const string NoCertificate = "Mutual TLS required but client did not provide a certificate from ";
    private const string NoHandshake = "TLS handshake failed on channel";

    private readonly ILogger? _logger = LoggerOf("Akka");
    private readonly ILogger? _tls = LoggerOf("CameraFabric.Tls");

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent entry when _logger is not null:
                Pass(_logger, entry, entry.Message?.ToString() ?? "");
                break;
        }
    }

    private static ILogger? LoggerOf(string category) =>
        Context.System.Settings.Setup.Get<NodeSetup>() is { HasValue: true } setup ? setup.Value.Loggers.CreateLogger(category) : null;

    private void Pass(ILogger logger, LogEvent entry, string text)
    {
        if (text.StartsWith(NoCertificate, StringComparison.Ordinal))
            LogRefused(_tls!, text[NoCertificate.Length..]);
        else if (text.StartsWith(NoHandshake, StringComparison.Ordinal))
            Write(logger, Level.Debug, entry.LogSource, text, entry.Cause);
        else
            Write(logger, LevelOf(entry.LogLevel()), entry.LogSource, text, entry.Cause);
    }

    // What Akka tells of its own running is for those who look into it; what it means for the fabric, the fabric says itself.
    private static Level LevelOf(AkkaLogLevel level) => level switch
    {
        AkkaLogLevel.DebugLevel => Level.Trace,
        AkkaLogLevel.InfoLevel => Level.Debug,
        AkkaLogLevel.WarningLevel => Level.Warning,
        _ => Level.Error,
    };

    [LoggerMessage(Level = Level.Warning, Message = "the node at {From} is refused: it shows no certificate")]
    private static partial void LogRefused(ILogger logger, string from);

    [LoggerMessage(Message = "{Source}: {Text}")]
    private static partial void Write(ILogger logger, Level level, string source, string text, Exception? exception);
}
