using Akka.Event;

namespace Akka.TestKit;

/// <summary>Describes the log events that a test expects.</summary>
public class EventFilterFactory
{
    private readonly TestKitBase _kit;

    internal EventFilterFactory(TestKitBase kit) => _kit = kit;

    /// <summary>Expects debug lines.</summary>
    /// <param name="message">The whole text; null for any.</param>
    /// <param name="start">How the text begins; null for any.</param>
    /// <param name="contains">What is in the text; null for any.</param>
    /// <param name="source">Whose line it is; null for any.</param>
    /// <returns>What can be expected of them.</returns>
    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Debug>(message, start, contains, source);

    /// <summary>Expects informational lines.</summary>
    /// <inheritdoc cref="Debug" />
    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Info>(message, start, contains, source);

    /// <summary>Expects warnings.</summary>
    /// <inheritdoc cref="Debug" />
    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Warning>(message, start, contains, source);

    /// <summary>Expects errors.</summary>
    /// <inheritdoc cref="Debug" />
    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Error>(message, start, contains, source);

    /// <summary>Expects errors that carry an exception.</summary>
    /// <typeparam name="TException">Its class.</typeparam>
    /// <param name="message">The whole text of the line or of the exception; null for any.</param>
    /// <param name="start">How that text begins; null for any.</param>
    /// <param name="contains">What is in that text; null for any.</param>
    /// <param name="source">Whose line it is; null for any.</param>
    /// <returns>What can be expected of them.</returns>
    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null,
        string? source = null) where TException : Exception =>
        new EventFilterApplier(_kit, typeof(Error), e => e is Error { Cause: TException cause } error && IsFrom(error, source)
            && (Fits(cause.Message, message, start, contains) || Fits(error.Message?.ToString(), message, start, contains)));

    private EventFilterApplier Of<TEvent>(string? message, string? start, string? contains, string? source) where TEvent : LogEvent =>
        new(_kit, typeof(TEvent), e =>
            e is TEvent line && IsFrom(line, source) && Fits(line.Message?.ToString(), message, start, contains));

    private static bool IsFrom(LogEvent line, string? source) =>
        source is null || line.LogSource.StartsWith(source, StringComparison.Ordinal);

    private static bool Fits(string? text, string? message, string? start, string? contains)
    {
        text ??= "";
        return (message is null || text == message)
            && (start is null || text.StartsWith(start, StringComparison.Ordinal))
            && (contains is null || text.Contains(contains, StringComparison.Ordinal));
    }
}
