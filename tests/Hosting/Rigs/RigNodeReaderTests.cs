using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;

namespace CameraFabric.Hosting.Tests.Rigs;

public sealed class RigNodeReaderTests
{
    private const string Camera = "sensor: synthetic, format: NV12, size: 640x360, rate: 30";

    [Fact]
    public void Nodes_and_what_is_on_them_read_as_they_are_written()
    {
        var rig = Parse($$"""
            rig: two
            runtime: /tmp/two
            nodes:
              front-soc: { address: "127.0.0.1:4053", host: soc1, roles: [sensor] }
              rear-soc: { address: "[::1]:4054", links: "[::1]:5054", advertised-links: "gateway:6054" }
            cluster: { seeds: [rear-soc], downing: static-quorum, quorum: 2, heartbeat: 50ms, pause: 400ms, stable-after: 1s, fence: 200ms }
            cameras:
              front: { {{Camera}}, node: front-soc, standby: rear-soc }
              rear: { {{Camera}}, node: rear-soc, isolation: process }
              twin: { {{Camera}} }
            guests:
              cluster: { cameras: { front: owner }, isolation: process }
            """);

        Assert.Equal([new NodeAddress("127.0.0.1", 4053), new NodeAddress("::1", 4054)], rig.Nodes.Select(node => node.Address));
        Assert.Equal([(null, null), (new NodeAddress("::1", 5054), new NodeAddress("gateway", 6054))], rig.Nodes.Select(node => (node.Links, node.AdvertisedLinks)));
        Assert.Equal(["soc1", "::1"], rig.Nodes.Select(node => node.Machine));
        Assert.Equal([NodeRoles.Sensor, NodeRoles.Sensor | NodeRoles.Guest], rig.Nodes.Select(node => node.Roles));
        Assert.Equal((DowningStrategy.StaticQuorum, 2, "rear-soc"), (rig.Cluster.Downing, rig.Cluster.Quorum!.Value, Assert.Single(rig.Cluster.Seeds)));
        Assert.Equal(TimeSpan.FromMilliseconds(200), rig.Cluster.Fence);
        Assert.Equal(["front-soc", "camera.rear", null], rig.Cameras.Select(rig.NodeOf));
        Assert.Equal(["front-soc", "rear-soc", "camera.rear", "guest.cluster"], rig.AllNodes().Select(node => node.Name));
        Assert.Equal(rig.AllNodes().AsEnumerable(), rig.ForNode("front-soc").AllNodes());
        Assert.Equal(new NodeAddress("::1", 0), rig.NodeOf("guest.cluster")!.Address);
        Assert.Equal("/tmp/two/cluster.front.sock", RigValidator.SocketPath(rig, rig.Guests[0], rig.Guests[0].Cameras[0]));
    }

