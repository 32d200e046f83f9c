using Akka.Actor.Setup;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>What a node gives its actor system besides configuration.</summary>
/// <param name="loggers">Where the node logs.</param>
public sealed class NodeSetup(ILoggerFactory loggers) : Setup
{
    /// <summary>Where the node logs.</summary>
    public ILoggerFactory Loggers { get; } = loggers;
}
