using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Commands;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CameraFabric.Hosting.Control;

/// <summary>A fabric's state as tables for people. What a state's reason is stands below them, where it has room.</summary>
internal static class StatusTables
{
    public static IRenderable All(ImmutableArray<FabricStatus> nodes, ImmutableArray<string> silent) => new Rows(
    [
        Cameras(nodes).ForTerminal(), Guests(nodes).ForTerminal(), .. Reasons(nodes).Select(reason => new Text(reason)),
        .. silent.Select(node => new Text($"node {node} does not answer")),
    ]);

    /// <summary>The end of a run.</summary>
    public static IRenderable Balance(ImmutableArray<FabricStatus> nodes) => new Rows(CameraBalance(nodes).ForTerminal(), Guests(nodes).ForTerminal());

    /// <summary>What has become of the cameras' frames, when nothing runs any more.</summary>
    public static Sheet CameraBalance(ImmutableArray<FabricStatus> nodes)
    {
        var sheet = SheetOf(nodes, "camera", new("sensor", 2), new("stream", 1), "captured", "fanned out", "lost", new("of which", 1), "restarts");
        foreach (var (node, camera) in CamerasOf(nodes))
        {
            Add(
                sheet, node, camera.Id, Kind(camera), camera.Configuration, $"{camera.Captured}", $"{camera.FannedOut}", $"{Total(camera.Lost)}",
                Counts(camera.Lost), $"{camera.Restarts}");
        }

        return sheet;
    }

    public static Sheet Cameras(ImmutableArray<FabricStatus> nodes)
    {
        var sheet = SheetOf(
            nodes, "camera", new("sensor", 3), new("stream", 1), "state", "fps", "captured", "lost", new("of which", 3), new("faults", 3), new("restarts", 2),
            new("free slots", 2), "owner", "streaming");
        foreach (var (node, camera) in CamerasOf(nodes))
        {
            Add(
                sheet, node, camera.Id, Kind(camera), camera.Configuration, camera.State.ToString().ToLowerInvariant(), $"{camera.FramesPerSecond:F1}",
                $"{camera.Captured}", $"{Total(camera.Lost)}", Counts(camera.Lost), Counts(camera.Faults), $"{camera.Restarts}",
                camera.Slots > 0 ? $"{camera.FreeSlots} of {camera.Slots}" : "-", OrDash(camera.Owner), $"{camera.Streaming} of {camera.Sessions}");
        }

        return sheet;
    }

    public static Sheet Guests(ImmutableArray<FabricStatus> nodes)
    {
        var sheet = SheetOf(
            nodes, "guest", "camera", new("face", 2), "role", "state", "sent", "delivered", "dropped", new("of which", 3), new("p50 µs", 2), "p99 µs",
            new("max µs", 2), new("controls", 3), new("connections", 3), new("violations", 2));
        foreach (var (node, guest) in nodes.SelectMany(static node => node.Guests, static (node, guest) => (node, guest)))
        {
            Add(
                sheet, node, guest.Guest, guest.Camera, OrDash(guest.Face.ToLowerInvariant()), OrDash(guest.Role.ToLowerInvariant()),
                guest.State.ToString().ToLowerInvariant(), $"{guest.Offered}", $"{guest.Delivered}", $"{Total(guest.Dropped)}", Counts(guest.Dropped),
                $"{guest.LatencyP50:F0}", $"{guest.LatencyP99:F0}", $"{guest.LatencyMax:F0}", Counts(guest.ControlSets), Connections(guest),
                $"{guest.Violations}");
        }

        return sheet;
    }

    /// <summary>Counts in words, or a dash.</summary>
    public static string Counts(ImmutableArray<ReasonCount> counts) =>
        OrDash(string.Join(", ", counts.Where(count => count.Count > 0).Select(count => $"{RigWords.Of(count.Reason)} {count.Count}")));

    public static long Total(ImmutableArray<ReasonCount> counts) => counts.Sum(count => count.Count);

    internal static IEnumerable<string> Reasons(ImmutableArray<FabricStatus> nodes) => nodes.SelectMany(Reasons);

    private static IEnumerable<(FabricStatus Node, CameraStatusReport Camera)> CamerasOf(ImmutableArray<FabricStatus> nodes) =>
        nodes.SelectMany(static node => node.Cameras, static (node, camera) => (node, camera));

    /// <summary>A rig of several nodes has their names in the first column.</summary>
    private static Sheet SheetOf(ImmutableArray<FabricStatus> nodes, params SheetColumn[] columns) =>
        new(nodes.Any(static node => node.Node.Length > 0) ? ["node", .. columns] : columns);

    private static void Add(Sheet sheet, FabricStatus node, params string[] cells) => sheet.Add(node.Node.Length > 0 ? [node.Node, .. cells] : cells);

    private static IEnumerable<string> Reasons(FabricStatus status) =>
    [
        .. status.Cameras.Where(camera => camera.Reason.Length > 0)
            .Select(camera => $"camera {camera.Id}, {camera.State.ToString().ToLowerInvariant()}: {camera.Reason}"),
        .. status.Cameras.Where(camera => camera.LastFault.Length > 0)
            .Select(camera => $"camera {camera.Id}, last fault: {camera.LastFault}"),
        .. status.Guests.Where(guest => guest.Reason.Length > 0)
            .Select(guest => $"{guest.Guest} of {guest.Camera}, {guest.State.ToString().ToLowerInvariant()}{Quarantine(guest)}: {guest.Reason}"),
        .. status.Guests.Where(guest => guest.State == GuestState.Stalled)
            .Select(guest => $"{guest.Guest} of {guest.Camera}, stalled: it had no request for the last {guest.MissedInRow} frames"),
    ];

    private static string Connections(GuestStatusReport guest) =>
        guest.Refused + guest.Delayed == 0 ? $"{guest.Connections}" : $"{guest.Connections}, {guest.Refused} refused, {guest.Delayed} delayed";

    /// <summary>Since when, how often, and what ends it.</summary>
    private static string Quarantine(GuestStatusReport guest)
    {
        if (guest.State != GuestState.Quarantined || guest.LastViolations.IsDefaultOrEmpty) return "";
        var end = guest switch
        {
            { IsHeld: true } => $"`camera-fabric release {guest.Guest}/{guest.Camera}` ends it",
            { PauseSeconds: > 0 } => $"a connection waits {guest.PauseSeconds:F0} s",
            _ => "its next connection ends it",
        };
        return $" for {guest.LastViolations[0].SecondsAgo:F0} s (violation {guest.Violations}; {end})";
    }

    private static string Kind(CameraStatusReport camera) => $"{camera.SensorKind}, {(camera.PerFrame ? "per frame" : "classical")}";

    private static string OrDash(string text) => text.Length > 0 ? text : "-";
}
