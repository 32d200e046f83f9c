using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using CameraFabric.Fabric.Guests;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Rigs;

/// <summary>Says everything that is wrong with a rig's nodes, with what is placed on them, and with how they keep together.</summary>
internal sealed class RigNodeValidator
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ImmutableArray<RigFault>.Builder _faults;
    private readonly Rig _rig;
    private readonly ImmutableArray<NodeRig> _nodes;

    private RigNodeValidator(Rig rig, ImmutableArray<RigFault>.Builder faults)
    {
        _rig = rig;
        _faults = faults;
        _nodes = rig.Nodes.IsDefault ? [] : rig.Nodes;
    }

    /// <summary>Adds a fault for everything that is wrong.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="faults">Where they go.</param>
    public static void Validate(Rig rig, ImmutableArray<RigFault>.Builder faults)
    {
        var validator = new RigNodeValidator(rig, faults);
        validator.ValidateNodes();
        foreach (var camera in rig.Cameras.IsDefault ? [] : rig.Cameras) validator.ValidateCamera(camera);
        foreach (var guest in rig.Guests.IsDefault ? [] : rig.Guests) validator.ValidateGuest(guest);
        validator.ValidateSeeds();
        validator.ValidateDowning();
        validator.ValidateTimes();
    }

    /// <summary>Two nodes: whichever strategy, there is one whose death takes the other along.</summary>
    /// <param name="rig">The rig.</param>
    public static ImmutableArray<RigFault> Warnings(Rig rig)
    {
        if (rig.Nodes.IsDefault || rig.Nodes.Length != 2) return [];
        var what = rig.Cluster.Downing switch
        {
            DowningStrategy.KeepOldest => "when the node dies that is a member for longer, the other one stops as well",
            DowningStrategy.KeepMajority =>
                $"when '{rig.Nodes.MinBy(static node => $"{node.Address}", StringComparer.Ordinal)!.Name}' dies, the other node stops as well",
            _ => "when either node dies, the other one stops as well",
        };
        return
        [
            new RigFault("cluster.downing", what,
                "add a third node that only counts, `counter: { address: HOST:PORT, roles: [] }`, with `downing: keep-majority`"),
        ];
    }

    private void ValidateNodes()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new Dictionary<NodeAddress, string>();
        var advertised = new Dictionary<NodeAddress, string>();
        foreach (var node in _nodes)
        {
            var path = $"nodes.{node.Name}";
            RigValidator.ValidateName(path, node.Name, _faults);
            if (!names.Add(node.Name)) Fault(path, "the name is used twice", "names are unique in a rig");
            if (node.Address is null) Fault($"{path}.address", "is missing", "write HOST:PORT, e.g. 127.0.0.1:4053");
            else ValidateAddress($"{path}.address", node.Name, node.Address, addresses);
            if (node.Links is not null) ValidateAddress($"{path}.links", node.Name, node.Links, addresses);
            if (node.AdvertisedLinks is not null) ValidateReachable($"{path}.advertised-links", node.Name, node.AdvertisedLinks, advertised);
            if (node is { Links: null, AdvertisedLinks: not null })
                Fault($"{path}.advertised-links", "nothing can forward to a port that the system chooses", "write as well where the node itself listens: `links: HOST:PORT`");
        }

        // The node's number is part of each session's.
        if (_rig.IsClustered && _rig.AllNodes().Length is var count && count > SessionIds.MaximumNodes)
            Fault("nodes", $"the rig has {count} nodes, with those of `isolation: process`", $"it may have {SessionIds.MaximumNodes}: isolate fewer");
    }

    private void ValidateAddress(string path, string node, NodeAddress address, Dictionary<NodeAddress, string> addresses)
    {
        ValidateReachable(path, node, address, addresses);
        if (!address.IsLoopback && _rig.Cluster is { Tls: null, Insecure: false })
        {
            Fault(path, $"{address} can be reached from other machines, and anybody there could join",
                "give `cluster.tls`, or write `cluster: { insecure: true }` if that network is closed to others");
        }
    }

    private void ValidateReachable(string path, string node, NodeAddress address, Dictionary<NodeAddress, string> addresses)
    {
        if (address.Port is < 1 or > 65535) Fault(path, $"{address.Port} is not a port", "write 1 to 65535");
        if (IPAddress.TryParse(address.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            Fault(path, $"{address.Host} is no address that others can reach", "write the address of one interface");
        if (!addresses.TryAdd(address, node))
            Fault(path, $"{address} is also that of '{addresses[address]}'", "each of them needs a port of its own");
    }

    private void ValidateCamera(CameraRig camera)
    {
        var path = $"cameras.{camera.Id}";
        var node = Known($"{path}.node", camera.Node);
        if (node is not null && !node.Roles.HasFlag(NodeRoles.Sensor)) Fault($"{path}.node", $"'{node.Name}' lacks the role sensor", WithRole(NodeRoles.Sensor));
        ValidateStandby($"{path}.standby", camera);
        if (camera is { Node: null, Isolation: Isolation.Process } && !_nodes.IsEmpty)
            Fault($"{path}.isolation", "a free camera cannot have a process of its own", "name the node that starts it: `node:`");
        if (camera is { Node: null, Isolation: Isolation.None } && !_nodes.IsEmpty && !_nodes.Any(static n => n.Roles.HasFlag(NodeRoles.Sensor)))
            Fault(path, "it is free, and no node has the role sensor", "name its `node:`, or give a node the role: `roles: [sensor, guest]`");
    }

    private void ValidateStandby(string path, CameraRig camera)
    {
        if (camera.Standby is null) return;
        var standby = Known(path, camera.Standby);
        if (camera.Node is null) Fault(path, "a free camera has no standby: any node can be its home", "leave it out, or name its `node:`");
        if (camera.Standby == camera.Node) Fault(path, $"'{camera.Standby}' is its node already", "name another node, or leave it out");
        if (camera.Isolation == Isolation.Process) Fault(path, "a camera with a process of its own has no standby", "leave out `standby` or `isolation`");
        if (standby is not null && !standby.Roles.HasFlag(NodeRoles.Sensor)) Fault(path, $"'{standby.Name}' lacks the role sensor", WithRole(NodeRoles.Sensor));
    }

    private void ValidateGuest(GuestRig guest)
    {
        var path = $"guests.{guest.Name}.node";
        if (Known(path, guest.Node) is { } node && !node.Roles.HasFlag(NodeRoles.Guest)) Fault(path, $"'{node.Name}' lacks the role guest", WithRole(NodeRoles.Guest));
        if (guest.Node is null && !_nodes.IsEmpty && !_nodes.Any(static n => n.Roles.HasFlag(NodeRoles.Guest)))
            Fault(path, "is missing, and no node has the role guest", "give a node the role: `roles: [sensor, guest]`");
    }

    private void ValidateSeeds()
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var seed in _rig.Cluster.Seeds.IsDefault ? [] : _rig.Cluster.Seeds)
        {
            if (!named.Add(seed)) Fault("cluster.seeds", $"'{seed}' is named twice", "name each node once");
            else Known("cluster.seeds", seed);
        }
    }

    private void ValidateDowning()
    {
        var cluster = _rig.Cluster;
        var most = Math.Max(1, _rig.CoreNodes().Length);
        var least = (most / 2) + 1;
        switch (cluster)
        {
            case { Downing: DowningStrategy.StaticQuorum, Quorum: null }:
                Fault("cluster.quorum", "is missing", $"static-quorum needs the number of nodes that go on: `quorum: {least}`");
                break;
            case { Downing: DowningStrategy.StaticQuorum, Quorum: { } quorum } when quorum < least || quorum > most:
                Fault("cluster.quorum", $"{quorum} of {most} nodes is not possible", $"write {least} to {most}, so that never two parts go on");
                break;
            case { Downing: not DowningStrategy.StaticQuorum, Quorum: not null }:
                Fault("cluster.quorum", "only static-quorum has one", "leave it out, or write `downing: static-quorum`");
                break;
        }
    }

    private void ValidateTimes()
    {
        var cluster = _rig.Cluster;
        Between("cluster.heartbeat", cluster.Heartbeat, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Between("cluster.pause", cluster.Pause, 2 * cluster.Heartbeat, Minute);
        Between("cluster.stable-after", cluster.StableAfter, TimeSpan.FromMilliseconds(50), Minute);
        Between("cluster.fence", cluster.Fence, 2 * cluster.Heartbeat, Minute);
        if (cluster.Fence >= cluster.Pause + cluster.StableAfter)
        {
            Fault("cluster.fence", $"{InWords(cluster.Fence)} is not less than pause and stable-after together",
                $"write less than {InWords(cluster.Pause + cluster.StableAfter)}: a node must stop delivering before others put it out");
        }
    }

    private void Between(string path, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most) Fault(path, $"{InWords(value)} is not possible", $"it must be from {InWords(least)} to {InWords(most)}");
    }

    /// <summary>A node that is named somewhere; null, with a fault, when there is none of that name.</summary>
    private NodeRig? Known(string path, string? name)
    {
        if (name is null) return null;
        if (_nodes.FirstOrDefault(node => node.Name == name) is { } node) return node;
        var names = _nodes.Select(static known => known.Name).ToArray();
        var meant = Spelling.Guess(name, names) is { } guess ? $" (did you mean '{guess}'?)" : "";
        Fault(path, $"there is no node '{name}'", names.Length == 0 ? "the rig names none: add `nodes:`, or leave this out" : $"the nodes are: {string.Join(", ", names)}{meant}");
        return null;
    }

    private string WithRole(NodeRoles role)
    {
        var names = string.Join(", ", _nodes.Where(node => node.Roles.HasFlag(role)).Select(static node => node.Name));
        return names.Length > 0 ? $"those with it are: {names}" : $"give it one: `roles: [{RigWords.Of(role.ToString())}]`";
    }

    private void Fault(string path, string message, string right) => _faults.Add(new RigFault(path, message, right));

    private static string InWords(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms");
}
