using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// A ring is to stop, or the whole device to begin anew: the connection's thread waits, for a bounded time, until the actors have given
/// everything
/// back. Travels through the virtqueue's actor to the session's, behind whatever was popped before. Thread-safe.
/// </summary>
/// <param name="queue">The ring; null for the whole device.</param>
internal sealed class QueueStop(Virtqueue? queue)
{
    private readonly ManualResetEventSlim _done = new();

    /// <summary>The ring; null for the whole device.</summary>
    public Virtqueue? Queue { get; } = queue;

    /// <summary>All is given back, or nobody is left who could.</summary>
    public void Done() => _done.Set();

    /// <summary>Waits. For the connection's thread.</summary>
    /// <param name="timeout">How long.</param>
    /// <returns>Whether all was given back in time.</returns>
    public bool Wait(TimeSpan timeout) => _done.Wait(timeout);
}
