using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Nodes;

/// <summary>What a node of a cluster asks of Akka beyond <c>reference.conf</c>.</summary>
internal static class ClusterConfig
{
    /// <summary>The actor systems' name; part of all addresses.</summary>
    public const string SystemName = "camera-fabric";

    /// <summary>The configuration of one node.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="node">The node.</param>
    public static Config Of(Rig rig, NodeRig node)
    {
        var times = rig.Cluster;
        var roles = string.Join(", ", MembershipActor.RolesOf(node, Environment.ProcessId).Select(static role => $"\"{role}\""));
        // How long others ask before they ask again, but the first seed before it founds a cluster: started again on a busy machine it may
        // need longer than they to hear of the one that is there, and must not found a second.
        var founds = Seeds(rig).FirstOrDefault()?.EndsWith($"@{node.Address}", StringComparison.Ordinal) ?? false;
        // What Akka does at intervals bounds how soon a change is known: all at the pace of the heartbeat, and not faster than its scheduler.
        var beat = Milliseconds(times.Heartbeat);
        return ConfigurationFactory.ParseString($$"""
            akka {
              actor.provider = cluster
              # A node that stops leaves by itself, in order and within its own time; one that is only ended has died for the others.
              coordinated-shutdown.run-by-actor-system-terminate = off
              # A call that a stranger answers is no reason to end: the gate in this phase (ShutdownGate) holds for as long as timers can.
              coordinated-shutdown.phases.before-service-unbind { timeout = 20 d, recover = off }
              remote {
                # Frames never travel this way; the limit of a message stays at Akka's default, so that one that would is refused.
                dot-netty.tcp {
                  # Whom to believe is NodeTls's decision.
                  enable-ssl = {{(times.Tls is null ? "off" : "on")}}
                  hostname = "{{node.Address.Host}}"
                  port = {{node.Address.Port}}
                }
                # A node that comes back is talked to again soon.
                retry-gate-closed-for = {{Milliseconds(times.Pause)}}
                log-remote-lifecycle-events = off
              }
              cluster {
                roles = [{{roles}}]
                seed-node-timeout = {{(founds ? 5 : 1)}}s
                retry-unsuccessful-join-after = 1s
                periodic-tasks-initial-delay = {{beat}}
                gossip-interval = {{beat}}
                leader-actions-interval = {{beat}}
                unreachable-nodes-reaper-interval = {{beat}}
                allow-weakly-up-members = off
                # The fabric's own fence actor decides, by the rule that also keeps fences open, and the program ends the process.
                downing-provider-class = ""
                run-coordinated-shutdown-when-down = off
                failure-detector {
                  heartbeat-interval = {{beat}}
                  acceptable-heartbeat-pause = {{Milliseconds(times.Pause)}}
                  # One that has never answered is not missed yet: it is being started, and its machine busy with that.
                  expected-response-after = {{Milliseconds(times.Pause * 4)}}
                  min-std-deviation = {{Milliseconds(times.Heartbeat / 5)}}
                }
              }
            }
            """);
    }

    /// <summary>Addresses of the nodes to ask for admission, in the form that Akka wants.</summary>
    /// <param name="rig">The rig.</param>
    public static ImmutableArray<string> Seeds(Rig rig)
    {
        var core = rig.CoreNodes();
        IEnumerable<NodeRig> seeds = rig.Cluster.Seeds.IsDefaultOrEmpty
            ? core.Take(2)
            : rig.Cluster.Seeds.Select(name => core.Single(node => node.Name == name));
        var scheme = rig.Cluster.Tls is null ? "akka.tcp" : "akka.ssl.tcp";
        return [.. seeds.Where(static node => node.Address.Port != 0).Select(node => $"{scheme}://{SystemName}@{node.Address}")];
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms");
}
