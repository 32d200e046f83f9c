using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>What a test actor has received and the test has not yet taken.</summary>
internal sealed class TestMailbox
{
    private readonly ConcurrentQueue<Envelope> _messages = new();
    private readonly SemaphoreSlim _available = new(0);

    public bool HasMessages => !_messages.IsEmpty;

    public void Add(Envelope envelope)
    {
        _messages.Enqueue(envelope);
        _available.Release();
    }

    public bool TryTake(TimeSpan timeout, CancellationToken cancellation, out Envelope envelope)
    {
        envelope = default;
        return _available.Wait(Bounded(timeout), cancellation) && _messages.TryDequeue(out envelope);
    }

    public async ValueTask<Envelope?> TakeAsync(TimeSpan timeout, CancellationToken cancellation) =>
        await _available.WaitAsync(Bounded(timeout), cancellation) && _messages.TryDequeue(out var envelope) ? envelope : null;

    // Negative means for ever, as Timeout.InfiniteTimeSpan does.
    private static TimeSpan Bounded(TimeSpan timeout) => timeout < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout;
}
