using Xunit.Sdk;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>Takes the next message.</summary>
    /// <param name="max">How long to wait; null for the default, negative for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message; null when there was none in time.</returns>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        TryTake(max ?? RemainingOrDefault, cancellationToken) ? LastMessage : null;

    /// <summary>Takes a number of messages.</summary>
    /// <param name="numberOfMessages">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The messages, in the order of their arrival.</returns>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Take(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <summary>Takes a number of messages.</summary>
    /// <param name="numberOfMessages">How many.</param>
    /// <param name="max">How long to wait for all; dilated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The messages, in the order of their arrival.</returns>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Take(numberOfMessages, Dilated(max), cancellationToken);

    /// <summary>Takes messages until there is the right one, and drops those before.</summary>
    /// <typeparam name="T">The right class; any other is dropped as well.</typeparam>
    /// <param name="isMessage">Whether this is the one.</param>
    /// <param name="max">How long to wait for it; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The right message.</returns>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string? hint = "",
        CancellationToken cancellationToken = default)
    {
        var bound = RemainingOrDilated(max);
        var end = Clock + bound;
        var dropped = 0;
        while (TryTake(Until(end), cancellationToken))
        {
            if (LastMessage is T message && isMessage(message)) return message;
            dropped++;
        }
        throw new XunitException($"No fitting message of {typeof(T)} came within {bound}; {dropped} others did.{Hint(hint)}");
    }

    /// <summary>Takes messages until there is the right one, and drops those before.</summary>
    /// <param name="isMessage">Whether this is the one.</param>
    /// <param name="max">How long to wait for it; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The right message.</returns>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string? hint = "",
        CancellationToken cancellationToken = default) => FishForMessage<object>(isMessage, max, hint, cancellationToken);

    private static TimeSpan Until(TimeSpan end) => end > Clock ? end - Clock : TimeSpan.Zero;

    private List<object> Take(int count, TimeSpan bound, CancellationToken cancellation)
    {
        var end = Clock + bound;
        var taken = new List<object>(count);
        while (taken.Count < count)
        {
            if (!TryTake(Until(end), cancellation))
                throw new XunitException($"{taken.Count} of {count} messages came within {bound}: {string.Join(", ", taken)}.");
            taken.Add(LastMessage!);
        }
        return taken;
    }

    private bool TryTake(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!_mailbox.TryTake(timeout, cancellation, out var envelope)) return false;
        _last = envelope;
        return true;
    }

    private async ValueTask<bool> TryTakeAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        if (await _mailbox.TakeAsync(timeout, cancellation) is not { } envelope) return false;
        _last = envelope;
        return true;
    }
}
