using Akka;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>
/// Keeps a node alive whose call was answered by a stranger. Akka then begins its coordinated shutdown, which would end the caller: anybody
/// who answers at a peer's address could put nodes out that way. Here it waits in its first phase until the node itself stops. Whoever
/// is not believed is not talked to all the same; what a node without its peers may do is the fence's matter.
/// </summary>
internal sealed partial class ShutdownGate
{
    private readonly TaskCompletionSource<Done> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CoordinatedShutdown _shutdown;
    private readonly ILogger _logger;

    private ShutdownGate(ActorSystem system, ILogger logger) => (_shutdown, _logger) = (CoordinatedShutdown.Get(system), logger);

    /// <summary>Puts a gate before the end of a node's actors. <see cref="ClusterConfig"/> gives the phase its time.</summary>
    /// <param name="system">The actors.</param>
    /// <param name="logger">Where it says that it holds.</param>
    public static ShutdownGate Close(ActorSystem system, ILogger logger)
    {
        var gate = new ShutdownGate(system, logger);
        gate._shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "stop-of-the-node", gate.PassAsync);
        return gate;
    }

    /// <summary>The node stops: what Akka has begun may go on.</summary>
    public void Open() => _opened.TrySetResult(Done.Instance);

    private Task<Done> PassAsync()
    {
        // To leave in order is what a node does when it stops.
        if (_shutdown.ShutdownReason is CoordinatedShutdown.ClusterLeavingReason) Open();
        if (!_opened.Task.IsCompleted) LogHeld($"{_shutdown.ShutdownReason}");
        return _opened.Task;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Akka wants to end this node ({Reason}), which goes on. With `tls` that is a call which ended in "
        + "its handshake: whoever answered there is not talked to; check who listens at the rig's addresses, and their certificates")]
    private partial void LogHeld(string reason);
}
