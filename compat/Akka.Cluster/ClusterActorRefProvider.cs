using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>Finds actors of all nodes; starts the cluster with the actor system.</summary>
/// <param name="systemName">The actor system's name.</param>
/// <param name="settings">Its settings.</param>
/// <param name="eventStream">Its event stream.</param>
internal sealed class ClusterActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    : RemoteActorRefProvider(systemName, settings, eventStream)
{
    private readonly Settings _settings = settings;

    public override void Init(ActorSystemImpl system)
    {
        _settings.InjectTopLevelFallback(ClusterSettings.Reference);
        base.Init(system);
        Cluster.Get(system);
    }

    protected override Props WatcherProps(RemoteSettings remote) => Props.Create(() => new ClusterRemoteWatcher(this, remote));
}
