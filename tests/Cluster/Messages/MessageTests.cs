using System.Text.RegularExpressions;
using Akka.Actor;
using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Cluster.Tests.Messages;

/// <summary>
/// Messages between processes that are not as this version writes them: of an older or a newer version, of a type that nobody knows, far too
/// large, without sense, or such that their handling fails. Nobody is put out for one, no camera moves, no guest misses its camera.
/// </summary>
public sealed class MessageTests
{
    /// <summary>akka.remote.dot-netty.tcp.maximum-frame-size, in bytes.</summary>
    private const string AkkasDefault = "128000";

    private const string Rig = """
        cluster: { insecure: true, heartbeat: 400ms, pause: 8s, stable-after: 20s, fence: 20s }
        cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 30, node: n0 } }
        guests: { viewer: { node: n1, cameras: { front: observer } } }
        """;

    [Fact]
    public async Task A_node_of_another_version_is_understood_as_far_as_it_can_be_and_what_cannot_be_is_said_once()
    {
        await using var trial = await Trial.StartAsync();
        var (peer, home) = (trial.Peer, trial.Cluster.Machines[0].Address);

        // An older version's: without the fields that came last.
        peer.Tell(home, "cameras/front", nameof(AttachReader), Older(peer.Bytes(new AttachReader(7, "old", trial.Home.Epoch, 0, null))));
        var attached = peer.Next<ReaderAttached>();
        Assert.Equal((7UL, "n0"), (attached.Attachment, attached.Node));
        peer.Tell(home, "cameras/front", nameof(JoinRemote), Older(peer.Bytes(new JoinRemote(99, "old", SessionRole.Observer, false, false, null, []))));
        var joined = peer.Next<RemoteJoined>();
        Assert.Equal((99UL, SessionRole.Observer), (joined.Session, joined.Role));

        // A newer version's: with one more field, and messages that this one does not know, which are counted all the same.
        peer.Tell(home, "cameras/front", nameof(HoldRemote), Newer(peer.Bytes(new HoldRemote(0))));
        for (var time = 0; time < 3; time++) peer.Tell(home, "cameras/front", "Teleport", [0x91, 0x01]);
        peer.Tell(home, "cameras/front", nameof(ReaderPulse), Newer(peer.Bytes(new ReaderPulse(7, 5))));
        Assert.Equal(7UL, peer.Next<HomePulse>().Attachment);
        foreach (var place in (string[])["placement", "fence", "membership", "cameras", "readers/front"])
        {
            peer.Tell(trial.Cluster.Machines[1].Address, place, "Teleport", []);
        }

        // Far too large: it does not even leave, and what comes after it does.
        await peer.TellRefAsync(home, "fence", new OddMessage("Frame", new byte[3_000_000]));
        peer.Complains("OddMessage", "fence", AkkasDefault);
        foreach (var node in trial.Cluster.Machines.Hosts.Take(2))
        {
            peer.Tell(node.Address, "fence", nameof(FenceAsked), Newer(peer.Bytes(new FenceAsked(peer.SelfAddress, peer.SelfUid, 11))));
            Assert.Equal(11, peer.Next<FenceAnswered>().SentAt);
        }

        await trial.HasGoneOnAsync();
        foreach (var node in (string[])["n0", "n1"])
        {
            var line = $"the node at {Regex.Escape(peer.SelfAddress)} sends a Teleport to .*'Teleport' is no message of the fabric.* of version [0-9.]+";
            await trial.Cluster.UntilAsync(_ => Regex.IsMatch(trial.Cluster.Node(node).Errors, line), $"{node} does not say what it was sent");
            Assert.Single(Regex.Matches(trial.Cluster.Node(node).Errors, "sends a Teleport"));
        }

        await trial.Cluster.StopAsync();
    }

