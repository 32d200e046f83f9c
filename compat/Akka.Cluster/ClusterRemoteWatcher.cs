using Akka.Actor;
using Akka.Remote;
using static Akka.Cluster.ClusterEvent;

namespace Akka.Cluster;

/// <summary>Leaves it to the cluster which member is alive: the actors of a member end with it, when it is removed.</summary>
internal sealed class ClusterRemoteWatcher : RemoteWatcher
{
    private readonly HashSet<Address> _members = [];

    public ClusterRemoteWatcher(RemoteActorRefProvider provider, RemoteSettings settings) : base(provider, settings)
    {
        Receive<MemberRemoved>(removed =>
        {
            _members.Remove(removed.Member.Address);
            // When this node itself goes, all others are removed as it sees it, and yet they live: only their actors are out of reach.
            var forGood = removed.PreviousStatus is MemberStatus.Down or MemberStatus.Exiting;
            GiveUp(removed.Member.Address, forGood ? removed.Member.UniqueAddress.Uid : null, forGood);
        });
        Receive<IMemberEvent>(other => _members.Add(other.Member.Address));
        Receive<Subscribe>(_ => Cluster.Get(Context.System)
            .Subscribe(Self, SubscriptionInitialStateMode.InitialStateAsEvents, typeof(IMemberEvent)));
    }

    protected override void PreStart()
    {
        base.PreStart();
        // Not before the system is made: the cluster is an extension of it, and this actor is older.
        Self.Tell(new Subscribe());
    }

    protected override bool IsJudgedHere(Address address) => !_members.Contains(address);

    private sealed record Subscribe : INoSerializationVerificationNeeded;
}