    [Fact]
    public void Every_mistake_about_nodes_is_named_at_once_at_its_place()
    {
        var error = Assert.Throws<RigFileException>(() => Parse($$"""
            rig: two
            runtime: /tmp/two
            nodes:
              front-soc: { address: "127.0.0.1:4053", roles: [guest] }
              rear-soc: { address: "127.0.0.1:4053", roles: [sensor] }
              far-soc: { address: "10.0.0.7:4053" }
              odd-soc: { address: 4053 }
              shut-soc: { address: "127.0.0.1:4055", links: "127.0.0.1:4053" }
              far-links: { address: "127.0.0.1:4056", links: "10.0.0.7:4057" }
              half-links: { address: "127.0.0.1:4058", advertised-links: "127.0.0.1:4059" }
              odd-links: { address: "127.0.0.1:4060", links: here }
            cluster: { seeds: [front-sco], downing: static-quorum, heartbeat: 100ms, fence: 2s }
            cameras:
              front: { {{Camera}}, node: fornt-soc }
              rear: { {{Camera}}, node: rear-soc, standby: rear-soc }
              twin: { {{Camera}}, standby: rear-soc, isolation: process }
            guests:
              cluster: { node: rear-soc, cameras: { front: owner } }
            """));

        Assert.Equal(
            [
                "nodes.rear-soc.address: 127.0.0.1:4053 is also that of 'front-soc'",
                "nodes.far-soc.address: 10.0.0.7:4053 can be reached from other machines, and anybody there could join",
                "nodes.odd-soc.address: '4053' is not an address",
                "nodes.shut-soc.links: 127.0.0.1:4053 is also that of 'front-soc'",
                "nodes.far-links.links: 10.0.0.7:4057 can be reached from other machines, and anybody there could join",
                "nodes.half-links.advertised-links: nothing can forward to a port that the system chooses",
                "nodes.odd-links.links: 'here' is not an address",
                "cluster.seeds: there is no node 'front-sco'",
                "cluster.quorum: is missing",
                "cluster.fence: 2s is not less than pause and stable-after together",
                "cameras.front.node: there is no node 'fornt-soc'",
                "cameras.rear.standby: 'rear-soc' is its node already",
                "cameras.twin.standby: a free camera has no standby: any node can be its home",
                "cameras.twin.isolation: a free camera cannot have a process of its own",
                "guests.cluster.node: 'rear-soc' lacks the role guest",
            ],
            error.Errors.Select(mistake => $"{mistake.Path}: {mistake.Message}").OrderBy(line => Order(line)));
        Assert.Contains("did you mean 'front-soc'?", error.Errors.Single(mistake => mistake.Path == "cameras.front.node").Right, StringComparison.Ordinal);
        Assert.Contains("insecure: true", error.Errors.Single(mistake => mistake.Path == "nodes.far-soc.address").Right, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster: { insecure: true }", true)]
    [InlineData("cluster: { tls: { certificate: node.pfx, authority: ca.pem } }", true)]
    [InlineData("cluster: { heartbeat: 100ms }", false)]
    public void Beyond_loopback_a_rig_has_tls_or_says_that_it_has_not(string cluster, bool good)
    {
        var text = $"rig: far\nruntime: /tmp/far\nnodes: {{ a: {{ address: \"10.0.0.7:4053\" }} }}\n{cluster}\ncameras: {{ front: {{ {Camera} }} }}";

        Assert.Equal(good, Record.Exception(() => Parse(text)) is null);
    }

    [Fact]
    public void A_rig_without_nodes_is_one_process_unless_something_is_isolated()
    {
        Assert.False(Parse($"rig: one\nruntime: /tmp/one\ncameras: {{ front: {{ {Camera} }} }}").IsClustered);
        var isolated = Parse($"rig: one\nruntime: /tmp/one\ncameras: {{ front: {{ {Camera}, isolation: process }}, rear: {{ {Camera} }} }}");
        Assert.Equal([Rig.OnlyNode, "camera.front"], isolated.AllNodes().Select(node => node.Name));
        Assert.Equal(["camera.front", Rig.OnlyNode], isolated.Cameras.Select(isolated.NodeOf));
    }

    [Fact]
    public void A_rig_has_no_more_nodes_than_sessions_can_be_told_apart_by()
    {
        var cameras = string.Join(", ", Enumerable.Range(0, 256).Select(static i => $"c{i}: {{ {Camera}, isolation: process }}"));

        var error = Assert.Throws<RigFileException>(() => Parse($"rig: one\nruntime: /tmp/one\ncameras: {{ {cameras} }}"));

        Assert.Contains("257 nodes", Assert.Single(error.Errors).Message, StringComparison.Ordinal);
    }

    private static int Order(string line) => Array.FindIndex(
        [
            "nodes.rear", "nodes.far-soc", "nodes.odd-soc", "nodes.shut", "nodes.far-links", "nodes.half", "nodes.odd-links", "cluster.seeds",
            "cluster.quorum", "cluster.fence", "cameras.front", "cameras.rear", "cameras.twin.s", "cameras.twin.i", "guests",
        ],
        line.StartsWith);

    private static Rig Parse(string text) => RigReader.Parse(text, "rig.yaml", Path.GetTempPath());
}