    [Fact]
    public async Task A_message_that_fails_whoever_gets_it_costs_no_node_no_home_and_no_guest()
    {
        await using var trial = await Trial.StartAsync();
        var peer = trial.Peer;
        foreach (var host in trial.Cluster.Machines.Hosts.Take(2))
        {
            foreach (var place in (string[])["placement", "fence", "membership", "cameras", "cameras/front", "readers", "readers/front"])
            {
                // Bytes without sense, and then what fails every actor's handling.
                peer.Tell(host.Address, place, nameof(JoinRemote), [0xc1, 0xff, 0x00]);
                for (var time = 0; time < 3; time++) peer.TellAny(host.Address, place, Kill.Instance);
            }
        }

        foreach (var node in (string[])["n0", "n1"])
        {
            foreach (var what in (string[])["placement failed at a Kill", "the fence failed at a Kill"])
            {
                await trial.Cluster.UntilAsync(_ => Regex.Count(trial.Cluster.Node(node).Errors, what) == 3, $"{node} does not say '{what}' three times");
            }

            const string line = "sends a JoinRemote to /user/fabric/.* that cannot be read here";
            await trial.Cluster.UntilAsync(_ => Regex.IsMatch(trial.Cluster.Node(node).Errors, line), $"{node} does not say what it could not read");
        }

        await trial.HasGoneOnAsync();
        await trial.Cluster.StopAsync();
    }

    // An array without its last element, which is an empty one or nil.
    private static byte[] Older(byte[] message) => [(byte)(message[0] - 1), .. message[1..^1]];

    // One element more, which is an array.
    private static byte[] Newer(byte[] message) => [(byte)(message[0] + 1), .. message[1..], 0x92, 0x01, 0xa1, (byte)'x'];

    /// <summary>Two nodes, a guest on one that sees the other's camera, and a peer.</summary>
    private sealed class Trial(RunningCluster cluster, FabricProcess viewer, OddPeer peer, (string Node, uint Epoch) home) : IAsyncDisposable
    {
        // Before its camera was there the guest may have tried several times.
        private readonly int _connections = RunningCluster.ReportOf(viewer)!.Connections;

        public RunningCluster Cluster => cluster;

        public OddPeer Peer => peer;

        public (string Node, uint Epoch) Home => home;

        public static async Task<Trial> StartAsync()
        {
            var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(3), 2, Rig);
            OddPeer? peer = null;
            try
            {
                await cluster.TogetherAsync(2);
                peer = new OddPeer(cluster.Machines[2].Address, cluster.Machines[0].Address);
                var viewer = cluster.StartGuest("viewer", "front");
                await cluster.GetsAsync(viewer, 30);
                var status = await cluster.UntilAsync(static status => status.Nodes.Length == 2 && status.Nodes.All(static node => Up(node) == 3), "the peer is not let in");
                return new Trial(cluster, viewer, peer, RunningCluster.HomeOf(status, "front")!.Value);
            }
            catch
            {
                if (peer is not null) await peer.DisposeAsync();
                await cluster.DisposeAsync();
                throw;
            }
        }

        /// <summary>The camera has the one home that it had, all are members, and the same guest gets frames.</summary>
        public async Task HasGoneOnAsync()
        {
            await cluster.GetsAsync(viewer, RunningCluster.ReportOf(viewer)!.Frames.Delivered + 60);
            Assert.Equal(_connections, RunningCluster.ReportOf(viewer)!.Connections);
            var status = await cluster.UntilAsync(
                static status => status.Nodes.Length == 2 && status.Nodes.All(static node => Up(node) == 3 && node.Cluster!.FenceOpen), "somebody was put out");
            Assert.Equal(home, RunningCluster.HomeOf(status, "front"));
        }

        public async ValueTask DisposeAsync()
        {
            await cluster.DisposeAsync();
            await peer.DisposeAsync();
        }

        private static int Up(FabricStatus node) => node.Cluster?.Members.Count(static member => member is { Status: "Up", Reachable: true }) ?? 0;
    }
}
