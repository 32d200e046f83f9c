using Akka.Actor;
using Xunit.Sdk;

namespace Akka.TestKit;

/// <summary>How many of the described log events an action must cause.</summary>
public interface IEventFilterApplier
{
    /// <summary>Runs an action, which must cause exactly one event.</summary>
    /// <param name="action">What to run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs an action, which must cause exactly one event.</summary>
    /// <param name="timeout">How long to wait for it; dilated.</param>
    /// <param name="action">What to run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs an action, which must cause a number of events.</summary>
    /// <param name="expectedCount">The number.</param>
    /// <param name="action">What to run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    /// <summary>Runs an action, which must cause a number of events.</summary>
    /// <param name="expectedCount">The number.</param>
    /// <param name="timeout">How long to wait for them; dilated.</param>
    /// <param name="action">What to run.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default);
}

internal sealed class EventFilterApplier(TestKitBase kit, Type channel, Predicate<object> fits) : IEventFilterApplier
{
    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Expect(1, timeout, action, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Expect(expectedCount, kit.TestKitSettings.TestEventFilterLeeway, action, cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default)
    {
        var bound = kit.Dilated(timeout);
        var counter = new Counter(kit.Sys, fits);
        kit.Sys.EventStream.Subscribe(counter, channel);
        try
        {
            action();
            for (var seen = 0; seen < expectedCount; seen++)
            {
                if (!counter.Seen.Wait(bound, cancellationToken))
                    throw new XunitException($"{seen} of {expectedCount} {channel.Name} events were logged within {bound}.");
            }
            var surplus = expectedCount == 0
                ? counter.Seen.Wait(kit.Dilated(kit.TestKitSettings.ExpectNoMessageDefault), cancellationToken)
                : counter.Seen.CurrentCount > 0;
            if (surplus) throw new XunitException($"More than {expectedCount} {channel.Name} events were logged.");
        }
        finally
        {
            kit.Sys.EventStream.Unsubscribe(counter);
        }
    }

    // A reference without an actor: it counts on the thread that logs, so that no mailbox lies between.
    private sealed class Counter(ActorSystem system, Predicate<object> fits) : MinimalActorRef
    {
        public SemaphoreSlim Seen { get; } = new(0);

        public override ActorPath Path { get; } =
            ((ExtendedActorSystem)system).Provider.RootPath / "event-filter" / Guid.NewGuid().ToString("N");

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (fits(message)) Seen.Release();
        }
    }
}
