using System.Collections.Immutable;

namespace CameraFabric.Fabric.Rigs;

public sealed partial record Rig
{
    /// <summary>The name of the one core node of a rig that names none but isolates something.</summary>
    public const string OnlyNode = "node";

    /// <summary>Whether it takes more than one process.</summary>
    public bool IsClustered => !Nodes.IsDefaultOrEmpty || Children().Any();

    /// <summary>
    /// All nodes: those that the rig names, or <see cref="OnlyNode"/>, and after them the children: those of cameras in the rig's order,
    /// then those of guests by name. A node's place in it is its number in the whole cluster.
    /// </summary>
    public ImmutableArray<NodeRig> AllNodes() => [.. CoreNodes(), .. Children()];

    /// <summary>The nodes that count when the cluster decides which part of it survives.</summary>
    public ImmutableArray<NodeRig> CoreNodes() => !Nodes.IsDefaultOrEmpty ? Nodes : [new NodeRig { Name = OnlyNode, Address = new NodeAddress("127.0.0.1", 0) }];

    /// <summary>A node by its name, or null.</summary>
    /// <param name="name">The name.</param>
    public NodeRig? NodeOf(string name) => AllNodes().FirstOrDefault(node => node.Name == name);

    /// <summary>The node that a guest is on: its own child, or the one that the rig names, or the first with role guest.</summary>
    /// <param name="guest">The guest.</param>
    public string NodeOf(GuestRig guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return guest.Isolation == Isolation.Process ? $"guest.{guest.Name}" : CoreNodeOf(guest);
    }

    /// <summary>The only node that may be a camera's home at first: its child, the node that it is pinned to, or null for a free camera.</summary>
    /// <param name="camera">The camera.</param>
    public string? NodeOf(CameraRig camera)
    {
        ArgumentNullException.ThrowIfNull(camera);
        if (camera.Isolation == Isolation.Process) return $"camera.{camera.Id}";
        return camera.Node ?? (Nodes.IsDefaultOrEmpty ? OnlyNode : null);
    }

    /// <summary>By camera, the nodes that have a guest which sees it, each once.</summary>
    public ILookup<string, string> Readers() => EveryGuest()
        .SelectMany(guest => guest.Cameras.Select(view => (view.Camera, Node: NodeOf(guest))))
        .Distinct()
        .ToLookup(static reader => reader.Camera, static reader => reader.Node);

    /// <summary>
    /// Whether guests on a node join a camera itself, which can be at home nowhere else. All others see it through a reader.
    /// </summary>
    /// <param name="camera">The camera.</param>
    /// <param name="node">The guests' node.</param>
    public bool IsJoinedDirectly(CameraRig camera, string node)
    {
        ArgumentNullException.ThrowIfNull(camera);
        return !IsClustered || (camera is { Standby: null, Isolation: Isolation.None } && NodeOf(camera) == node);
    }

    /// <summary>
    /// The rig as one node has to know it: all nodes and all cameras (any of which its guests may see, and any free one may become its
    /// own), but only its own guests; the others are <see cref="GuestsElsewhere"/>.
    /// </summary>
    /// <param name="name">The node's name.</param>
    public Rig ForNode(string name) => IsClustered
        ? this with
        {
            Guests = [.. EveryGuest().Where(guest => NodeOf(guest) == name)],
            GuestsElsewhere = [.. EveryGuest().Where(guest => NodeOf(guest) != name)],
        }
        : this;

    /// <summary>Where a node has its sockets: nodes of one rig may share a machine.</summary>
    /// <param name="name">The node's name.</param>
    public string RuntimeDirectoryOf(string name) => IsClustered ? Path.Combine(RuntimeDirectory, name) : RuntimeDirectory;

    private IEnumerable<GuestRig> EveryGuest() => (Guests.IsDefault ? [] : Guests).Concat(GuestsElsewhere);

    private string CoreNodeOf(GuestRig guest) =>
        guest.Node ?? CoreNodes().FirstOrDefault(static node => node.Roles.HasFlag(NodeRoles.Guest))?.Name ?? CoreNodes()[0].Name;

    private IEnumerable<NodeRig> Children()
    {
        foreach (var camera in Cameras.IsDefault ? [] : Cameras)
        {
            if (camera.Isolation == Isolation.Process)
                yield return Child($"camera.{camera.Id}", camera.Node ?? CoreNodes()[0].Name, NodeRoles.Sensor);
        }

        foreach (var guest in EveryGuest().OrderBy(static guest => guest.Name, StringComparer.Ordinal))
        {
            if (guest.Isolation == Isolation.Process) yield return Child($"guest.{guest.Name}", CoreNodeOf(guest), NodeRoles.Guest);
        }
    }

    private NodeRig Child(string name, string parent, NodeRoles roles)
    {
        var core = CoreNodes();
        var of = core.FirstOrDefault(node => node.Name == parent) ?? core[0];
        return new NodeRig { Name = name, Address = of.Address with { Port = 0 }, Host = of.Host, Roles = roles, Parent = of.Name };
    }
}
