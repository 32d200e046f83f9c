using Akka.Actor;
using Akka.Actor.Internal;

namespace Akka.TestKit;

/// <summary>
/// Keeps the test actor as the implicit sender of what an asynchronous test tells after an await, on whatever thread it goes on.
/// </summary>
internal sealed class ImplicitSenderContext(ActorCell cell, SynchronizationContext? inner) : SynchronizationContext
{
    public SynchronizationContext? Inner => inner;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (inner is null) ThreadPool.QueueUserWorkItem(_ => Run(d, state));
        else inner.Post(_ => Run(d, state), null);
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (inner is null) Run(d, state);
        else inner.Send(_ => Run(d, state), null);
    }

    public override SynchronizationContext CreateCopy() => new ImplicitSenderContext(cell, inner);

    private void Run(SendOrPostCallback d, object? state)
    {
        var sender = InternalCurrentActorCellKeeper.Current;
        var context = Current;
        InternalCurrentActorCellKeeper.Current = cell;
        SetSynchronizationContext(this);
        try
        {
            d(state);
        }
        finally
        {
            SetSynchronizationContext(context);
            InternalCurrentActorCellKeeper.Current = sender;
        }
    }
}
