using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using CameraFabric.ActorContract.Tests.Remoting;

namespace CameraFabric.ActorContract.Tests.Clusters;

/// <summary>A test with nodes of one cluster, all in this process and reached over loopback.</summary>
public abstract class ClusterTest : ContractTest
{
    // Nobody is called unreachable for a slow machine: a test that needs that soon asks for Alert.
    private static readonly string Node = $$"""
        akka {
          loglevel = WARNING
          test { single-expect-default = 30s, filter-leeway = 30s }
          actor.provider = cluster
          actor.serializers.wire = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
          actor.serialization-bindings {
            "{{typeof(IWireMessage).AssemblyQualifiedName}}" = wire
          }
          remote.retry-gate-closed-for = 200ms
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
          coordinated-shutdown.run-by-actor-system-terminate = off
          cluster {
            downing-provider-class = ""
            allow-weakly-up-members = off
            gossip-interval = 100ms
            leader-actions-interval = 100ms
            unreachable-nodes-reaper-interval = 100ms
            periodic-tasks-initial-delay = 100ms
            retry-unsuccessful-join-after = 1s
            failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 20s }
          }
        }
        """;

    /// <summary>Notices soon that a node answers no more.</summary>
    protected const string Alert = "akka.cluster.failure-detector { acceptable-heartbeat-pause = 1500ms, expected-response-after = 1s }";

    private readonly ConcurrentQueue<ClusterNode> _nodes = new();

    /// <summary>Starts a node, which is no member of any cluster yet.</summary>
    protected ClusterNode StartNode(params string[] config)
    {
        var parsed = ConfigurationFactory.ParseString(string.Join('\n', [Node, .. config]));
        var node = new ClusterNode(ActorSystem.Create("fabric", parsed.WithFallback(DefaultConfig)));
        _nodes.Enqueue(node);
        return node;
    }

    /// <summary>Starts nodes and joins them one by one, so that their ages are in this order. Returns when all see all Up.</summary>
    protected ClusterNode[] Form(int count, params string[] config) =>
        Form(Enumerable.Range(0, count).Select(_ => StartNode(config)).ToArray());

    /// <inheritdoc cref="Form(int, string[])"/>
    protected ClusterNode[] Form(params ClusterNode[] nodes)
    {
        for (var count = 1; count <= nodes.Length; count++)
        {
            nodes[count - 1].Cluster.Join(nodes[0].Address);
            Agree(nodes[..count]);
        }
        return nodes;
    }

    /// <summary>Waits until each of these nodes sees just these Up, and none unreachable.</summary>
    protected void Agree(params ClusterNode[] nodes) => Eventually(() =>
    {
        var expected = nodes.Select(n => n.Unique).ToHashSet();
        foreach (var node in nodes)
        {
            var state = node.Cluster.State;
            Assert.Equal(expected, state.Members.Where(m => m.Status == MemberStatus.Up).Select(m => m.UniqueAddress).ToHashSet());
            Assert.Equal(nodes.Length, state.Members.Count);
            Assert.Empty(state.Unreachable);
        }
    });

    /// <summary>Repeats assertions until they pass.</summary>
    protected void Eventually(Action assertion) => AwaitAssert(assertion, Bound, TimeSpan.FromMilliseconds(20));

    /// <summary>Waits until a node has seen an event.</summary>
    protected T Sees<T>(ClusterNode node, Func<T, bool>? which = null)
    {
        T? found = default;
        Eventually(() =>
        {
            var fitting = node.Events.OfType<T>().Where(which ?? (_ => true)).ToArray();
            Assert.True(fitting.Length > 0, $"No {typeof(T).Name} among: {string.Join("; ", node.Events)}");
            found = fitting[0];
        });
        return found!;
    }

    protected override void AfterAll()
    {
        Task.WaitAll(_nodes.Select(n => n.System.Terminate()).ToArray(), Bound);
        base.AfterAll();
    }
}

/// <summary>A node and what it has seen happen in the cluster.</summary>
public sealed class ClusterNode
{
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterNode(ActorSystem system)
    {
        System = system;
        Cluster = Cluster.Get(system);
        Unique = Cluster.SelfUniqueAddress;
        Cluster.RegisterOnMemberUp(() => _up.TrySetResult());
        Cluster.RegisterOnMemberRemoved(() => _removed.TrySetResult());
        var events = Events;
        var recorder = system.ActorOf(Props.Create(() => new Recorder(events)), "recorder");
        Cluster.Subscribe(recorder, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IClusterDomainEvent));
    }

    public ActorSystem System { get; }

    public Cluster Cluster { get; }

    public UniqueAddress Unique { get; }

    public Address Address => Unique.Address;

    /// <summary>Every event in the order in which it came.</summary>
    public ConcurrentQueue<object> Events { get; } = new();

    /// <summary>When RegisterOnMemberUp called back.</summary>
    public Task Up => _up.Task;

    /// <summary>When RegisterOnMemberRemoved called back.</summary>
    public Task Removed => _removed.Task;

    /// <summary>What has been seen of one member, in order.</summary>
    public IEnumerable<string> StoryOf(ClusterNode other) => Events.OfType<ClusterEvent.IMemberEvent>()
        .Where(e => e.Member.UniqueAddress.Equals(other.Unique)).Select(e => e.GetType().Name);
}

/// <summary>Notes all that it is told.</summary>
public sealed class Recorder : ReceiveActor
{
    public Recorder(ConcurrentQueue<object> events) => ReceiveAny(events.Enqueue);
}
