using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Event;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote;

/// <summary>Finds actors here and elsewhere. All that concerns actors here is the local provider's work.</summary>
/// <param name="systemName">The actor system's name.</param>
/// <param name="settings">Its settings.</param>
/// <param name="eventStream">Its event stream.</param>
internal class RemoteActorRefProvider(string systemName, Settings settings, EventStream eventStream) : IActorRefProvider
{
    private readonly LocalActorRefProvider _local = new(systemName, settings, eventStream);
    private readonly TaskCompletionSource<Status> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Information? _information;
    private RemoteTransport? _transport;

    /// <summary>The way to other systems.</summary>
    public RemoteTransport Transport => _transport ?? throw new InvalidOperationException("remoting has not been started");

    /// <summary>Knows who is watched elsewhere.</summary>
    public IActorRef RemoteWatcher { get; private set; } = ActorRefs.Nobody;

    public IInternalActorRef RootGuardian => _local.RootGuardian;

    public LocalActorRef Guardian => _local.Guardian;

    public LocalActorRef SystemGuardian => _local.SystemGuardian;

    public IActorRef DeadLetters => _local.DeadLetters;

    public IActorRef IgnoreRef => _local.IgnoreRef;

    public ActorPath RootPath => _local.RootPath;

    public Settings Settings => _local.Settings;

    public Deployer Deployer => _local.Deployer;

    public IInternalActorRef TempContainer => _local.TempContainer;

    public Task TerminationTask => _ended.Task;

    public Address DefaultAddress => Transport.DefaultAddress;

    public Information SerializationInformation => _information ?? throw new InvalidOperationException("remoting has not been started");

    public virtual void Init(ActorSystemImpl system)
    {
        settings.InjectTopLevelFallback(RemoteSettings.Reference);
        _local.Init(system);
        var remote = new RemoteSettings(settings);
        _transport = new RemoteTransport(this, system, remote);
        _information = new Information(DefaultAddress, system);
        // Last of all, so that what the last actors tell others still goes out.
        _local.TerminationTask.ContinueWith(_ => _transport.Shutdown().ContinueWith(_ => _ended.TrySetResult(Status.Success.Instance)));
        RemoteWatcher = system.SystemActorOf(WatcherProps(remote), "remote-watcher");
        _transport.Start();
    }

    public ActorPath TempPath() => _local.TempPath();

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _local.RegisterTempActor(actorRef, path);

    public void UnregisterTempActor(ActorPath path) => _local.UnregisterTempActor(path);

    public FutureActorRef<T> CreateFutureRef<T>(TaskCompletionSource<T> tcs) => _local.CreateFutureRef(tcs);

    public IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService,
        Deploy deploy, bool lookupDeploy, bool async) =>
        _local.ActorOf(system, props, supervisor, path, systemService, deploy, lookupDeploy, async);

    public IActorRef ResolveActorRef(string path) =>
        ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed) : _local.ResolveActorRef(path);

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        var address = actorPath.Address;
        if (address.HasLocalScope) return _local.ResolveActorRef(actorPath);
        if (!IsHere(address)) return new RemoteActorRef(this, actorPath);
        return actorPath.Depth == 0 ? RootGuardian : _local.ResolveActorRef(RootGuardian, actorPath.ElementsWithUid);
    }

    public IActorRef RootGuardianAt(Address address) =>
        address.HasLocalScope || IsHere(address) ? RootGuardian : new RemoteActorRef(this, new RootActorPath(address));

    public Address GetExternalAddressFor(Address address) => address switch
    {
        { HasLocalScope: true } => _local.RootPath.Address.Equals(address) ? DefaultAddress : null!,
        _ => address.Protocol == DefaultAddress.Protocol ? DefaultAddress : null!,
    };

    /// <summary>What the watcher is made of.</summary>
    protected virtual Props WatcherProps(RemoteSettings remote) => Props.Create(() => new RemoteWatcher(this, remote));

    private bool IsHere(Address address) => address.Equals(DefaultAddress);
}
