using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace CameraFabric.Hosting.Logging;

/// <summary>Logs: one line an event on the error stream, so that the output stream stays the command's own.</summary>
internal static class Logs
{
    public static ILoggerFactory ToErrorStream(LogLevel least, string? node = null) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(least);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = LineFormatter.FormatterName;
        });
        logging.Services.AddSingleton<ConsoleFormatter>(new LineFormatter(TimeProvider.System, node));
    });
}
