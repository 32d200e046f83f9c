using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using static Akka.Cluster.ClusterEvent;

namespace Akka.Cluster;

/// <summary>
/// This node as a member of a cluster. A stand-in for the genuine package's class of that name, for building and testing; see its
/// documentation for what the members mean.
/// </summary>
public sealed class Cluster : IExtension
{
    private readonly object _gate = new();
    private readonly List<Action> _onRemoved = [];
    private readonly TaskCompletionSource<Done> _exiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Done> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILoggingAdapter _log;
    private readonly IActorRef _daemon;
    private volatile Member _selfMember;
    private volatile CurrentClusterState _state = new([], [], null);

    internal Cluster(ExtendedActorSystem system)
    {
        if (system.Provider is not ClusterActorRefProvider provider)
            throw new Configuration.ConfigurationException($"akka.actor.provider is {system.Provider.GetType()}; 'cluster' would be right");
        System = system;
        _log = Logging.GetLogger(system, "cluster");
        var settings = new ClusterSettings(system.Settings.Config);
        SelfUniqueAddress = new UniqueAddress(provider.DefaultAddress, AddressUidExtension.Uid(system));
        _selfMember = new Member(SelfUniqueAddress, settings.Roles, MemberStatus.Removed, int.MaxValue);
        _log.Warning("The cluster runs on a stand-in for Akka.Cluster: for building and testing, never for production.");
        _daemon = system.SystemActorOf(Props.Create(() => new ClusterDaemon(this, settings)), "cluster");

        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "leave", LeaveInOrder);
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterShutdown, "wait-shutdown", () =>
        {
            _daemon.Tell(new Command.Shutdown());
            return _ended.Task;
        });
    }

    /// <summary>The actor system of this node.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>Who this node is.</summary>
    public UniqueAddress SelfUniqueAddress { get; }

    /// <summary>Where this node is.</summary>
    public Address SelfAddress => SelfUniqueAddress.Address;

    /// <summary>This node as a member; Removed before it has joined.</summary>
    public Member SelfMember
    {
        get => _selfMember;
        internal set => _selfMember = value;
    }

    /// <summary>What this node is there for.</summary>
    public System.Collections.Immutable.ImmutableHashSet<string> SelfRoles => _selfMember.Roles;

    /// <summary>The cluster as this node sees it now.</summary>
    public CurrentClusterState State
    {
        get => _state;
        internal set => _state = value;
    }

    /// <summary>Whether this node is up.</summary>
    public bool IsUp => !IsTerminated && _selfMember.Status == MemberStatus.Up;

    /// <summary>Whether this node was a member and will never be one again.</summary>
    public bool IsTerminated => _ended.Task.IsCompleted;

    /// <summary>The cluster of an actor system.</summary>
    /// <param name="system">The system.</param>
    public static Cluster Get(ActorSystem system) => system.WithExtension<Cluster, ClusterExtension>();

    /// <summary>Joins the cluster of another node; the own address forms one.</summary>
    /// <param name="address">The other node's address.</param>
    public void Join(Address address) => _daemon.Tell(new Command.JoinTo(address));

    /// <summary>Joins the cluster of any of these nodes; the first of them forms one where there is none.</summary>
    /// <param name="seedNodes">The addresses.</param>
    public void JoinSeedNodes(IEnumerable<Address> seedNodes) => _daemon.Tell(new Command.JoinSeeds([.. seedNodes]));

    /// <summary>Lets a node leave in order.</summary>
    /// <param name="address">Its address.</param>
    public void Leave(Address address) => _daemon.Tell(new Command.Leave(address));

    /// <summary>Declares a node dead.</summary>
    /// <param name="address">Its address.</param>
    public void Down(Address address) => _daemon.Tell(new Command.Down(address));

    /// <summary>Tells an actor the state now, and events from now on.</summary>
    /// <param name="subscriber">The actor.</param>
    /// <param name="to">Which events.</param>
    public void Subscribe(IActorRef subscriber, params Type[] to) =>
        Subscribe(subscriber, SubscriptionInitialStateMode.InitialStateAsSnapshot, to);

    /// <summary>Tells an actor events from now on, and before that what has happened.</summary>
    /// <param name="subscriber">The actor.</param>
    /// <param name="initialStateMode">How it learns what has happened.</param>
    /// <param name="to">Which events.</param>
    public void Subscribe(IActorRef subscriber, SubscriptionInitialStateMode initialStateMode, params Type[] to) =>
        _daemon.Tell(new Command.Subscribe(subscriber, initialStateMode, [.. to]));

    /// <summary>Tells an actor nothing any more.</summary>
    /// <param name="subscriber">The actor.</param>
    public void Unsubscribe(IActorRef subscriber) => _daemon.Tell(new Command.Unsubscribe(subscriber, null));

    /// <summary>Tells an actor events of a kind no longer.</summary>
    /// <param name="subscriber">The actor.</param>
    /// <param name="to">The kind, as it was subscribed to.</param>
    public void Unsubscribe(IActorRef subscriber, Type to) => _daemon.Tell(new Command.Unsubscribe(subscriber, to));

    /// <summary>Calls back once, as soon as this node is up.</summary>
    /// <param name="callback">What to call; must not block.</param>
    public void RegisterOnMemberUp(Action callback) => _daemon.Tell(new Command.OnUp(callback));

    /// <summary>Calls back once, as soon as this node is a member no more.</summary>
    /// <param name="callback">What to call; must not block.</param>
    public void RegisterOnMemberRemoved(Action callback)
    {
        lock (_gate)
        {
            if (!IsTerminated)
            {
                _onRemoved.Add(callback);
                return;
            }
        }
        Call(callback);
    }

    /// <summary>Notes that all know that this node leaves.</summary>
    internal void Exiting() => _exiting.TrySetResult(Done.Instance);

    /// <summary>Notes that this node is a member no more.</summary>
    internal void Ended()
    {
        Action[] callbacks;
        lock (_gate)
        {
            _exiting.TrySetResult(Done.Instance);
            _ended.TrySetResult(Done.Instance);
            callbacks = [.. _onRemoved];
            _onRemoved.Clear();
        }
        foreach (var callback in callbacks) Call(callback);
    }

    /// <summary>Calls back; a callback that fails harms nobody else.</summary>
    internal void Call(Action callback)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            _log.Error(e, "A callback of the cluster has failed.");
        }
    }

    private Task<Done> LeaveInOrder()
    {
        if (IsTerminated || _selfMember.Status is not (MemberStatus.Joining or MemberStatus.Up or MemberStatus.Leaving))
            return Task.FromResult(Done.Instance);
        Leave(SelfAddress);
        return _exiting.Task;
    }
}

/// <summary>Makes the cluster of an actor system.</summary>
internal sealed class ClusterExtension : ExtensionIdProvider<Cluster>
{
    public override Cluster CreateExtension(ExtendedActorSystem system) => new(system);
}
