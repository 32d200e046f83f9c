using System.Collections.Immutable;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Commands;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CameraFabric.Hosting.Control;

/// <summary>A cluster's state as tables for people, put together from what each node says. Where nodes do not agree, that is said.</summary>
internal static class ClusterTables
{
    public static IRenderable All(RigStatus status) => new Rows(
    [
        Members(status).ForTerminal(), Homes(status).ForTerminal(), Links(status).ForTerminal(), .. Remarks(status).Select(remark => new Text(remark)),
    ]);

    public static Sheet Members(RigStatus status)
    {
        var sheet = new Sheet("node", "state", "roles", "reachable", "leader", "delivers", new("process", 2), new("address", 1));
        var said = Clusters(status).SelectMany(static node => node.Cluster.Members, static (node, member) => (By: node.Name, Member: member));
        foreach (var group in said.GroupBy(static said => (said.Member.Node, said.Member.Address)).OrderBy(static group => group.Key.Node, StringComparer.Ordinal))
        {
            var (name, address) = group.Key;
            var own = status.Nodes.FirstOrDefault(node => node.Cluster?.Address == address);
            sheet.Add(
                name, Joined(group.Select(static said => said.Member.Status.ToLowerInvariant())), string.Join(", ", group.First().Member.Roles),
                group.Where(static said => !said.Member.Reachable).Select(static said => said.By).ToArray() is { Length: > 0 } against ? $"no, says {string.Join(", ", against)}" : "yes",
                group.Where(static said => said.Member.Leader).Select(static said => said.By).ToArray() is { Length: > 0 } follow ? LeaderOf(follow, status) : "-",
                own is null ? "?" : own.Cluster!.FenceOpen ? "yes" : "no", own is null ? "?" : $"{own.Process}", address);
        }

        return sheet;
    }

    public static Sheet Homes(RigStatus status)
    {
        var sheet = new Sheet("camera", "home", "epoch", new("known to", 1));
        foreach (var (home, known) in NewestHomes(status))
            sheet.Add(home.Camera, home.Node.Length > 0 ? home.Node : home.Loss.Length > 0 ? $"lost: {home.Loss}" : "-", $"{home.Epoch}", $"{known} of {status.Nodes.Length}");
        return sheet;
    }

    /// <summary>Each link from its home's end, and what came of it from its reader's.</summary>
    public static Sheet Links(RigStatus status)
    {
        var sheet = new Sheet("camera", "from", "to", "epoch", "fps", "credit", "offered", "sent", "dropped", new("of which", 2), "received", new("missed", 1), new("refused", 1), new("MB", 2), new("breaks", 1));
        foreach (var (home, camera, link) in LinksOf(status, static node => node.Cameras))
        {
            var end = LinksOf(status, static node => node.Readers).FirstOrDefault(end => end.Node == link.Node && end.Camera.Id == camera.Id && end.Link.Node == home).Link;
            sheet.Add(
                camera.Id, home, link.Node, $"{camera.Epoch}", $"{link.FramesPerSecond:F1}", $"{link.Credit}", $"{link.Offered}", $"{link.Sent}",
                $"{StatusTables.Total(link.Dropped)}", StatusTables.Counts(link.Dropped), end is null ? "?" : $"{end.Received}", end is null ? "?" : $"{end.Missed}",
                end is null ? "?" : $"{end.Refused}", $"{link.Bytes / 1e6:F0}", $"{link.Breaks}");
        }

        return sheet;
    }

    private static IEnumerable<string> Remarks(RigStatus status) =>
    [
        .. status.Silent.Select(static node => $"node {node} does not answer"),
        .. NewestHomes(status).Where(home => home.Known < status.Nodes.Length)
            .Select(static home => $"camera {home.Home.Camera}: some nodes do not know of epoch {home.Home.Epoch} yet"),
    ];

    /// <summary>For each camera its newest placement that any node knows of, and how many know of it.</summary>
    private static IEnumerable<(HomeReport Home, int Known)> NewestHomes(RigStatus status) => Clusters(status)
        .SelectMany(static node => node.Cluster.Homes)
        .GroupBy(static home => home.Camera)
        .OrderBy(static group => group.Key, StringComparer.Ordinal)
        .Select(static group => group.GroupBy(static home => home.Epoch).MaxBy(static same => same.Key)!)
        .Select(static newest => (newest.First(), newest.Count()));

    private static IEnumerable<(string Node, CameraStatusReport Camera, LinkStatusReport Link)> LinksOf(
        RigStatus status, Func<FabricStatus, ImmutableArray<CameraStatusReport>> ends) =>
        from node in status.Nodes
        from camera in ends(node)
        from link in camera.Links
        orderby camera.Id, node.Node, link.Node
        select (node.Node, camera, link);

    private static ImmutableArray<(string Name, ClusterStatus Cluster)> Clusters(RigStatus status) =>
        [.. status.Nodes.Where(static node => node.Cluster is not null).Select(static node => (node.Node, node.Cluster!))];

    private static string LeaderOf(string[] followers, RigStatus status) =>
        followers.Length == Clusters(status).Length ? "yes" : $"of {string.Join(", ", followers)}";

    private static string Joined(IEnumerable<string> words) => string.Join(" / ", words.Distinct(StringComparer.Ordinal));
}
