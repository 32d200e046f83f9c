using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Configuration;

namespace Akka.Cluster;

/// <summary>The section <c>akka.cluster</c>, as far as it means something here.</summary>
internal sealed class ClusterSettings
{
    /// <summary>What holds where nobody says otherwise: the documented defaults.</summary>
    public static readonly Config Reference = ConfigurationFactory.ParseString($$"""
        akka {
          actor {
            serializers.akka-cluster = "{{typeof(ClusterMessageSerializer).AssemblyQualifiedName}}"
            serialization-bindings { "{{typeof(IClusterMessage).AssemblyQualifiedName}}" = akka-cluster }
            serialization-identifiers { "{{typeof(ClusterMessageSerializer).AssemblyQualifiedName}}" = 5 }
          }
          cluster {
            seed-nodes = []
            seed-node-timeout = 5s
            retry-unsuccessful-join-after = 10s
            shutdown-after-unsuccessful-join-seed-nodes = off
            downing-provider-class = ""
            roles = []
            run-coordinated-shutdown-when-down = on
            periodic-tasks-initial-delay = 1s
            gossip-interval = 1s
            leader-actions-interval = 1s
            unreachable-nodes-reaper-interval = 1s
            failure-detector {
              heartbeat-interval = 1s
              threshold = 8.0
              max-sample-size = 1000
              min-std-deviation = 100ms
              acceptable-heartbeat-pause = 3s
              monitored-by-nr-of-members = 9
              expected-response-after = 1s
            }
          }
        }
        """);

    /// <summary>Reads the section.</summary>
    /// <param name="config">Of the actor system.</param>
    /// <exception cref="ConfigurationException">Something is asked for that only the genuine package has.</exception>
    public ClusterSettings(Config config)
    {
        var cluster = config.GetConfig("akka.cluster");
        if (cluster.GetString("downing-provider-class") is { Length: > 0 } provider)
        {
            throw new ConfigurationException(
                $"akka.cluster.downing-provider-class: the stand-in for Akka.Cluster has no '{provider}'; \"\" would be right");
        }
        Seeds = [.. cluster.GetStringList("seed-nodes").Select(Address.Parse)];
        Roles = [.. cluster.GetStringList("roles")];
        SeedTimeout = cluster.GetTimeSpan("seed-node-timeout");
        JoinRetry = Optional(cluster, "retry-unsuccessful-join-after");
        JoinLimit = Optional(cluster, "shutdown-after-unsuccessful-join-seed-nodes");
        ShutsDownWhenDown = cluster.GetBoolean("run-coordinated-shutdown-when-down");
        InitialDelay = cluster.GetTimeSpan("periodic-tasks-initial-delay");
        GossipInterval = cluster.GetTimeSpan("gossip-interval");
        LeaderInterval = cluster.GetTimeSpan("leader-actions-interval");
        ReaperInterval = cluster.GetTimeSpan("unreachable-nodes-reaper-interval");
        Detector = cluster.GetConfig("failure-detector");
        HeartbeatInterval = Detector.GetTimeSpan("heartbeat-interval");
        ExpectedResponse = Detector.GetTimeSpan("expected-response-after");
        Monitors = Detector.GetInt("monitored-by-nr-of-members");
    }

    /// <summary>Whom to join at the start.</summary>
    public ImmutableArray<Address> Seeds { get; }

    /// <summary>What this node is there for.</summary>
    public ImmutableHashSet<string> Roles { get; }

    /// <summary>How long the first seed waits for other seeds before it forms a cluster.</summary>
    public TimeSpan SeedTimeout { get; }

    /// <summary>When to ask again to join; null for never.</summary>
    public TimeSpan? JoinRetry { get; }

    /// <summary>When to give up joining and end the system; null for never.</summary>
    public TimeSpan? JoinLimit { get; }

    /// <summary>Whether the actor system ends when its node was downed.</summary>
    public bool ShutsDownWhenDown { get; }

    /// <summary>When the periodic work begins.</summary>
    public TimeSpan InitialDelay { get; }

    /// <summary>How often to gossip.</summary>
    public TimeSpan GossipInterval { get; }

    /// <summary>How often the leader acts.</summary>
    public TimeSpan LeaderInterval { get; }

    /// <summary>How often to look who is silent.</summary>
    public TimeSpan ReaperInterval { get; }

    /// <summary>The section <c>failure-detector</c>.</summary>
    public Config Detector { get; }

    /// <summary>How often to ask whether others live.</summary>
    public TimeSpan HeartbeatInterval { get; }

    /// <summary>When a node that was never heard counts as silent.</summary>
    public TimeSpan ExpectedResponse { get; }

    /// <summary>How many others each node asks.</summary>
    public int Monitors { get; }

    private static TimeSpan? Optional(Config config, string key) =>
        config.GetString(key) is "off" or "false" or "" ? null : config.GetTimeSpan(key);
}
