using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using CameraFabric.Fabric.Rigs;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Placement;

/// <summary>Turns Akka's cluster events into views, for the fence and for placement.</summary>
internal sealed partial class MembershipActor : UntypedActor
{
    /// <summary>What the role begins with that has a node's name.</summary>
    public const string NodeRole = "node.";

    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly NodeIncarnation _self;
    private readonly ImmutableArray<IActorRef> _listeners;
    private readonly ILogger _logger;
    private readonly Dictionary<UniqueAddress, Member> _members = [];
    private readonly HashSet<UniqueAddress> _unreachable = [];

    /// <summary>One for a node.</summary>
    public MembershipActor(NodeIncarnation self, ImmutableArray<IActorRef> listeners, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("CameraFabric.Membership");
        _self = self;
        _listeners = listeners;
    }

    /// <summary>How to make one.</summary>
    public static Props Props(NodeIncarnation self, ImmutableArray<IActorRef> listeners, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new MembershipActor(self, listeners, loggers));

    /// <summary>The name of the node that a member is; null when it is none of a rig's.</summary>
    public static string? NameOf(Member member) =>
        member.Roles.FirstOrDefault(static role => role.StartsWith(NodeRole, StringComparison.Ordinal))?[NodeRole.Length..];

    /// <summary>
    /// Whether a member is the run of a child that was one process: its parent knows no more of it. A process whose former parent was
    /// killed may still be there under the same name.
    /// </summary>
    /// <param name="roles">The member's roles.</param>
    /// <param name="node">The child's name.</param>
    /// <param name="process">The process's id.</param>
    public static bool IsRun(IEnumerable<string> roles, string node, int process)
    {
        var has = roles.ToHashSet(StringComparer.Ordinal);
        return has.Contains(NodeRole + node) && has.Contains(ProcessRole(process));
    }

    /// <summary>The roles that say what a node is to the others.</summary>
    /// <param name="node">The node.</param>
    /// <param name="process">The id of its process; by it a parent tells the runs of a child apart.</param>
    public static IEnumerable<string> RolesOf(NodeRig node, int process)
    {
        yield return NodeRole + node.Name;
        if (node.Parent is not null) yield return ProcessRole(process);
        if (node.IsCore) yield return "core";
        if (node.Roles.HasFlag(NodeRoles.Sensor)) yield return "sensor";
        if (node.Roles.HasFlag(NodeRoles.Guest)) yield return "guest";
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        // All that there is comes first: one that was restarted has lost nothing by that.
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.ReachableMember));
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.CurrentClusterState state:
                _members.Clear();
                _unreachable.Clear();
                foreach (var member in state.Members) _members[member.UniqueAddress] = member;
                foreach (var member in state.Unreachable) _unreachable.Add(member.UniqueAddress);
                break;
            case ClusterEvent.MemberRemoved removed:
                _members.Remove(removed.Member.UniqueAddress);
                _unreachable.Remove(removed.Member.UniqueAddress);
                break;
            case ClusterEvent.IMemberEvent moved:
                _members[moved.Member.UniqueAddress] = moved.Member;
                break;
            case ClusterEvent.UnreachableMember lost:
                _unreachable.Add(lost.Member.UniqueAddress);
                break;
            case ClusterEvent.ReachableMember back:
                _unreachable.Remove(back.Member.UniqueAddress);
                break;
            case ThisActorSystemQuarantinedEvent quarantined:
                LogQuarantined(quarantined.RemoteAddress);
                // The others have removed this node while it could not hear them, and will never talk to it again: no gossip tells it so.
                _cluster.Down(_cluster.SelfAddress);
                return;
            case TellMembership:
                Sender.Tell(View());
                return;
            default:
                Unhandled(message);
                return;
        }

        var view = View();
        foreach (var listener in _listeners) listener.Tell(view);
    }

    private static MemberPhase PhaseOf(MemberStatus status) => status switch
    {
        MemberStatus.Up => MemberPhase.Up,
        MemberStatus.Leaving => MemberPhase.Leaving,
        MemberStatus.Exiting => MemberPhase.Exiting,
        MemberStatus.Down or MemberStatus.Removed => MemberPhase.Down,
        _ => MemberPhase.Joining,
    };

    private static string ProcessRole(int process) => string.Create(CultureInfo.InvariantCulture, $"process.{process}");

    private int Age(Member member) => _members.Values.Count(other => other.IsOlderThan(member));

    private MembershipView View() =>
        new(_self, [.. _members.Values.OrderBy(Age).ThenBy(static m => m.Address.ToString(), StringComparer.Ordinal).Select(View)]);

    private MemberView View(Member member)
    {
        var name = NameOf(member) ?? "";
        var roles = (member.Roles.Contains("sensor") ? NodeRoles.Sensor : 0) | (member.Roles.Contains("guest") ? NodeRoles.Guest : 0);
        return new MemberView(AkkaCluster.Incarnation(name, member.UniqueAddress), roles, member.Roles.Contains("core"), PhaseOf(member.Status),
            !_unreachable.Contains(member.UniqueAddress));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Address} has removed this node and does not talk to it any more: it leaves")]
    private partial void LogQuarantined(Address address);
}
