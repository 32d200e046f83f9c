using Akka.Actor;
using Xunit.Sdk;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>Takes the next message, which must be of a class.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="duration">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Next<T>(RemainingOrDilated(duration), hint, cancellationToken);

    /// <summary>Takes the next message, which must equal another.</summary>
    /// <typeparam name="T">The class of both.</typeparam>
    /// <param name="message">What it must equal.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        var came = Next<T>(RemainingOrDilated(timeout), hint, cancellationToken);
        return Equals(came, message) ? came : throw new XunitException($"Expected {message}, and got {came}.{Hint(hint)}");
    }

    /// <summary>Takes the next message, which must be of a class and fulfil a condition.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="isMessage">The condition.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default)
    {
        var came = Next<T>(RemainingOrDilated(timeout), hint, cancellationToken);
        return isMessage(came)
            ? came
            : throw new XunitException($"Got a {typeof(T)} that does not fulfil the condition: {came}.{Hint(hint)}");
    }

    /// <summary>Takes the next message, which must be of a class and pass assertions.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="assert">The assertions.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default)
    {
        var came = Next<T>(RemainingOrDilated(timeout), hint, cancellationToken);
        assert(came);
        return came;
    }

    /// <summary>Takes the next message, which must be of a class and from an actor.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="sender">Who must have sent it.</param>
    /// <param name="duration">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null,
        CancellationToken cancellationToken = default)
    {
        var came = Next<T>(RemainingOrDilated(duration), hint, cancellationToken);
        return sender.Equals(LastSender)
            ? came
            : throw new XunitException($"Got {came} from {LastSender}, and not from {sender}.{Hint(hint)}");
    }

    /// <summary>Takes as many messages as are given, which must be those, in any order.</summary>
    /// <typeparam name="T">Their class.</typeparam>
    /// <param name="messages">What must come.</param>
    /// <returns>The messages, in the order of their arrival.</returns>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages)
    {
        var missing = messages.ToList();
        var came = Take(messages.Count, RemainingOrDefault, default);
        foreach (var message in came)
        {
            if (message is not T fitting || !missing.Remove(fitting))
                throw new XunitException($"Got {message}, which is none of {string.Join(", ", missing)}.");
        }
        return came.Cast<T>().ToList();
    }

    /// <summary>Fails if a message comes within <c>akka.test.expect-no-message-default</c>, or what is left of <c>Within</c>.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) =>
        None(RemainingOr(Dilated(TestKitSettings.ExpectNoMessageDefault)), cancellationToken);

    /// <summary>Fails if a message comes within some time.</summary>
    /// <param name="duration">The time; dilated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => None(Dilated(duration), cancellationToken);

    /// <summary>Fails if a message comes within some time.</summary>
    /// <param name="milliseconds">The time in milliseconds; dilated.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>Takes the next message, which must be the <see cref="Terminated"/> of a watched actor.</summary>
    /// <param name="target">The actor.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default)
    {
        var came = Next<Terminated>(RemainingOrDilated(timeout), hint, cancellationToken);
        return target.Equals(came.ActorRef) ? came : throw new XunitException($"{came.ActorRef} has ended, and not {target}.{Hint(hint)}");
    }

    private T Next<T>(TimeSpan timeout, string? hint, CancellationToken cancellation) =>
        Fitting<T>(TryTake(timeout, cancellation), timeout, hint);

    private T Fitting<T>(bool came, TimeSpan timeout, string? hint)
    {
        if (!came) throw new XunitException($"No message came within {timeout}; expected was a {typeof(T)}.{Hint(hint)}");
        return LastMessage is T message
            ? message
            : throw new XunitException(
                $"Expected a {typeof(T)}, and got a {LastMessage?.GetType()}: {LastMessage}, from {LastSender}.{Hint(hint)}");
    }

    private void None(TimeSpan duration, CancellationToken cancellation)
    {
        if (TryTake(duration, cancellation)) throw new XunitException($"Expected no message, and got {LastMessage} from {LastSender}.");
    }
}
