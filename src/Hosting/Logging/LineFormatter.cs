using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CameraFabric.Hosting.Logging;

/// <summary>
/// An event as one line: <c>2026-01-31T10:00:00.000Z warn Cameras: camera front: ...</c>; in a cluster with the node's name before the
/// category: <c>... warn front-soc Cameras: ...</c>. An exception's stack follows on lines of its own.
/// </summary>
internal sealed class LineFormatter(TimeProvider time, string? node = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private const string Family = "CameraFabric.";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var category = logEntry.Category.StartsWith(Family, StringComparison.Ordinal) ? logEntry.Category[Family.Length..] : logEntry.Category;
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(node is null ? $" {Word(logEntry.LogLevel)} {category}: " : $" {Word(logEntry.LogLevel)} {node} {category}: ");
        // Messages quote what guests and files say: nothing in them may begin a line or steer the terminal.
        foreach (var character in logEntry.Formatter(logEntry.State, logEntry.Exception)) textWriter.Write(char.IsControl(character) ? ' ' : character);
        textWriter.WriteLine();
        if (logEntry.Exception is { } exception) textWriter.WriteLine(exception.ToString());
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
