using Akka.Configuration;
using Akka.Dispatch;

namespace CameraFabric.Fabric.Dispatch;

/// <summary>
/// Makes a <see cref="DedicatedExecutor"/> for a dispatcher whose <c>executor</c> names this type; <c>dedicated-executor.threads</c> says
/// how many threads it gets.
/// </summary>
/// <param name="config">The dispatcher's configuration.</param>
/// <param name="prerequisites">What Akka gives to every configurator.</param>
public sealed class DedicatedExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : ExecutorServiceConfigurator(config, prerequisites)
{
    /// <inheritdoc/>
    public override ExecutorService Produce(string id) =>
        new DedicatedExecutor(id, Math.Clamp(Config.GetInt("dedicated-executor.threads", 1), 1, 64));
}
