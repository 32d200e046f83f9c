using Akka.Actor;
using Xunit.Sdk;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    // Short against every time a person notices, long against a context switch.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="conditionIsFulfilled">The condition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="conditionIsFulfilled">The condition.</param>
    /// <param name="max">How long to wait; dilated. Null for the default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="conditionIsFulfilled">The condition.</param>
    /// <param name="max">How long to wait; dilated. Null for the default.</param>
    /// <param name="interval">How often to look.</param>
    /// <param name="message">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null,
        CancellationToken cancellationToken = default)
    {
        var bound = RemainingOrDilated(max);
        var end = Clock + bound;
        while (!conditionIsFulfilled())
        {
            if (Clock >= end) throw new XunitException($"The condition did not hold within {bound}.{Hint(message)}");
            cancellationToken.WaitHandle.WaitOne(interval ?? Poll);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Repeats assertions until they pass; the last failure is the failure.</summary>
    /// <param name="assertion">The assertions.</param>
    /// <param name="duration">How long to repeat; dilated. Null for the default.</param>
    /// <param name="interval">How often to repeat.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
    {
        var end = Clock + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                assertion();
                return;
            }
            catch (Exception) when (Clock < end)
            {
                cancellationToken.WaitHandle.WaitOne(interval ?? Poll);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Takes the next message, which must be of a class.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="duration">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public async ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null,
        CancellationToken cancellationToken = default)
    {
        var timeout = RemainingOrDilated(duration);
        return Fitting<T>(await TryTakeAsync(timeout, cancellationToken), timeout, hint);
    }

    /// <summary>Takes the next message, which must be of a class and fulfil a condition.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="isMessage">The condition.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public async ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default)
    {
        var came = await ExpectMsgAsync<T>(timeout, hint, cancellationToken);
        return isMessage(came)
            ? came
            : throw new XunitException($"Got a {typeof(T)} that does not fulfil the condition: {came}.{Hint(hint)}");
    }

    /// <summary>Takes the next message, which must be the <see cref="Terminated"/> of a watched actor.</summary>
    /// <param name="target">The actor.</param>
    /// <param name="timeout">How long to wait; dilated. Null for the default.</param>
    /// <param name="hint">Added to a failure.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message.</returns>
    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectMsgAsync<Terminated>(t => target.Equals(t.ActorRef), timeout, hint, cancellationToken);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="conditionIsFulfilled">The condition.</param>
    /// <param name="max">How long to wait; dilated. Null for the default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When it holds.</returns>
    public async Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max = null,
        CancellationToken cancellationToken = default)
    {
        var bound = RemainingOrDilated(max);
        var end = Clock + bound;
        while (!await conditionIsFulfilled())
        {
            if (Clock >= end) throw new XunitException($"The condition did not hold within {bound}.");
            await Task.Delay(Poll, cancellationToken);
        }
    }
}
