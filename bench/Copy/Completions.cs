using Akka.Actor;
using CameraFabric.Device.Delivery;

namespace CameraFabric.Bench.Copy;

/// <summary>Stands where sessions' actors stand: takes what the delivery thread has completed, for the bench to wait for.</summary>
internal sealed class Completions : MinimalActorRef
{
    private readonly object _gate = new();
    private readonly Queue<FrameRequest> _completed = new(64);

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "bench";

    public override IActorRefProvider Provider => throw new NotSupportedException("nobody looks the bench up");

    /// <summary>Waits for the next one.</summary>
    public FrameRequest Take()
    {
        lock (_gate)
        {
            while (_completed.Count == 0) Monitor.Wait(_gate);
            return _completed.Dequeue();
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is not FrameRequest request) throw new InvalidOperationException($"a frame was not delivered: {message}");
        lock (_gate)
        {
            _completed.Enqueue(request);
            Monitor.Pulse(_gate);
        }
    }
}
